from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="FileRequest")


@_attrs_define
class FileRequest:
    """A file for a post: uploaded before, or to be fetched.

    Attributes:
        id (UUID | Unset): Of an uploaded file; see /api/media/.
        alt_text (str | Unset):
        title (str | Unset):
        url (str | Unset): A public address to fetch it from first, instead of an id.
    """

    id: UUID | Unset = UNSET
    alt_text: str | Unset = UNSET
    title: str | Unset = UNSET
    url: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        id: str | Unset = UNSET
        if not isinstance(self.id, Unset):
            id = str(self.id)

        alt_text = self.alt_text

        title = self.title

        url = self.url

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if alt_text is not UNSET:
            field_dict["alt_text"] = alt_text
        if title is not UNSET:
            field_dict["title"] = title
        if url is not UNSET:
            field_dict["url"] = url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _id = d.pop("id", UNSET)
        id: UUID | Unset
        if isinstance(_id, Unset):
            id = UNSET
        else:
            id = UUID(_id)

        alt_text = d.pop("alt_text", UNSET)

        title = d.pop("title", UNSET)

        url = d.pop("url", UNSET)

        file_request = cls(
            id=id,
            alt_text=alt_text,
            title=title,
            url=url,
        )

        return file_request
