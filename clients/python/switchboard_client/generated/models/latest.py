from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.latest_parts import LatestParts


T = TypeVar("T", bound="Latest")


@_attrs_define
class Latest:
    """The latest value of a metric.

    Attributes:
        metric (str): Our name; see /api/analytics/metrics.
        value (float):
        raw_name (str): The platform's own name.
        parts (LatestParts): The value as the platform splits it.
        as_of (datetime.datetime): The moment it speaks of.
        taken_at (datetime.datetime): When the platform told it.
    """

    metric: str
    value: float
    raw_name: str
    parts: LatestParts
    as_of: datetime.datetime
    taken_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        metric = self.metric

        value = self.value

        raw_name = self.raw_name

        parts = self.parts.to_dict()

        as_of = self.as_of.isoformat()

        taken_at = self.taken_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "metric": metric,
                "value": value,
                "raw_name": raw_name,
                "parts": parts,
                "as_of": as_of,
                "taken_at": taken_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.latest_parts import LatestParts  # noqa: PLC0415

        d = dict(src_dict)
        metric = d.pop("metric")

        value = d.pop("value")

        raw_name = d.pop("raw_name")

        parts = LatestParts.from_dict(d.pop("parts"))

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        taken_at = datetime.datetime.fromisoformat(d.pop("taken_at"))

        latest = cls(
            metric=metric,
            value=value,
            raw_name=raw_name,
            parts=parts,
            as_of=as_of,
            taken_at=taken_at,
        )

        latest.additional_properties = d
        return latest

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
