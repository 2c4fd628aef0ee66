from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PublishPerformance")


@_attrs_define
class PublishPerformance:
    """An hour of publishing on a platform.

    Attributes:
        platform (str): The platform, such as meta.
        hour (datetime.datetime): The beginning of the hour (UTC).
        published (int): Posts that went out.
        failed (int): Times that a post came to need its author or tenant.
        dead_lettered (int): Times that a post came to need the operator, or a look at whether it is live.
        latency_s_sum (float): All those seconds together, to make averages over several rows.
        tries_sum (int): All those tries together.
        success_rate (float | None | Unset): published as a share of the three, 0 to 1; null where all are 0.
        latency_s_avg (float | None | Unset): Seconds from the moment a post was planned for until it was public, on
            average.
        latency_s_p50 (float | None | Unset): Seconds that half of the posts did not exceed, within 10 %.
        latency_s_p95 (float | None | Unset): Seconds that 95 % of the posts did not exceed, within 10 %.
        latency_s_p99 (float | None | Unset): Seconds that 99 % of the posts did not exceed, within 10 %.
        tries_avg (float | None | Unset): Tries a post took, on average; 1 is best.
    """

    platform: str
    hour: datetime.datetime
    published: int
    failed: int
    dead_lettered: int
    latency_s_sum: float
    tries_sum: int
    success_rate: float | None | Unset = UNSET
    latency_s_avg: float | None | Unset = UNSET
    latency_s_p50: float | None | Unset = UNSET
    latency_s_p95: float | None | Unset = UNSET
    latency_s_p99: float | None | Unset = UNSET
    tries_avg: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        platform = self.platform

        hour = self.hour.isoformat()

        published = self.published

        failed = self.failed

        dead_lettered = self.dead_lettered

        latency_s_sum = self.latency_s_sum

        tries_sum = self.tries_sum

        success_rate: float | None | Unset
        if isinstance(self.success_rate, Unset):
            success_rate = UNSET
        else:
            success_rate = self.success_rate

        latency_s_avg: float | None | Unset
        if isinstance(self.latency_s_avg, Unset):
            latency_s_avg = UNSET
        else:
            latency_s_avg = self.latency_s_avg

        latency_s_p50: float | None | Unset
        if isinstance(self.latency_s_p50, Unset):
            latency_s_p50 = UNSET
        else:
            latency_s_p50 = self.latency_s_p50

        latency_s_p95: float | None | Unset
        if isinstance(self.latency_s_p95, Unset):
            latency_s_p95 = UNSET
        else:
            latency_s_p95 = self.latency_s_p95

        latency_s_p99: float | None | Unset
        if isinstance(self.latency_s_p99, Unset):
            latency_s_p99 = UNSET
        else:
            latency_s_p99 = self.latency_s_p99

        tries_avg: float | None | Unset
        if isinstance(self.tries_avg, Unset):
            tries_avg = UNSET
        else:
            tries_avg = self.tries_avg

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "platform": platform,
                "hour": hour,
                "published": published,
                "failed": failed,
                "dead_lettered": dead_lettered,
                "latency_s_sum": latency_s_sum,
                "tries_sum": tries_sum,
            }
        )
        if success_rate is not UNSET:
            field_dict["success_rate"] = success_rate
        if latency_s_avg is not UNSET:
            field_dict["latency_s_avg"] = latency_s_avg
        if latency_s_p50 is not UNSET:
            field_dict["latency_s_p50"] = latency_s_p50
        if latency_s_p95 is not UNSET:
            field_dict["latency_s_p95"] = latency_s_p95
        if latency_s_p99 is not UNSET:
            field_dict["latency_s_p99"] = latency_s_p99
        if tries_avg is not UNSET:
            field_dict["tries_avg"] = tries_avg

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        platform = d.pop("platform")

        hour = datetime.datetime.fromisoformat(d.pop("hour"))

        published = d.pop("published")

        failed = d.pop("failed")

        dead_lettered = d.pop("dead_lettered")

        latency_s_sum = d.pop("latency_s_sum")

        tries_sum = d.pop("tries_sum")

        def _parse_success_rate(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        success_rate = _parse_success_rate(d.pop("success_rate", UNSET))

        def _parse_latency_s_avg(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        latency_s_avg = _parse_latency_s_avg(d.pop("latency_s_avg", UNSET))

        def _parse_latency_s_p50(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        latency_s_p50 = _parse_latency_s_p50(d.pop("latency_s_p50", UNSET))

        def _parse_latency_s_p95(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        latency_s_p95 = _parse_latency_s_p95(d.pop("latency_s_p95", UNSET))

        def _parse_latency_s_p99(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        latency_s_p99 = _parse_latency_s_p99(d.pop("latency_s_p99", UNSET))

        def _parse_tries_avg(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        tries_avg = _parse_tries_avg(d.pop("tries_avg", UNSET))

        publish_performance = cls(
            platform=platform,
            hour=hour,
            published=published,
            failed=failed,
            dead_lettered=dead_lettered,
            latency_s_sum=latency_s_sum,
            tries_sum=tries_sum,
            success_rate=success_rate,
            latency_s_avg=latency_s_avg,
            latency_s_p50=latency_s_p50,
            latency_s_p95=latency_s_p95,
            latency_s_p99=latency_s_p99,
            tries_avg=tries_avg,
        )

        publish_performance.additional_properties = d
        return publish_performance

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
