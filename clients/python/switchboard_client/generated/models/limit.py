from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.whose_enum import WhoseEnum, check_whose_enum

T = TypeVar("T", bound="Limit")


@_attrs_define
class Limit:
    """An allowance of calls, and what is left of it.

    Attributes:
        name (str): As in the headers RateLimit and RateLimit-Policy.
        about (str): What counts.
        whose (WhoseEnum): * `caller` - caller
            * `tenant` - tenant
        calls (int): How many calls a minute.
        left (int | None): null: cannot be told just now, and nothing is refused.
        full_in_seconds (int | None): When all of it is there again, if nothing is spent.
    """

    name: str
    about: str
    whose: WhoseEnum
    calls: int
    left: int | None
    full_in_seconds: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        about = self.about

        whose: str = self.whose

        calls = self.calls

        left: int | None
        left = self.left

        full_in_seconds: int | None
        full_in_seconds = self.full_in_seconds

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "about": about,
                "whose": whose,
                "calls": calls,
                "left": left,
                "full_in_seconds": full_in_seconds,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        about = d.pop("about")

        whose = check_whose_enum(d.pop("whose"))

        calls = d.pop("calls")

        def _parse_left(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        left = _parse_left(d.pop("left"))

        def _parse_full_in_seconds(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        full_in_seconds = _parse_full_in_seconds(d.pop("full_in_seconds"))

        limit = cls(
            name=name,
            about=about,
            whose=whose,
            calls=calls,
            left=left,
            full_in_seconds=full_in_seconds,
        )

        limit.additional_properties = d
        return limit

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
