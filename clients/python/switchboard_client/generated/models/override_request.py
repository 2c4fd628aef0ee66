from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.file_request import FileRequest
    from ..models.override_request_settings import OverrideRequestSettings


T = TypeVar("T", bound="OverrideRequest")


@_attrs_define
class OverrideRequest:
    """What is said at one destination instead.

    Attributes:
        text (str | Unset):
        link (str | Unset):
        media (list[FileRequest] | Unset): In their order.
        settings (OverrideRequestSettings | Unset): Instead of those of the destination's kind.
        first_comment (str | Unset):
    """

    text: str | Unset = UNSET
    link: str | Unset = UNSET
    media: list[FileRequest] | Unset = UNSET
    settings: OverrideRequestSettings | Unset = UNSET
    first_comment: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        text = self.text

        link = self.link

        media: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.media, Unset):
            media = []
            for media_item_data in self.media:
                media_item = media_item_data.to_dict()
                media.append(media_item)

        settings: dict[str, Any] | Unset = UNSET
        if not isinstance(self.settings, Unset):
            settings = self.settings.to_dict()

        first_comment = self.first_comment

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if text is not UNSET:
            field_dict["text"] = text
        if link is not UNSET:
            field_dict["link"] = link
        if media is not UNSET:
            field_dict["media"] = media
        if settings is not UNSET:
            field_dict["settings"] = settings
        if first_comment is not UNSET:
            field_dict["first_comment"] = first_comment

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.file_request import FileRequest  # noqa: PLC0415
        from ..models.override_request_settings import OverrideRequestSettings  # noqa: PLC0415

        d = dict(src_dict)
        text = d.pop("text", UNSET)

        link = d.pop("link", UNSET)

        _media = d.pop("media", UNSET)
        media: list[FileRequest] | Unset = UNSET
        if _media is not UNSET:
            media = []
            for media_item_data in _media:
                media_item = FileRequest.from_dict(media_item_data)

                media.append(media_item)

        _settings = d.pop("settings", UNSET)
        settings: OverrideRequestSettings | Unset
        if isinstance(_settings, Unset):
            settings = UNSET
        else:
            settings = OverrideRequestSettings.from_dict(_settings)

        first_comment = d.pop("first_comment", UNSET)

        override_request = cls(
            text=text,
            link=link,
            media=media,
            settings=settings,
            first_comment=first_comment,
        )

        return override_request
