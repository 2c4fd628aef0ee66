from typing import Literal

MemberRoleEnum = Literal["editor", "owner", "viewer"]

MEMBER_ROLE_ENUM_VALUES: set[MemberRoleEnum] = {
    "editor",
    "owner",
    "viewer",
}


def check_member_role_enum(value: str) -> MemberRoleEnum:
    if value in MEMBER_ROLE_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {MEMBER_ROLE_ENUM_VALUES!r}")
