from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="KeptFileRequest")


@_attrs_define
class KeptFileRequest:
    """A file of a post.

    Attributes:
        id (UUID): Of an uploaded file; see /api/media/.
        alt_text (str | Unset):
        title (str | Unset):
    """

    id: UUID
    alt_text: str | Unset = UNSET
    title: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        alt_text = self.alt_text

        title = self.title

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
            }
        )
        if alt_text is not UNSET:
            field_dict["alt_text"] = alt_text
        if title is not UNSET:
            field_dict["title"] = title

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        alt_text = d.pop("alt_text", UNSET)

        title = d.pop("title", UNSET)

        kept_file_request = cls(
            id=id,
            alt_text=alt_text,
            title=title,
        )

        return kept_file_request
