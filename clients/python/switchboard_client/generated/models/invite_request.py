from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.member_role_enum import MemberRoleEnum, check_member_role_enum

T = TypeVar("T", bound="InviteRequest")


@_attrs_define
class InviteRequest:
    """Whom to invite, as what.

    Attributes:
        email (str):
        role (MemberRoleEnum): * `owner` - Owner
            * `editor` - Editor
            * `viewer` - Viewer
    """

    email: str
    role: MemberRoleEnum

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        role: str = self.role

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "email": email,
                "role": role,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email = d.pop("email")

        role = check_member_role_enum(d.pop("role"))

        invite_request = cls(
            email=email,
            role=role,
        )

        return invite_request
