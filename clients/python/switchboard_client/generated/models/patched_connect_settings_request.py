from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="PatchedConnectSettingsRequest")


@_attrs_define
class PatchedConnectSettingsRequest:
    """What the hub does by itself around connecting.

    Attributes:
        redrive_after_reconnect (bool | Unset): After an account is reconnected, send what failed for it again without
            being asked.
    """

    redrive_after_reconnect: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        redrive_after_reconnect = self.redrive_after_reconnect

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if redrive_after_reconnect is not UNSET:
            field_dict["redrive_after_reconnect"] = redrive_after_reconnect

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        redrive_after_reconnect = d.pop("redrive_after_reconnect", UNSET)

        patched_connect_settings_request = cls(
            redrive_after_reconnect=redrive_after_reconnect,
        )

        return patched_connect_settings_request
