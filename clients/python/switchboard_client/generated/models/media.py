from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.media_kind_enum import MediaKindEnum, check_media_kind_enum

if TYPE_CHECKING:
    from ..models.media_facts import MediaFacts


T = TypeVar("T", bound="Media")


@_attrs_define
class Media:
    """A file.

    Attributes:
        id (UUID):
        kind (MediaKindEnum): * `image` - Image
            * `video` - Video
            * `document` - Document
        content_type (str): By its bytes, never by its name.
        name (str): Harmless, with the right ending.
        size_bytes (int):
        width (int | None): Pixels as shown, rotation applied.
        height (int | None):
        aspect_ratio (float | None): Width by height, as shown.
        duration_ms (int | None):
        facts (MediaFacts): What else the probe found, such as video_codec, frame_rate, has_alpha, pages.
        sha256 (str):
        source_url (str): Where it was fetched from, without query and credentials.
        created_by (str):
        created_at (str):
        expires_at (None | str): Removed after this moment; empty: never.
        url (str): Signed, for anybody who has it, for a few hours.
    """

    id: UUID
    kind: MediaKindEnum
    content_type: str
    name: str
    size_bytes: int
    width: int | None
    height: int | None
    aspect_ratio: float | None
    duration_ms: int | None
    facts: MediaFacts
    sha256: str
    source_url: str
    created_by: str
    created_at: str
    expires_at: None | str
    url: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        kind: str = self.kind

        content_type = self.content_type

        name = self.name

        size_bytes = self.size_bytes

        width: int | None
        width = self.width

        height: int | None
        height = self.height

        aspect_ratio: float | None
        aspect_ratio = self.aspect_ratio

        duration_ms: int | None
        duration_ms = self.duration_ms

        facts = self.facts.to_dict()

        sha256 = self.sha256

        source_url = self.source_url

        created_by = self.created_by

        created_at = self.created_at

        expires_at: None | str
        expires_at = self.expires_at

        url = self.url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "content_type": content_type,
                "name": name,
                "size_bytes": size_bytes,
                "width": width,
                "height": height,
                "aspect_ratio": aspect_ratio,
                "duration_ms": duration_ms,
                "facts": facts,
                "sha256": sha256,
                "source_url": source_url,
                "created_by": created_by,
                "created_at": created_at,
                "expires_at": expires_at,
                "url": url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.media_facts import MediaFacts  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        kind = check_media_kind_enum(d.pop("kind"))

        content_type = d.pop("content_type")

        name = d.pop("name")

        size_bytes = d.pop("size_bytes")

        def _parse_width(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        width = _parse_width(d.pop("width"))

        def _parse_height(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        height = _parse_height(d.pop("height"))

        def _parse_aspect_ratio(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        aspect_ratio = _parse_aspect_ratio(d.pop("aspect_ratio"))

        def _parse_duration_ms(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        duration_ms = _parse_duration_ms(d.pop("duration_ms"))

        facts = MediaFacts.from_dict(d.pop("facts"))

        sha256 = d.pop("sha256")

        source_url = d.pop("source_url")

        created_by = d.pop("created_by")

        created_at = d.pop("created_at")

        def _parse_expires_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        expires_at = _parse_expires_at(d.pop("expires_at"))

        url = d.pop("url")

        media = cls(
            id=id,
            kind=kind,
            content_type=content_type,
            name=name,
            size_bytes=size_bytes,
            width=width,
            height=height,
            aspect_ratio=aspect_ratio,
            duration_ms=duration_ms,
            facts=facts,
            sha256=sha256,
            source_url=source_url,
            created_by=created_by,
            created_at=created_at,
            expires_at=expires_at,
            url=url,
        )

        media.additional_properties = d
        return media

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
