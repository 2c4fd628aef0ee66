from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.post_state_enum import PostStateEnum, check_post_state_enum

if TYPE_CHECKING:
    from ..models.job import Job
    from ..models.kept_file import KeptFile
    from ..models.post_overrides import PostOverrides
    from ..models.post_settings import PostSettings


T = TypeVar("T", bound="Post")


@_attrs_define
class Post:
    """A post with its jobs.

    Attributes:
        id (UUID):
        state (PostStateEnum):
        text (str):
        link (str):
        media (list[KeptFile]):
        settings (PostSettings):
        first_comment (str): Written under the post once it is public.
        overrides (PostOverrides):
        publish_at (None | str):
        time_zone (str): The zone the author meant, for showing it again.
        in_order (bool): Keep the order of posts at each destination.
        idempotency_key (None | str):
        created_by (str):
        created_at (str):
        jobs (list[Job]):
    """

    id: UUID
    state: PostStateEnum
    text: str
    link: str
    media: list[KeptFile]
    settings: PostSettings
    first_comment: str
    overrides: PostOverrides
    publish_at: None | str
    time_zone: str
    in_order: bool
    idempotency_key: None | str
    created_by: str
    created_at: str
    jobs: list[Job]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        state: str = self.state

        text = self.text

        link = self.link

        media = []
        for media_item_data in self.media:
            media_item = media_item_data.to_dict()
            media.append(media_item)

        settings = self.settings.to_dict()

        first_comment = self.first_comment

        overrides = self.overrides.to_dict()

        publish_at: None | str
        publish_at = self.publish_at

        time_zone = self.time_zone

        in_order = self.in_order

        idempotency_key: None | str
        idempotency_key = self.idempotency_key

        created_by = self.created_by

        created_at = self.created_at

        jobs = []
        for jobs_item_data in self.jobs:
            jobs_item = jobs_item_data.to_dict()
            jobs.append(jobs_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "state": state,
                "text": text,
                "link": link,
                "media": media,
                "settings": settings,
                "first_comment": first_comment,
                "overrides": overrides,
                "publish_at": publish_at,
                "time_zone": time_zone,
                "in_order": in_order,
                "idempotency_key": idempotency_key,
                "created_by": created_by,
                "created_at": created_at,
                "jobs": jobs,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.job import Job  # noqa: PLC0415
        from ..models.kept_file import KeptFile  # noqa: PLC0415
        from ..models.post_overrides import PostOverrides  # noqa: PLC0415
        from ..models.post_settings import PostSettings  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        state = check_post_state_enum(d.pop("state"))

        text = d.pop("text")

        link = d.pop("link")

        media = []
        _media = d.pop("media")
        for media_item_data in _media:
            media_item = KeptFile.from_dict(media_item_data)

            media.append(media_item)

        settings = PostSettings.from_dict(d.pop("settings"))

        first_comment = d.pop("first_comment")

        overrides = PostOverrides.from_dict(d.pop("overrides"))

        def _parse_publish_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        publish_at = _parse_publish_at(d.pop("publish_at"))

        time_zone = d.pop("time_zone")

        in_order = d.pop("in_order")

        def _parse_idempotency_key(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        idempotency_key = _parse_idempotency_key(d.pop("idempotency_key"))

        created_by = d.pop("created_by")

        created_at = d.pop("created_at")

        jobs = []
        _jobs = d.pop("jobs")
        for jobs_item_data in _jobs:
            jobs_item = Job.from_dict(jobs_item_data)

            jobs.append(jobs_item)

        post = cls(
            id=id,
            state=state,
            text=text,
            link=link,
            media=media,
            settings=settings,
            first_comment=first_comment,
            overrides=overrides,
            publish_at=publish_at,
            time_zone=time_zone,
            in_order=in_order,
            idempotency_key=idempotency_key,
            created_by=created_by,
            created_at=created_at,
            jobs=jobs,
        )

        post.additional_properties = d
        return post

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
