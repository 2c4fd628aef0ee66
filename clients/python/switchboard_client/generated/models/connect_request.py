from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define


T = TypeVar("T", bound="ConnectRequest")


@_attrs_define
class ConnectRequest:
    """An API key that opens an account. It is tried at once, sealed, and never told again.

    Attributes:
        platform (str):
        api_key (str):
    """

    platform: str
    api_key: str

    def to_dict(self) -> dict[str, Any]:
        platform = self.platform

        api_key = self.api_key

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "platform": platform,
                "api_key": api_key,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        platform = d.pop("platform")

        api_key = d.pop("api_key")

        connect_request = cls(
            platform=platform,
            api_key=api_key,
        )

        return connect_request
