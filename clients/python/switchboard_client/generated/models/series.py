from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.window_enum import WindowEnum, check_window_enum

if TYPE_CHECKING:
    from ..models.day_value import DayValue


T = TypeVar("T", bound="Series")


@_attrs_define
class Series:
    """A metric of a place, day by day; days that were not told are not there.

    Attributes:
        metric (str):
        raw_name (str):
        window (WindowEnum): * `day` - day
            * `moment` - moment
            * `month` - month
        values (list[DayValue]):
    """

    metric: str
    raw_name: str
    window: WindowEnum
    values: list[DayValue]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        metric = self.metric

        raw_name = self.raw_name

        window: str = self.window

        values = []
        for values_item_data in self.values:
            values_item = values_item_data.to_dict()
            values.append(values_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "metric": metric,
                "raw_name": raw_name,
                "window": window,
                "values": values,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.day_value import DayValue  # noqa: PLC0415

        d = dict(src_dict)
        metric = d.pop("metric")

        raw_name = d.pop("raw_name")

        window = check_window_enum(d.pop("window"))

        values = []
        _values = d.pop("values")
        for values_item_data in _values:
            values_item = DayValue.from_dict(values_item_data)

            values.append(values_item)

        series = cls(
            metric=metric,
            raw_name=raw_name,
            window=window,
            values=values,
        )

        series.additional_properties = d
        return series

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
