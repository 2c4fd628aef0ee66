from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.file_request import FileRequest
    from ..models.patched_edit_post_request_settings import PatchedEditPostRequestSettings


T = TypeVar("T", bound="PatchedEditPostRequest")


@_attrs_define
class PatchedEditPostRequest:
    """What to change of a post; what is left out stays as it was.

    Attributes:
        text (str | Unset):
        link (str | Unset):
        publish_at (str | Unset): Empty: now.
        time_zone (str | Unset):
        media (list[FileRequest] | Unset): In their order.
        settings (PatchedEditPostRequestSettings | Unset): All of them, by kind.
        first_comment (str | Unset):
    """

    text: str | Unset = UNSET
    link: str | Unset = UNSET
    publish_at: str | Unset = UNSET
    time_zone: str | Unset = UNSET
    media: list[FileRequest] | Unset = UNSET
    settings: PatchedEditPostRequestSettings | Unset = UNSET
    first_comment: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        text = self.text

        link = self.link

        publish_at = self.publish_at

        time_zone = self.time_zone

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
        if publish_at is not UNSET:
            field_dict["publish_at"] = publish_at
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
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
        from ..models.patched_edit_post_request_settings import PatchedEditPostRequestSettings  # noqa: PLC0415

        d = dict(src_dict)
        text = d.pop("text", UNSET)

        link = d.pop("link", UNSET)

        publish_at = d.pop("publish_at", UNSET)

        time_zone = d.pop("time_zone", UNSET)

        _media = d.pop("media", UNSET)
        media: list[FileRequest] | Unset = UNSET
        if _media is not UNSET:
            media = []
            for media_item_data in _media:
                media_item = FileRequest.from_dict(media_item_data)

                media.append(media_item)

        _settings = d.pop("settings", UNSET)
        settings: PatchedEditPostRequestSettings | Unset
        if isinstance(_settings, Unset):
            settings = UNSET
        else:
            settings = PatchedEditPostRequestSettings.from_dict(_settings)

        first_comment = d.pop("first_comment", UNSET)

        patched_edit_post_request = cls(
            text=text,
            link=link,
            publish_at=publish_at,
            time_zone=time_zone,
            media=media,
            settings=settings,
            first_comment=first_comment,
        )

        return patched_edit_post_request
