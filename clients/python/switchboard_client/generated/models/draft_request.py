from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.draft_request_overrides import DraftRequestOverrides
    from ..models.draft_request_settings import DraftRequestSettings
    from ..models.file_request import FileRequest


T = TypeVar("T", bound="DraftRequest")


@_attrs_define
class DraftRequest:
    """A request to publish.

    Attributes:
        destinations (list[UUID]): Ids of destinations chosen for publishing.
        text (str | Unset):  Default: ''.
        link (str | Unset):  Default: ''.
        publish_at (str | Unset): ISO 8601 with an offset, or a local time together with time_zone. Left out: now.
            Default: ''.
        time_zone (str | Unset): IANA name, such as Europe/Berlin. Default: ''.
        in_order (bool | Unset): Publish behind earlier posts of the same destination that ask for order too. Default:
            False.
        media (list[FileRequest] | Unset): In their order.
        settings (DraftRequestSettings | Unset): By kind of destination, such as facebook_page: what its schema at
            /api/platforms/ describes.
        first_comment (str | Unset): Written under the post once it is public, where the platform can. Default: ''.
        overrides (DraftRequestOverrides | Unset): By destination id: what is said there instead.
    """

    destinations: list[UUID]
    text: str | Unset = ""
    link: str | Unset = ""
    publish_at: str | Unset = ""
    time_zone: str | Unset = ""
    in_order: bool | Unset = False
    media: list[FileRequest] | Unset = UNSET
    settings: DraftRequestSettings | Unset = UNSET
    first_comment: str | Unset = ""
    overrides: DraftRequestOverrides | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        destinations = []
        for destinations_item_data in self.destinations:
            destinations_item = str(destinations_item_data)
            destinations.append(destinations_item)

        text = self.text

        link = self.link

        publish_at = self.publish_at

        time_zone = self.time_zone

        in_order = self.in_order

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

        overrides: dict[str, Any] | Unset = UNSET
        if not isinstance(self.overrides, Unset):
            overrides = self.overrides.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "destinations": destinations,
            }
        )
        if text is not UNSET:
            field_dict["text"] = text
        if link is not UNSET:
            field_dict["link"] = link
        if publish_at is not UNSET:
            field_dict["publish_at"] = publish_at
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if in_order is not UNSET:
            field_dict["in_order"] = in_order
        if media is not UNSET:
            field_dict["media"] = media
        if settings is not UNSET:
            field_dict["settings"] = settings
        if first_comment is not UNSET:
            field_dict["first_comment"] = first_comment
        if overrides is not UNSET:
            field_dict["overrides"] = overrides

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.draft_request_overrides import DraftRequestOverrides  # noqa: PLC0415
        from ..models.draft_request_settings import DraftRequestSettings  # noqa: PLC0415
        from ..models.file_request import FileRequest  # noqa: PLC0415

        d = dict(src_dict)
        destinations = []
        _destinations = d.pop("destinations")
        for destinations_item_data in _destinations:
            destinations_item = UUID(destinations_item_data)

            destinations.append(destinations_item)

        text = d.pop("text", UNSET)

        link = d.pop("link", UNSET)

        publish_at = d.pop("publish_at", UNSET)

        time_zone = d.pop("time_zone", UNSET)

        in_order = d.pop("in_order", UNSET)

        _media = d.pop("media", UNSET)
        media: list[FileRequest] | Unset = UNSET
        if _media is not UNSET:
            media = []
            for media_item_data in _media:
                media_item = FileRequest.from_dict(media_item_data)

                media.append(media_item)

        _settings = d.pop("settings", UNSET)
        settings: DraftRequestSettings | Unset
        if isinstance(_settings, Unset):
            settings = UNSET
        else:
            settings = DraftRequestSettings.from_dict(_settings)

        first_comment = d.pop("first_comment", UNSET)

        _overrides = d.pop("overrides", UNSET)
        overrides: DraftRequestOverrides | Unset
        if isinstance(_overrides, Unset):
            overrides = UNSET
        else:
            overrides = DraftRequestOverrides.from_dict(_overrides)

        draft_request = cls(
            destinations=destinations,
            text=text,
            link=link,
            publish_at=publish_at,
            time_zone=time_zone,
            in_order=in_order,
            media=media,
            settings=settings,
            first_comment=first_comment,
            overrides=overrides,
        )

        return draft_request
