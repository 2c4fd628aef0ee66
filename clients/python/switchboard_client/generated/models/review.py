from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field


T = TypeVar("T", bound="Review")


@_attrs_define
class Review:
    """What a customer wrote about a place, and what the place answered.

    Attributes:
        id (str):
        author (str):
        stars (int | None): One to five; null when the platform tells none.
        text (str):
        written_at (datetime.datetime | None):
        changed_at (datetime.datetime | None):
        reply (str): Empty while there is none.
        replied_at (datetime.datetime | None):
        reply_note (str): What the platform says of the reply, such as that it is not public yet.
    """

    id: str
    author: str
    stars: int | None
    text: str
    written_at: datetime.datetime | None
    changed_at: datetime.datetime | None
    reply: str
    replied_at: datetime.datetime | None
    reply_note: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        author = self.author

        stars: int | None
        stars = self.stars

        text = self.text

        written_at: None | str
        if isinstance(self.written_at, datetime.datetime):
            written_at = self.written_at.isoformat()
        else:
            written_at = self.written_at

        changed_at: None | str
        if isinstance(self.changed_at, datetime.datetime):
            changed_at = self.changed_at.isoformat()
        else:
            changed_at = self.changed_at

        reply = self.reply

        replied_at: None | str
        if isinstance(self.replied_at, datetime.datetime):
            replied_at = self.replied_at.isoformat()
        else:
            replied_at = self.replied_at

        reply_note = self.reply_note

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "author": author,
                "stars": stars,
                "text": text,
                "written_at": written_at,
                "changed_at": changed_at,
                "reply": reply,
                "replied_at": replied_at,
                "reply_note": reply_note,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        author = d.pop("author")

        def _parse_stars(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        stars = _parse_stars(d.pop("stars"))

        text = d.pop("text")

        def _parse_written_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                written_at_type_0 = datetime.datetime.fromisoformat(data)

                return written_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        written_at = _parse_written_at(d.pop("written_at"))

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

        reply = d.pop("reply")

        def _parse_replied_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                replied_at_type_0 = datetime.datetime.fromisoformat(data)

                return replied_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        replied_at = _parse_replied_at(d.pop("replied_at"))

        reply_note = d.pop("reply_note")

        review = cls(
            id=id,
            author=author,
            stars=stars,
            text=text,
            written_at=written_at,
            changed_at=changed_at,
            reply=reply,
            replied_at=replied_at,
            reply_note=reply_note,
        )

        review.additional_properties = d
        return review

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
