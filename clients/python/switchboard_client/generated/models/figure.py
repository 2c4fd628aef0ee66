from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field


T = TypeVar("T", bound="Figure")


@_attrs_define
class Figure:
    """A metric over a range, with the days before it.

    Attributes:
        value (float):
        previous (float | None):
        change (float | None):
        change_percent (float | None):
        told (int): By how many posts, or days of places.
        as_of (datetime.datetime):
    """

    value: float
    previous: float | None
    change: float | None
    change_percent: float | None
    told: int
    as_of: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        value = self.value

        previous: float | None
        previous = self.previous

        change: float | None
        change = self.change

        change_percent: float | None
        change_percent = self.change_percent

        told = self.told

        as_of = self.as_of.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "value": value,
                "previous": previous,
                "change": change,
                "change_percent": change_percent,
                "told": told,
                "as_of": as_of,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        value = d.pop("value")

        def _parse_previous(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        previous = _parse_previous(d.pop("previous"))

        def _parse_change(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        change = _parse_change(d.pop("change"))

        def _parse_change_percent(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        change_percent = _parse_change_percent(d.pop("change_percent"))

        told = d.pop("told")

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        figure = cls(
            value=value,
            previous=previous,
            change=change,
            change_percent=change_percent,
            told=told,
            as_of=as_of,
        )

        figure.additional_properties = d
        return figure

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
