from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.day_value_parts import DayValueParts


T = TypeVar("T", bound="DayValue")


@_attrs_define
class DayValue:
    """The value of one day.

    Attributes:
        day (datetime.date):
        value (float):
        as_of (datetime.datetime):
        parts (DayValueParts):
    """

    day: datetime.date
    value: float
    as_of: datetime.datetime
    parts: DayValueParts
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        day = self.day.isoformat()

        value = self.value

        as_of = self.as_of.isoformat()

        parts = self.parts.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "day": day,
                "value": value,
                "as_of": as_of,
                "parts": parts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.day_value_parts import DayValueParts  # noqa: PLC0415

        d = dict(src_dict)
        day = datetime.date.fromisoformat(d.pop("day"))

        value = d.pop("value")

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        parts = DayValueParts.from_dict(d.pop("parts"))

        day_value = cls(
            day=day,
            value=value,
            as_of=as_of,
            parts=parts,
        )

        day_value.additional_properties = d
        return day_value

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
