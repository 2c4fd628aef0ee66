from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field


T = TypeVar("T", bound="Kind")


@_attrs_define
class Kind:
    """A kind of place on a platform, and what a post may carry there.

    Attributes:
        slug (str):
        name (str):
        longest_text (int): In characters.
        takes (list[str]): Return what can be said there, in words of the platform's capabilities.
        most_media (int): How many files one post may carry.
        settings_version (int):
    """

    slug: str
    name: str
    longest_text: int
    takes: list[str]
    most_media: int
    settings_version: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        slug = self.slug

        name = self.name

        longest_text = self.longest_text

        takes = self.takes

        most_media = self.most_media

        settings_version = self.settings_version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "slug": slug,
                "name": name,
                "longest_text": longest_text,
                "takes": takes,
                "most_media": most_media,
                "settings_version": settings_version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        slug = d.pop("slug")

        name = d.pop("name")

        longest_text = d.pop("longest_text")

        takes = cast(list[str], d.pop("takes"))

        most_media = d.pop("most_media")

        settings_version = d.pop("settings_version")

        kind = cls(
            slug=slug,
            name=name,
            longest_text=longest_text,
            takes=takes,
            most_media=most_media,
            settings_version=settings_version,
        )

        kind.additional_properties = d
        return kind

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
