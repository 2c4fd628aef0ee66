from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.blank_enum import BlankEnum, check_blank_enum
from ..models.connection_status_enum import ConnectionStatusEnum, check_connection_status_enum
from ..models.health_enum import HealthEnum, check_health_enum

T = TypeVar("T", bound="Connection")


@_attrs_define
class Connection:
    """A connection; its tokens are never shown.

    Attributes:
        id (UUID):
        platform (str):
        display_name (str):
        status (ConnectionStatusEnum): * `active` - Active
            * `attention` - Needs attention
            * `inactive` - Disconnected
        status_code (str):
        status_cause (str):
        status_remedy (str):
        status_since (datetime.datetime):
        health (BlankEnum | HealthEnum):
        health_checked_at (None | str):
        scopes_granted (list[str]):
        scopes_missing (list[str]):
        access_expires_at (None | str):
        refresh_expires_at (None | str):
        refreshed_at (None | str):
        data_access_expires_at (None | str):
        connected_at (datetime.datetime):
        disconnected_at (None | str):
        reconnect_url (str): Where its owner, signed in to the hub with a browser, connects it anew.
    """

    id: UUID
    platform: str
    display_name: str
    status: ConnectionStatusEnum
    status_code: str
    status_cause: str
    status_remedy: str
    status_since: datetime.datetime
    health: BlankEnum | HealthEnum
    health_checked_at: None | str
    scopes_granted: list[str]
    scopes_missing: list[str]
    access_expires_at: None | str
    refresh_expires_at: None | str
    refreshed_at: None | str
    data_access_expires_at: None | str
    connected_at: datetime.datetime
    disconnected_at: None | str
    reconnect_url: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        platform = self.platform

        display_name = self.display_name

        status: str = self.status

        status_code = self.status_code

        status_cause = self.status_cause

        status_remedy = self.status_remedy

        status_since = self.status_since.isoformat()

        health: str
        if isinstance(self.health, str):
            health = self.health
        else:
            health = self.health

        health_checked_at: None | str
        health_checked_at = self.health_checked_at

        scopes_granted = self.scopes_granted

        scopes_missing = self.scopes_missing

        access_expires_at: None | str
        access_expires_at = self.access_expires_at

        refresh_expires_at: None | str
        refresh_expires_at = self.refresh_expires_at

        refreshed_at: None | str
        refreshed_at = self.refreshed_at

        data_access_expires_at: None | str
        data_access_expires_at = self.data_access_expires_at

        connected_at = self.connected_at.isoformat()

        disconnected_at: None | str
        disconnected_at = self.disconnected_at

        reconnect_url = self.reconnect_url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "platform": platform,
                "display_name": display_name,
                "status": status,
                "status_code": status_code,
                "status_cause": status_cause,
                "status_remedy": status_remedy,
                "status_since": status_since,
                "health": health,
                "health_checked_at": health_checked_at,
                "scopes_granted": scopes_granted,
                "scopes_missing": scopes_missing,
                "access_expires_at": access_expires_at,
                "refresh_expires_at": refresh_expires_at,
                "refreshed_at": refreshed_at,
                "data_access_expires_at": data_access_expires_at,
                "connected_at": connected_at,
                "disconnected_at": disconnected_at,
                "reconnect_url": reconnect_url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        platform = d.pop("platform")

        display_name = d.pop("display_name")

        status = check_connection_status_enum(d.pop("status"))

        status_code = d.pop("status_code")

        status_cause = d.pop("status_cause")

        status_remedy = d.pop("status_remedy")

        status_since = datetime.datetime.fromisoformat(d.pop("status_since"))

        def _parse_health(data: object) -> BlankEnum | HealthEnum:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                health_type_0 = check_health_enum(data)

                return health_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            health_type_1 = check_blank_enum(data)

            return health_type_1

        health = _parse_health(d.pop("health"))

        def _parse_health_checked_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        health_checked_at = _parse_health_checked_at(d.pop("health_checked_at"))

        scopes_granted = cast(list[str], d.pop("scopes_granted"))

        scopes_missing = cast(list[str], d.pop("scopes_missing"))

        def _parse_access_expires_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        access_expires_at = _parse_access_expires_at(d.pop("access_expires_at"))

        def _parse_refresh_expires_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        refresh_expires_at = _parse_refresh_expires_at(d.pop("refresh_expires_at"))

        def _parse_refreshed_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        refreshed_at = _parse_refreshed_at(d.pop("refreshed_at"))

        def _parse_data_access_expires_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        data_access_expires_at = _parse_data_access_expires_at(d.pop("data_access_expires_at"))

        connected_at = datetime.datetime.fromisoformat(d.pop("connected_at"))

        def _parse_disconnected_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        disconnected_at = _parse_disconnected_at(d.pop("disconnected_at"))

        reconnect_url = d.pop("reconnect_url")

        connection = cls(
            id=id,
            platform=platform,
            display_name=display_name,
            status=status,
            status_code=status_code,
            status_cause=status_cause,
            status_remedy=status_remedy,
            status_since=status_since,
            health=health,
            health_checked_at=health_checked_at,
            scopes_granted=scopes_granted,
            scopes_missing=scopes_missing,
            access_expires_at=access_expires_at,
            refresh_expires_at=refresh_expires_at,
            refreshed_at=refreshed_at,
            data_access_expires_at=data_access_expires_at,
            connected_at=connected_at,
            disconnected_at=disconnected_at,
            reconnect_url=reconnect_url,
        )

        connection.additional_properties = d
        return connection

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
