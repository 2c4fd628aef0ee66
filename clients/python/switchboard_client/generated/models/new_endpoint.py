from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.endpoint_health_enum import EndpointHealthEnum, check_endpoint_health_enum
from ..types import UNSET, Unset

T = TypeVar("T", bound="NewEndpoint")


@_attrs_define
class NewEndpoint:
    """A webhook endpoint with its secret, which is shown this once.

    Attributes:
        id (UUID):
        url (str):
        enabled (bool): Whether anything is sent to it.
        health (EndpointHealthEnum):
        disabled_reason (str):
        created_at (str):
        secret (str): whsec_…: what deliveries are signed with. It is not shown again.
        description (str | Unset):
        event_types (Any | Unset): What it is told of; an empty list: everything.
        disabled_cause (str | Unset):
        disabled_at (datetime.datetime | None | Unset):
        failures_in_row (int | Unset):
        failing_since (datetime.datetime | None | Unset):
        last_success_at (datetime.datetime | None | Unset):
        last_failure_at (datetime.datetime | None | Unset):
        previous_secret_until (datetime.datetime | None | Unset): Until when deliveries are signed with the secret of
            before, too.
    """

    id: UUID
    url: str
    enabled: bool
    health: EndpointHealthEnum
    disabled_reason: str
    created_at: str
    secret: str
    description: str | Unset = UNSET
    event_types: Any | Unset = UNSET
    disabled_cause: str | Unset = UNSET
    disabled_at: datetime.datetime | None | Unset = UNSET
    failures_in_row: int | Unset = UNSET
    failing_since: datetime.datetime | None | Unset = UNSET
    last_success_at: datetime.datetime | None | Unset = UNSET
    last_failure_at: datetime.datetime | None | Unset = UNSET
    previous_secret_until: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        url = self.url

        enabled = self.enabled

        health: str = self.health

        disabled_reason = self.disabled_reason

        created_at = self.created_at

        secret = self.secret

        description = self.description

        event_types = self.event_types

        disabled_cause = self.disabled_cause

        disabled_at: None | str | Unset
        if isinstance(self.disabled_at, Unset):
            disabled_at = UNSET
        elif isinstance(self.disabled_at, datetime.datetime):
            disabled_at = self.disabled_at.isoformat()
        else:
            disabled_at = self.disabled_at

        failures_in_row = self.failures_in_row

        failing_since: None | str | Unset
        if isinstance(self.failing_since, Unset):
            failing_since = UNSET
        elif isinstance(self.failing_since, datetime.datetime):
            failing_since = self.failing_since.isoformat()
        else:
            failing_since = self.failing_since

        last_success_at: None | str | Unset
        if isinstance(self.last_success_at, Unset):
            last_success_at = UNSET
        elif isinstance(self.last_success_at, datetime.datetime):
            last_success_at = self.last_success_at.isoformat()
        else:
            last_success_at = self.last_success_at

        last_failure_at: None | str | Unset
        if isinstance(self.last_failure_at, Unset):
            last_failure_at = UNSET
        elif isinstance(self.last_failure_at, datetime.datetime):
            last_failure_at = self.last_failure_at.isoformat()
        else:
            last_failure_at = self.last_failure_at

        previous_secret_until: None | str | Unset
        if isinstance(self.previous_secret_until, Unset):
            previous_secret_until = UNSET
        elif isinstance(self.previous_secret_until, datetime.datetime):
            previous_secret_until = self.previous_secret_until.isoformat()
        else:
            previous_secret_until = self.previous_secret_until

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "url": url,
                "enabled": enabled,
                "health": health,
                "disabled_reason": disabled_reason,
                "created_at": created_at,
                "secret": secret,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if event_types is not UNSET:
            field_dict["event_types"] = event_types
        if disabled_cause is not UNSET:
            field_dict["disabled_cause"] = disabled_cause
        if disabled_at is not UNSET:
            field_dict["disabled_at"] = disabled_at
        if failures_in_row is not UNSET:
            field_dict["failures_in_row"] = failures_in_row
        if failing_since is not UNSET:
            field_dict["failing_since"] = failing_since
        if last_success_at is not UNSET:
            field_dict["last_success_at"] = last_success_at
        if last_failure_at is not UNSET:
            field_dict["last_failure_at"] = last_failure_at
        if previous_secret_until is not UNSET:
            field_dict["previous_secret_until"] = previous_secret_until

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        url = d.pop("url")

        enabled = d.pop("enabled")

        health = check_endpoint_health_enum(d.pop("health"))

        disabled_reason = d.pop("disabled_reason")

        created_at = d.pop("created_at")

        secret = d.pop("secret")

        description = d.pop("description", UNSET)

        event_types = d.pop("event_types", UNSET)

        disabled_cause = d.pop("disabled_cause", UNSET)

        def _parse_disabled_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                disabled_at_type_0 = datetime.datetime.fromisoformat(data)

                return disabled_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        disabled_at = _parse_disabled_at(d.pop("disabled_at", UNSET))

        failures_in_row = d.pop("failures_in_row", UNSET)

        def _parse_failing_since(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                failing_since_type_0 = datetime.datetime.fromisoformat(data)

                return failing_since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        failing_since = _parse_failing_since(d.pop("failing_since", UNSET))

        def _parse_last_success_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_success_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_success_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        last_success_at = _parse_last_success_at(d.pop("last_success_at", UNSET))

        def _parse_last_failure_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_failure_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_failure_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        last_failure_at = _parse_last_failure_at(d.pop("last_failure_at", UNSET))

        def _parse_previous_secret_until(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                previous_secret_until_type_0 = datetime.datetime.fromisoformat(data)

                return previous_secret_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        previous_secret_until = _parse_previous_secret_until(d.pop("previous_secret_until", UNSET))

        new_endpoint = cls(
            id=id,
            url=url,
            enabled=enabled,
            health=health,
            disabled_reason=disabled_reason,
            created_at=created_at,
            secret=secret,
            description=description,
            event_types=event_types,
            disabled_cause=disabled_cause,
            disabled_at=disabled_at,
            failures_in_row=failures_in_row,
            failing_since=failing_since,
            last_success_at=last_success_at,
            last_failure_at=last_failure_at,
            previous_secret_until=previous_secret_until,
        )

        new_endpoint.additional_properties = d
        return new_endpoint

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
