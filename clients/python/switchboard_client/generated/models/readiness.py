from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Readiness")


@_attrs_define
class Readiness:
    """Whether a platform can be published to. Counts over all tenants are the operator's.

    Attributes:
        platform (str): The platform, such as meta.
        name (str): What the platform calls itself.
        enabled (bool): It is switched on.
        configured (bool): The hub has credentials for it.
        ready (bool): It is switched on and configured, and the version of its API that the hub speaks has not ended.
        reason (str): Why it is not ready.
        remedy (str): What to do about it.
        api_version (str): The version of its API that the hub speaks.
        version_sunset_on (datetime.date | None | Unset): The day on which that version ends; null: none is announced.
        days_left (int | None | Unset): Days until then.
        told_at (datetime.datetime | None | Unset): When a process of the hub last told of its settings.
    """

    platform: str
    name: str
    enabled: bool
    configured: bool
    ready: bool
    reason: str
    remedy: str
    api_version: str
    version_sunset_on: datetime.date | None | Unset = UNSET
    days_left: int | None | Unset = UNSET
    told_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        platform = self.platform

        name = self.name

        enabled = self.enabled

        configured = self.configured

        ready = self.ready

        reason = self.reason

        remedy = self.remedy

        api_version = self.api_version

        version_sunset_on: None | str | Unset
        if isinstance(self.version_sunset_on, Unset):
            version_sunset_on = UNSET
        elif isinstance(self.version_sunset_on, datetime.date):
            version_sunset_on = self.version_sunset_on.isoformat()
        else:
            version_sunset_on = self.version_sunset_on

        days_left: int | None | Unset
        if isinstance(self.days_left, Unset):
            days_left = UNSET
        else:
            days_left = self.days_left

        told_at: None | str | Unset
        if isinstance(self.told_at, Unset):
            told_at = UNSET
        elif isinstance(self.told_at, datetime.datetime):
            told_at = self.told_at.isoformat()
        else:
            told_at = self.told_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "platform": platform,
                "name": name,
                "enabled": enabled,
                "configured": configured,
                "ready": ready,
                "reason": reason,
                "remedy": remedy,
                "api_version": api_version,
            }
        )
        if version_sunset_on is not UNSET:
            field_dict["version_sunset_on"] = version_sunset_on
        if days_left is not UNSET:
            field_dict["days_left"] = days_left
        if told_at is not UNSET:
            field_dict["told_at"] = told_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        platform = d.pop("platform")

        name = d.pop("name")

        enabled = d.pop("enabled")

        configured = d.pop("configured")

        ready = d.pop("ready")

        reason = d.pop("reason")

        remedy = d.pop("remedy")

        api_version = d.pop("api_version")

        def _parse_version_sunset_on(data: object) -> datetime.date | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                version_sunset_on_type_0 = datetime.date.fromisoformat(data)

                return version_sunset_on_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None | Unset, data)

        version_sunset_on = _parse_version_sunset_on(d.pop("version_sunset_on", UNSET))

        def _parse_days_left(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        days_left = _parse_days_left(d.pop("days_left", UNSET))

        def _parse_told_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                told_at_type_0 = datetime.datetime.fromisoformat(data)

                return told_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        told_at = _parse_told_at(d.pop("told_at", UNSET))

        readiness = cls(
            platform=platform,
            name=name,
            enabled=enabled,
            configured=configured,
            ready=ready,
            reason=reason,
            remedy=remedy,
            api_version=api_version,
            version_sunset_on=version_sunset_on,
            days_left=days_left,
            told_at=told_at,
        )

        readiness.additional_properties = d
        return readiness

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
