from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.place import Place
    from ..models.post_numbers_metrics import PostNumbersMetrics


T = TypeVar("T", bound="PostNumbers")


@_attrs_define
class PostNumbers:
    """A post with its latest numbers; a metric that was not told is not in ``metrics``.

    Attributes:
        job (UUID):
        post (UUID):
        platform (str):
        destination (Place): A destination, shortly.
        published_at (datetime.datetime | None):
        permalink (str):
        text (str): How it begins.
        taken_at (datetime.datetime | None):
        metrics (PostNumbersMetrics):
    """

    job: UUID
    post: UUID
    platform: str
    destination: Place
    published_at: datetime.datetime | None
    permalink: str
    text: str
    taken_at: datetime.datetime | None
    metrics: PostNumbersMetrics
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        job = str(self.job)

        post = str(self.post)

        platform = self.platform

        destination = self.destination.to_dict()

        published_at: None | str
        if isinstance(self.published_at, datetime.datetime):
            published_at = self.published_at.isoformat()
        else:
            published_at = self.published_at

        permalink = self.permalink

        text = self.text

        taken_at: None | str
        if isinstance(self.taken_at, datetime.datetime):
            taken_at = self.taken_at.isoformat()
        else:
            taken_at = self.taken_at

        metrics = self.metrics.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "job": job,
                "post": post,
                "platform": platform,
                "destination": destination,
                "published_at": published_at,
                "permalink": permalink,
                "text": text,
                "taken_at": taken_at,
                "metrics": metrics,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.place import Place  # noqa: PLC0415
        from ..models.post_numbers_metrics import PostNumbersMetrics  # noqa: PLC0415

        d = dict(src_dict)
        job = UUID(d.pop("job"))

        post = UUID(d.pop("post"))

        platform = d.pop("platform")

        destination = Place.from_dict(d.pop("destination"))

        def _parse_published_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                published_at_type_0 = datetime.datetime.fromisoformat(data)

                return published_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        published_at = _parse_published_at(d.pop("published_at"))

        permalink = d.pop("permalink")

        text = d.pop("text")

        def _parse_taken_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                taken_at_type_0 = datetime.datetime.fromisoformat(data)

                return taken_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        taken_at = _parse_taken_at(d.pop("taken_at"))

        metrics = PostNumbersMetrics.from_dict(d.pop("metrics"))

        post_numbers = cls(
            job=job,
            post=post,
            platform=platform,
            destination=destination,
            published_at=published_at,
            permalink=permalink,
            text=text,
            taken_at=taken_at,
            metrics=metrics,
        )

        post_numbers.additional_properties = d
        return post_numbers

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
