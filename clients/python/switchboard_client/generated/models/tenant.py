from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Tenant")


@_attrs_define
class Tenant:
    """The tenant.

    Attributes:
        id (UUID):
        name (str):
        slug (str):
        created_at (str):
        time_zone (str | Unset):
        redrive_after_reconnect (bool | Unset): After an account is reconnected, send what failed for it again without
            being asked.
    """

    id: UUID
    name: str
    slug: str
    created_at: str
    time_zone: str | Unset = UNSET
    redrive_after_reconnect: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        name = self.name

        slug = self.slug

        created_at = self.created_at

        time_zone = self.time_zone

        redrive_after_reconnect = self.redrive_after_reconnect

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "slug": slug,
                "created_at": created_at,
            }
        )
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if redrive_after_reconnect is not UNSET:
            field_dict["redrive_after_reconnect"] = redrive_after_reconnect

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        name = d.pop("name")

        slug = d.pop("slug")

        created_at = d.pop("created_at")

        time_zone = d.pop("time_zone", UNSET)

        redrive_after_reconnect = d.pop("redrive_after_reconnect", UNSET)

        tenant = cls(
            id=id,
            name=name,
            slug=slug,
            created_at=created_at,
            time_zone=time_zone,
            redrive_after_reconnect=redrive_after_reconnect,
        )

        tenant.additional_properties = d
        return tenant

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
