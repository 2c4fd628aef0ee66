from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.member import Member


T = TypeVar("T", bound="MemberResult")


@_attrs_define
class MemberResult:
    """What became of one contact; ``code`` is empty when it went well.

    Attributes:
        email (str):
        ok (bool): Return whether it was saved.
        member (Member | None): As it is there now, where the platform tells.
        code (str): Why it was refused: content_rejected, or a word of the platform's.
        cause (str):
        remedy (str):
    """

    email: str
    ok: bool
    member: Member | None
    code: str
    cause: str
    remedy: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.member import Member  # noqa: PLC0415

        email = self.email

        ok = self.ok

        member: dict[str, Any] | None
        if isinstance(self.member, Member):
            member = self.member.to_dict()
        else:
            member = self.member

        code = self.code

        cause = self.cause

        remedy = self.remedy

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "email": email,
                "ok": ok,
                "member": member,
                "code": code,
                "cause": cause,
                "remedy": remedy,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.member import Member  # noqa: PLC0415

        d = dict(src_dict)
        email = d.pop("email")

        ok = d.pop("ok")

        def _parse_member(data: object) -> Member | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                member_type_1 = Member.from_dict(data)

                return member_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Member | None, data)

        member = _parse_member(d.pop("member"))

        code = d.pop("code")

        cause = d.pop("cause")

        remedy = d.pop("remedy")

        member_result = cls(
            email=email,
            ok=ok,
            member=member,
            code=code,
            cause=cause,
            remedy=remedy,
        )

        member_result.additional_properties = d
        return member_result

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
