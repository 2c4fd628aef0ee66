from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.latest import Latest
    from ..models.obstacle import Obstacle
    from ..models.place import Place
    from ..models.snapshot import Snapshot


T = TypeVar("T", bound="JobMetrics")


@_attrs_define
class JobMetrics:
    """The numbers of one post.

    Attributes:
        job (UUID):
        post (UUID):
        platform (str):
        destination (Place): A destination, shortly.
        published_at (datetime.datetime | None):
        obstacle (None | Obstacle):
        taken_at (datetime.datetime | None): When the platform last answered.
        next_look_at (datetime.datetime | None):
        asked_at (datetime.datetime | None): When fresh numbers were last asked for.
        refresh_possible_at (datetime.datetime | None): null: now.
        latest (list[Latest]):
        history (list[Snapshot]): Oldest first: hourly for two days, then daily.
    """

    job: UUID
    post: UUID
    platform: str
    destination: Place
    published_at: datetime.datetime | None
    obstacle: None | Obstacle
    taken_at: datetime.datetime | None
    next_look_at: datetime.datetime | None
    asked_at: datetime.datetime | None
    refresh_possible_at: datetime.datetime | None
    latest: list[Latest]
    history: list[Snapshot]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.obstacle import Obstacle  # noqa: PLC0415

        job = str(self.job)

        post = str(self.post)

        platform = self.platform

        destination = self.destination.to_dict()

        published_at: None | str
        if isinstance(self.published_at, datetime.datetime):
            published_at = self.published_at.isoformat()
        else:
            published_at = self.published_at

        obstacle: dict[str, Any] | None
        if isinstance(self.obstacle, Obstacle):
            obstacle = self.obstacle.to_dict()
        else:
            obstacle = self.obstacle

        taken_at: None | str
        if isinstance(self.taken_at, datetime.datetime):
            taken_at = self.taken_at.isoformat()
        else:
            taken_at = self.taken_at

        next_look_at: None | str
        if isinstance(self.next_look_at, datetime.datetime):
            next_look_at = self.next_look_at.isoformat()
        else:
            next_look_at = self.next_look_at

        asked_at: None | str
        if isinstance(self.asked_at, datetime.datetime):
            asked_at = self.asked_at.isoformat()
        else:
            asked_at = self.asked_at

        refresh_possible_at: None | str
        if isinstance(self.refresh_possible_at, datetime.datetime):
            refresh_possible_at = self.refresh_possible_at.isoformat()
        else:
            refresh_possible_at = self.refresh_possible_at

        latest = []
        for latest_item_data in self.latest:
            latest_item = latest_item_data.to_dict()
            latest.append(latest_item)

        history = []
        for history_item_data in self.history:
            history_item = history_item_data.to_dict()
            history.append(history_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "job": job,
                "post": post,
                "platform": platform,
                "destination": destination,
                "published_at": published_at,
                "obstacle": obstacle,
                "taken_at": taken_at,
                "next_look_at": next_look_at,
                "asked_at": asked_at,
                "refresh_possible_at": refresh_possible_at,
                "latest": latest,
                "history": history,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.latest import Latest  # noqa: PLC0415
        from ..models.obstacle import Obstacle  # noqa: PLC0415
        from ..models.place import Place  # noqa: PLC0415
        from ..models.snapshot import Snapshot  # noqa: PLC0415

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

        def _parse_obstacle(data: object) -> None | Obstacle:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                obstacle_type_1 = Obstacle.from_dict(data)

                return obstacle_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Obstacle, data)

        obstacle = _parse_obstacle(d.pop("obstacle"))

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

        def _parse_next_look_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_look_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_look_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_look_at = _parse_next_look_at(d.pop("next_look_at"))

        def _parse_asked_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                asked_at_type_0 = datetime.datetime.fromisoformat(data)

                return asked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        asked_at = _parse_asked_at(d.pop("asked_at"))

        def _parse_refresh_possible_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                refresh_possible_at_type_0 = datetime.datetime.fromisoformat(data)

                return refresh_possible_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        refresh_possible_at = _parse_refresh_possible_at(d.pop("refresh_possible_at"))

        latest = []
        _latest = d.pop("latest")
        for latest_item_data in _latest:
            latest_item = Latest.from_dict(latest_item_data)

            latest.append(latest_item)

        history = []
        _history = d.pop("history")
        for history_item_data in _history:
            history_item = Snapshot.from_dict(history_item_data)

            history.append(history_item)

        job_metrics = cls(
            job=job,
            post=post,
            platform=platform,
            destination=destination,
            published_at=published_at,
            obstacle=obstacle,
            taken_at=taken_at,
            next_look_at=next_look_at,
            asked_at=asked_at,
            refresh_possible_at=refresh_possible_at,
            latest=latest,
            history=history,
        )

        job_metrics.additional_properties = d
        return job_metrics

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
