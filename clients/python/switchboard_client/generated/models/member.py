from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.member_fields import MemberFields


T = TypeVar("T", bound="Member")


@_attrs_define
class Member:
    """A contact of an audience.

    Attributes:
        id (str): The platform's.
        email (str):
        status (str): The platform's word.
        fields (MemberFields): By the platform's names of fields.
        tags (list[str]):
        language (str):
        vip (bool | None):
        changed_at (datetime.datetime | None):
    """

    id: str
    email: str
    status: str
    fields: MemberFields
    tags: list[str]
    language: str
    vip: bool | None
    changed_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        email = self.email

        status = self.status

        fields = self.fields.to_dict()

        tags = self.tags

        language = self.language

        vip: bool | None
        vip = self.vip

        changed_at: None | str
        if isinstance(self.changed_at, datetime.datetime):
            changed_at = self.changed_at.isoformat()
        else:
            changed_at = self.changed_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "email": email,
                "status": status,
                "fields": fields,
                "tags": tags,
                "language": language,
                "vip": vip,
                "changed_at": changed_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.member_fields import MemberFields  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        email = d.pop("email")

        status = d.pop("status")

        fields = MemberFields.from_dict(d.pop("fields"))

        tags = cast(list[str], d.pop("tags"))

        language = d.pop("language")

        def _parse_vip(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        vip = _parse_vip(d.pop("vip"))

        def _parse_changed_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                changed_at_type_0 = datetime.datetime.fromisoformat(data)

                return changed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        changed_at = _parse_changed_at(d.pop("changed_at"))

        member = cls(
            id=id,
            email=email,
            status=status,
            fields=fields,
            tags=tags,
            language=language,
            vip=vip,
            changed_at=changed_at,
        )

        member.additional_properties = d
        return member

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
