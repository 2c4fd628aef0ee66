from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.member_input_request_fields import MemberInputRequestFields


T = TypeVar("T", bound="MemberInputRequest")


@_attrs_define
class MemberInputRequest:
    """A contact to add, or to change if it is there. What is left out is left as it is, or as the platform does.

    Attributes:
        email (str):
        status (str | Unset):  Default: ''.
        fields (MemberInputRequestFields | Unset):
        tags (list[str] | Unset):
        language (str | Unset):  Default: ''.
        vip (bool | None | Unset):
    """

    email: str
    status: str | Unset = ""
    fields: MemberInputRequestFields | Unset = UNSET
    tags: list[str] | Unset = UNSET
    language: str | Unset = ""
    vip: bool | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        status = self.status

        fields: dict[str, Any] | Unset = UNSET
        if not isinstance(self.fields, Unset):
            fields = self.fields.to_dict()

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        language = self.language

        vip: bool | None | Unset
        if isinstance(self.vip, Unset):
            vip = UNSET
        else:
            vip = self.vip

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "email": email,
            }
        )
        if status is not UNSET:
            field_dict["status"] = status
        if fields is not UNSET:
            field_dict["fields"] = fields
        if tags is not UNSET:
            field_dict["tags"] = tags
        if language is not UNSET:
            field_dict["language"] = language
        if vip is not UNSET:
            field_dict["vip"] = vip

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.member_input_request_fields import MemberInputRequestFields  # noqa: PLC0415

        d = dict(src_dict)
        email = d.pop("email")

        status = d.pop("status", UNSET)

        _fields = d.pop("fields", UNSET)
        fields: MemberInputRequestFields | Unset
        if isinstance(_fields, Unset):
            fields = UNSET
        else:
            fields = MemberInputRequestFields.from_dict(_fields)

        tags = cast(list[str], d.pop("tags", UNSET))

        language = d.pop("language", UNSET)

        def _parse_vip(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        vip = _parse_vip(d.pop("vip", UNSET))

        member_input_request = cls(
            email=email,
            status=status,
            fields=fields,
            tags=tags,
            language=language,
            vip=vip,
        )

        return member_input_request
