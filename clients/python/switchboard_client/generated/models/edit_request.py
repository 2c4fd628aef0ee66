from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.edit_request_settings import EditRequestSettings
    from ..models.kept_file_request import KeptFileRequest


T = TypeVar("T", bound="EditRequest")


@_attrs_define
class EditRequest:
    """What a failed job shall say instead.

    Attributes:
        text (str | Unset):
        link (str | Unset):
        media (list[KeptFileRequest] | Unset):
        settings (EditRequestSettings | Unset): Instead of those of the destination's kind.
    """

    text: str | Unset = UNSET
    link: str | Unset = UNSET
    media: list[KeptFileRequest] | Unset = UNSET
    settings: EditRequestSettings | Unset = UNSET

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

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.edit_request_settings import EditRequestSettings  # noqa: PLC0415
        from ..models.kept_file_request import KeptFileRequest  # noqa: PLC0415

        d = dict(src_dict)
        text = d.pop("text", UNSET)

        link = d.pop("link", UNSET)

        _media = d.pop("media", UNSET)
        media: list[KeptFileRequest] | Unset = UNSET
        if _media is not UNSET:
            media = []
            for media_item_data in _media:
                media_item = KeptFileRequest.from_dict(media_item_data)

                media.append(media_item)

        _settings = d.pop("settings", UNSET)
        settings: EditRequestSettings | Unset
        if isinstance(_settings, Unset):
            settings = UNSET
        else:
            settings = EditRequestSettings.from_dict(_settings)

        edit_request = cls(
            text=text,
            link=link,
            media=media,
            settings=settings,
        )

        return edit_request
