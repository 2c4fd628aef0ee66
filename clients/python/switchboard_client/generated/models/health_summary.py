from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="HealthSummary")


@_attrs_define
class HealthSummary:
    """How the accounts on a platform are.

    Attributes:
        platform (str): The platform, such as meta.
        connections (int): Accounts, the disconnected ones too.
        active (int): Accounts that work.
        attention (int): Accounts that need their tenant.
        inactive (int): Disconnected accounts.
        healthy (int): Accounts, of those not disconnected, that are healthy.
        degraded (int): Accounts, of those not disconnected, that work in part.
        unhealthy (int): Accounts, of those not disconnected, that do not work.
        unchecked (int): Accounts, of those not disconnected, that were not checked yet.
        checks_24h (int): Checks in the last 24 hours.
        failed_checks_24h (int): Checks of those that found an account degraded or unhealthy.
        last_checked_at (datetime.datetime | None | Unset): When one of them was last checked.
        oldest_check_at (datetime.datetime | None | Unset): The oldest of the last checks of the accounts that are not
            disconnected.
        success_rate_24h (float | None | Unset): The share of checks that found an account healthy, 0 to 1; null without
            checks.
        latency_ms_avg_24h (float | None | Unset): Milliseconds a check took, on average.
        latency_ms_p95_24h (float | None | Unset): Milliseconds that 95 % of the checks did not exceed, within 10 %.
    """

    platform: str
    connections: int
    active: int
    attention: int
    inactive: int
    healthy: int
    degraded: int
    unhealthy: int
    unchecked: int
    checks_24h: int
    failed_checks_24h: int
    last_checked_at: datetime.datetime | None | Unset = UNSET
    oldest_check_at: datetime.datetime | None | Unset = UNSET
    success_rate_24h: float | None | Unset = UNSET
    latency_ms_avg_24h: float | None | Unset = UNSET
    latency_ms_p95_24h: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        platform = self.platform

        connections = self.connections

        active = self.active

        attention = self.attention

        inactive = self.inactive

        healthy = self.healthy

        degraded = self.degraded

        unhealthy = self.unhealthy

        unchecked = self.unchecked

        checks_24h = self.checks_24h

        failed_checks_24h = self.failed_checks_24h

        last_checked_at: None | str | Unset
        if isinstance(self.last_checked_at, Unset):
            last_checked_at = UNSET
        elif isinstance(self.last_checked_at, datetime.datetime):
            last_checked_at = self.last_checked_at.isoformat()
        else:
            last_checked_at = self.last_checked_at

        oldest_check_at: None | str | Unset
        if isinstance(self.oldest_check_at, Unset):
            oldest_check_at = UNSET
        elif isinstance(self.oldest_check_at, datetime.datetime):
            oldest_check_at = self.oldest_check_at.isoformat()
        else:
            oldest_check_at = self.oldest_check_at

        success_rate_24h: float | None | Unset
        if isinstance(self.success_rate_24h, Unset):
            success_rate_24h = UNSET
        else:
            success_rate_24h = self.success_rate_24h

        latency_ms_avg_24h: float | None | Unset
        if isinstance(self.latency_ms_avg_24h, Unset):
            latency_ms_avg_24h = UNSET
        else:
            latency_ms_avg_24h = self.latency_ms_avg_24h

        latency_ms_p95_24h: float | None | Unset
        if isinstance(self.latency_ms_p95_24h, Unset):
            latency_ms_p95_24h = UNSET
        else:
            latency_ms_p95_24h = self.latency_ms_p95_24h

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "platform": platform,
                "connections": connections,
                "active": active,
                "attention": attention,
                "inactive": inactive,
                "healthy": healthy,
                "degraded": degraded,
                "unhealthy": unhealthy,
                "unchecked": unchecked,
                "checks_24h": checks_24h,
                "failed_checks_24h": failed_checks_24h,
            }
        )
        if last_checked_at is not UNSET:
            field_dict["last_checked_at"] = last_checked_at
        if oldest_check_at is not UNSET:
            field_dict["oldest_check_at"] = oldest_check_at
        if success_rate_24h is not UNSET:
            field_dict["success_rate_24h"] = success_rate_24h
        if latency_ms_avg_24h is not UNSET:
            field_dict["latency_ms_avg_24h"] = latency_ms_avg_24h
        if latency_ms_p95_24h is not UNSET:
            field_dict["latency_ms_p95_24h"] = latency_ms_p95_24h

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        platform = d.pop("platform")

        connections = d.pop("connections")

        active = d.pop("active")

        attention = d.pop("attention")

        inactive = d.pop("inactive")

        healthy = d.pop("healthy")

        degraded = d.pop("degraded")

        unhealthy = d.pop("unhealthy")

        unchecked = d.pop("unchecked")

        checks_24h = d.pop("checks_24h")

        failed_checks_24h = d.pop("failed_checks_24h")

        def _parse_last_checked_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_checked_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_checked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        last_checked_at = _parse_last_checked_at(d.pop("last_checked_at", UNSET))

        def _parse_oldest_check_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                oldest_check_at_type_0 = datetime.datetime.fromisoformat(data)

                return oldest_check_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        oldest_check_at = _parse_oldest_check_at(d.pop("oldest_check_at", UNSET))

        def _parse_success_rate_24h(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        success_rate_24h = _parse_success_rate_24h(d.pop("success_rate_24h", UNSET))

        def _parse_latency_ms_avg_24h(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        latency_ms_avg_24h = _parse_latency_ms_avg_24h(d.pop("latency_ms_avg_24h", UNSET))

        def _parse_latency_ms_p95_24h(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        latency_ms_p95_24h = _parse_latency_ms_p95_24h(d.pop("latency_ms_p95_24h", UNSET))

        health_summary = cls(
            platform=platform,
            connections=connections,
            active=active,
            attention=attention,
            inactive=inactive,
            healthy=healthy,
            degraded=degraded,
            unhealthy=unhealthy,
            unchecked=unchecked,
            checks_24h=checks_24h,
            failed_checks_24h=failed_checks_24h,
            last_checked_at=last_checked_at,
            oldest_check_at=oldest_check_at,
            success_rate_24h=success_rate_24h,
            latency_ms_avg_24h=latency_ms_avg_24h,
            latency_ms_p95_24h=latency_ms_p95_24h,
        )

        health_summary.additional_properties = d
        return health_summary

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
