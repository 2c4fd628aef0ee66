from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field


T = TypeVar("T", bound="Budget")


@_attrs_define
class Budget:
    """What is left of one of a platform's budgets, as far as the platform has told.

    Attributes:
        key (str):
        used_percent (int):
        blocked_seconds (int): How long the budget stays closed; 0 while it is open.
    """

    key: str
    used_percent: int
    blocked_seconds: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        key = self.key

        used_percent = self.used_percent

        blocked_seconds = self.blocked_seconds

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "key": key,
                "used_percent": used_percent,
                "blocked_seconds": blocked_seconds,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        key = d.pop("key")

        used_percent = d.pop("used_percent")

        blocked_seconds = d.pop("blocked_seconds")

        budget = cls(
            key=key,
            used_percent=used_percent,
            blocked_seconds=blocked_seconds,
        )

        budget.additional_properties = d
        return budget

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
