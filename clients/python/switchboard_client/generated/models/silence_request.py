from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define


T = TypeVar("T", bound="SilenceRequest")


@_attrs_define
class SilenceRequest:
    """For how long nothing is sent about an alert.

    Attributes:
        hours (int): 1, 4, 24, 72; 0 ends a silence.
    """

    hours: int

    def to_dict(self) -> dict[str, Any]:
        hours = self.hours

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "hours": hours,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        hours = d.pop("hours")

        silence_request = cls(
            hours=hours,
        )

        return silence_request
