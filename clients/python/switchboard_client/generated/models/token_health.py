from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="TokenHealth")


@_attrs_define
class TokenHealth:
    """How the tokens of a connection stand.

    Attributes:
        connection_id (UUID): The account.
        platform (str): The platform, such as meta.
        display_name (str): What people call the account.
        status (str): The account's status: active or attention.
        state (str): attention (its tenant must reconnect it), expired, overdue (a renewal failed, or was due 15 minutes
            ago), due (to be renewed now, or in a worker's hands), no_expiry or valid; the first that holds.
        failures (int): Tries to renew it that brought nothing, one after the other.
        last_outcome (str): What came of the last try: refreshed, fresh_already, failed, ended or open; empty: there was
            none.
        expires_at (datetime.datetime | None | Unset): When the access token ends; null: never, or nobody told.
        seconds_left (int | None | Unset): Seconds until then; negative when it is past.
        refresh_due_at (datetime.datetime | None | Unset): When the hub renews it; null: nothing to do.
        grant_ends_at (datetime.datetime | None | Unset): From when on only a person can renew it.
        refreshed_at (datetime.datetime | None | Unset): When it was last renewed.
    """

    connection_id: UUID
    platform: str
    display_name: str
    status: str
    state: str
    failures: int
    last_outcome: str
    expires_at: datetime.datetime | None | Unset = UNSET
    seconds_left: int | None | Unset = UNSET
    refresh_due_at: datetime.datetime | None | Unset = UNSET
    grant_ends_at: datetime.datetime | None | Unset = UNSET
    refreshed_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        connection_id = str(self.connection_id)

        platform = self.platform

        display_name = self.display_name

        status = self.status

        state = self.state

        failures = self.failures

        last_outcome = self.last_outcome

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        elif isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        seconds_left: int | None | Unset
        if isinstance(self.seconds_left, Unset):
            seconds_left = UNSET
        else:
            seconds_left = self.seconds_left

        refresh_due_at: None | str | Unset
        if isinstance(self.refresh_due_at, Unset):
            refresh_due_at = UNSET
        elif isinstance(self.refresh_due_at, datetime.datetime):
            refresh_due_at = self.refresh_due_at.isoformat()
        else:
            refresh_due_at = self.refresh_due_at

        grant_ends_at: None | str | Unset
        if isinstance(self.grant_ends_at, Unset):
            grant_ends_at = UNSET
        elif isinstance(self.grant_ends_at, datetime.datetime):
            grant_ends_at = self.grant_ends_at.isoformat()
        else:
            grant_ends_at = self.grant_ends_at

        refreshed_at: None | str | Unset
        if isinstance(self.refreshed_at, Unset):
            refreshed_at = UNSET
        elif isinstance(self.refreshed_at, datetime.datetime):
            refreshed_at = self.refreshed_at.isoformat()
        else:
            refreshed_at = self.refreshed_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "connection_id": connection_id,
                "platform": platform,
                "display_name": display_name,
                "status": status,
                "state": state,
                "failures": failures,
                "last_outcome": last_outcome,
            }
        )
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if seconds_left is not UNSET:
            field_dict["seconds_left"] = seconds_left
        if refresh_due_at is not UNSET:
            field_dict["refresh_due_at"] = refresh_due_at
        if grant_ends_at is not UNSET:
            field_dict["grant_ends_at"] = grant_ends_at
        if refreshed_at is not UNSET:
            field_dict["refreshed_at"] = refreshed_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        connection_id = UUID(d.pop("connection_id"))

        platform = d.pop("platform")

        display_name = d.pop("display_name")

        status = d.pop("status")

        state = d.pop("state")

        failures = d.pop("failures")

        last_outcome = d.pop("last_outcome")

        def _parse_expires_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        def _parse_seconds_left(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        seconds_left = _parse_seconds_left(d.pop("seconds_left", UNSET))

        def _parse_refresh_due_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                refresh_due_at_type_0 = datetime.datetime.fromisoformat(data)

                return refresh_due_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        refresh_due_at = _parse_refresh_due_at(d.pop("refresh_due_at", UNSET))

        def _parse_grant_ends_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                grant_ends_at_type_0 = datetime.datetime.fromisoformat(data)

                return grant_ends_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        grant_ends_at = _parse_grant_ends_at(d.pop("grant_ends_at", UNSET))

        def _parse_refreshed_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                refreshed_at_type_0 = datetime.datetime.fromisoformat(data)

                return refreshed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        refreshed_at = _parse_refreshed_at(d.pop("refreshed_at", UNSET))

        token_health = cls(
            connection_id=connection_id,
            platform=platform,
            display_name=display_name,
            status=status,
            state=state,
            failures=failures,
            last_outcome=last_outcome,
            expires_at=expires_at,
            seconds_left=seconds_left,
            refresh_due_at=refresh_due_at,
            grant_ends_at=grant_ends_at,
            refreshed_at=refreshed_at,
        )

        token_health.additional_properties = d
        return token_health

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
