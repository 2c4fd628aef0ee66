from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="PatchedChangeTenantRequest")


@_attrs_define
class PatchedChangeTenantRequest:
    """What may be changed of the tenant; what is left out stays.

    Attributes:
        name (str | Unset):
        time_zone (str | Unset):
        redrive_after_reconnect (bool | Unset):
    """

    name: str | Unset = UNSET
    time_zone: str | Unset = UNSET
    redrive_after_reconnect: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        time_zone = self.time_zone

        redrive_after_reconnect = self.redrive_after_reconnect

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if redrive_after_reconnect is not UNSET:
            field_dict["redrive_after_reconnect"] = redrive_after_reconnect

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        time_zone = d.pop("time_zone", UNSET)

        redrive_after_reconnect = d.pop("redrive_after_reconnect", UNSET)

        patched_change_tenant_request = cls(
            name=name,
            time_zone=time_zone,
            redrive_after_reconnect=redrive_after_reconnect,
        )

        return patched_change_tenant_request
