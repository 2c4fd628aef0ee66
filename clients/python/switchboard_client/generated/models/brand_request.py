from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="BrandRequest")


@_attrs_define
class BrandRequest:
    """How the link's pages look.

    Attributes:
        name (str | Unset): Who asks; none: the tenant's name. Default: ''.
        color (str | Unset): Your colour, such as #0a7cff; made darker or lighter where words could not be read.
        logo_url (str | Unset): A picture, by https. Default: ''.
    """

    name: str | Unset = ""
    color: str | Unset = UNSET
    logo_url: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        color: str | Unset
        if isinstance(self.color, Unset):
            color = UNSET
        else:
            color = self.color

        logo_url = self.logo_url

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if color is not UNSET:
            field_dict["color"] = color
        if logo_url is not UNSET:
            field_dict["logo_url"] = logo_url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        def _parse_color(data: object) -> str | Unset:
            if isinstance(data, Unset):
                return data
            return cast(str | Unset, data)

        color = _parse_color(d.pop("color", UNSET))

        logo_url = d.pop("logo_url", UNSET)

        brand_request = cls(
            name=name,
            color=color,
            logo_url=logo_url,
        )

        return brand_request
