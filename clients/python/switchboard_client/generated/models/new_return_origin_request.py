from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define


T = TypeVar("T", bound="NewReturnOriginRequest")


@_attrs_define
class NewReturnOriginRequest:
    """An origin to list.

    Attributes:
        origin (str): Scheme, host and port: https://app.example.com
    """

    origin: str

    def to_dict(self) -> dict[str, Any]:
        origin = self.origin

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "origin": origin,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        origin = d.pop("origin")

        new_return_origin_request = cls(
            origin=origin,
        )

        return new_return_origin_request
