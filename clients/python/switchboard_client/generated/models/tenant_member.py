from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.member_role_enum import MemberRoleEnum, check_member_role_enum

T = TypeVar("T", bound="TenantMember")


@_attrs_define
class TenantMember:
    """A member of the tenant.

    Attributes:
        id (UUID):
        email (str):
        name (str):
        role (MemberRoleEnum): * `owner` - Owner
            * `editor` - Editor
            * `viewer` - Viewer
        created_at (str):
    """

    id: UUID
    email: str
    name: str
    role: MemberRoleEnum
    created_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        email = self.email

        name = self.name

        role: str = self.role

        created_at = self.created_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "email": email,
                "name": name,
                "role": role,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        email = d.pop("email")

        name = d.pop("name")

        role = check_member_role_enum(d.pop("role"))

        created_at = d.pop("created_at")

        tenant_member = cls(
            id=id,
            email=email,
            name=name,
            role=role,
            created_at=created_at,
        )

        tenant_member.additional_properties = d
        return tenant_member

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
