from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="HealthTrend")


@_attrs_define
class HealthTrend:
    """An hour of health checks on a platform.

    Attributes:
        platform (str): The platform, such as meta.
        hour (datetime.datetime): The beginning of the hour (UTC).
        checks (int): Checks made.
        healthy (int): Checks that found an account healthy.
        degraded (int): Checks that found an account working in part, or its platform out of reach.
        unhealthy (int): Checks that found an account not working.
        latency_ms_sum (int): All those milliseconds together, to make averages over several rows.
        success_rate (float | None | Unset): healthy as a share of checks, 0 to 1.
        latency_ms_avg (float | None | Unset): Milliseconds a check took, on average.
        latency_ms_p95 (float | None | Unset): Milliseconds that 95 % of the checks did not exceed, within 10 %.
    """

    platform: str
    hour: datetime.datetime
    checks: int
    healthy: int
    degraded: int
    unhealthy: int
    latency_ms_sum: int
    success_rate: float | None | Unset = UNSET
    latency_ms_avg: float | None | Unset = UNSET
    latency_ms_p95: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        platform = self.platform

        hour = self.hour.isoformat()

        checks = self.checks

        healthy = self.healthy

        degraded = self.degraded

        unhealthy = self.unhealthy

        latency_ms_sum = self.latency_ms_sum

        success_rate: float | None | Unset
        if isinstance(self.success_rate, Unset):
            success_rate = UNSET
        else:
            success_rate = self.success_rate

        latency_ms_avg: float | None | Unset
        if isinstance(self.latency_ms_avg, Unset):
            latency_ms_avg = UNSET
        else:
            latency_ms_avg = self.latency_ms_avg

        latency_ms_p95: float | None | Unset
        if isinstance(self.latency_ms_p95, Unset):
            latency_ms_p95 = UNSET
        else:
            latency_ms_p95 = self.latency_ms_p95

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "platform": platform,
                "hour": hour,
                "checks": checks,
                "healthy": healthy,
                "degraded": degraded,
                "unhealthy": unhealthy,
                "latency_ms_sum": latency_ms_sum,
            }
        )
        if success_rate is not UNSET:
            field_dict["success_rate"] = success_rate
        if latency_ms_avg is not UNSET:
            field_dict["latency_ms_avg"] = latency_ms_avg
        if latency_ms_p95 is not UNSET:
            field_dict["latency_ms_p95"] = latency_ms_p95

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        platform = d.pop("platform")

        hour = datetime.datetime.fromisoformat(d.pop("hour"))

        checks = d.pop("checks")

        healthy = d.pop("healthy")

        degraded = d.pop("degraded")

        unhealthy = d.pop("unhealthy")

        latency_ms_sum = d.pop("latency_ms_sum")

        def _parse_success_rate(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        success_rate = _parse_success_rate(d.pop("success_rate", UNSET))

        def _parse_latency_ms_avg(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        latency_ms_avg = _parse_latency_ms_avg(d.pop("latency_ms_avg", UNSET))

        def _parse_latency_ms_p95(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        latency_ms_p95 = _parse_latency_ms_p95(d.pop("latency_ms_p95", UNSET))

        health_trend = cls(
            platform=platform,
            hour=hour,
            checks=checks,
            healthy=healthy,
            degraded=degraded,
            unhealthy=unhealthy,
            latency_ms_sum=latency_ms_sum,
            success_rate=success_rate,
            latency_ms_avg=latency_ms_avg,
            latency_ms_p95=latency_ms_p95,
        )

        health_trend.additional_properties = d
        return health_trend

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
