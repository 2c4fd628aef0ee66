from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.member_role_enum import MemberRoleEnum, check_member_role_enum
from ..types import UNSET, Unset

T = TypeVar("T", bound="PatchedRoleRequest")


@_attrs_define
class PatchedRoleRequest:
    """A member's role.

    Attributes:
        role (MemberRoleEnum | Unset): * `owner` - Owner
            * `editor` - Editor
            * `viewer` - Viewer
    """

    role: MemberRoleEnum | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        role: str | Unset = UNSET
        if not isinstance(self.role, Unset):
            role = self.role

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if role is not UNSET:
            field_dict["role"] = role

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _role = d.pop("role", UNSET)
        role: MemberRoleEnum | Unset
        if isinstance(_role, Unset):
            role = UNSET
        else:
            role = check_member_role_enum(_role)

        patched_role_request = cls(
            role=role,
        )

        return patched_role_request
