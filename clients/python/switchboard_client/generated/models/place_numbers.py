from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.obstacle import Obstacle
    from ..models.place import Place
    from ..models.series import Series


T = TypeVar("T", bound="PlaceNumbers")


@_attrs_define
class PlaceNumbers:
    """A place with its days.

    Attributes:
        destination (Place): A destination, shortly.
        platform (str):
        obstacle (None | Obstacle):
        taken_at (datetime.datetime | None):
        next_look_at (datetime.datetime | None):
        asked_at (datetime.datetime | None):
        refresh_possible_at (datetime.datetime | None):
        metrics (list[Series]):
    """

    destination: Place
    platform: str
    obstacle: None | Obstacle
    taken_at: datetime.datetime | None
    next_look_at: datetime.datetime | None
    asked_at: datetime.datetime | None
    refresh_possible_at: datetime.datetime | None
    metrics: list[Series]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.obstacle import Obstacle  # noqa: PLC0415

        destination = self.destination.to_dict()

        platform = self.platform

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

        metrics = []
        for metrics_item_data in self.metrics:
            metrics_item = metrics_item_data.to_dict()
            metrics.append(metrics_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "destination": destination,
                "platform": platform,
                "obstacle": obstacle,
                "taken_at": taken_at,
                "next_look_at": next_look_at,
                "asked_at": asked_at,
                "refresh_possible_at": refresh_possible_at,
                "metrics": metrics,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.obstacle import Obstacle  # noqa: PLC0415
        from ..models.place import Place  # noqa: PLC0415
        from ..models.series import Series  # noqa: PLC0415

        d = dict(src_dict)
        destination = Place.from_dict(d.pop("destination"))

        platform = d.pop("platform")

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

        metrics = []
        _metrics = d.pop("metrics")
        for metrics_item_data in _metrics:
            metrics_item = Series.from_dict(metrics_item_data)

            metrics.append(metrics_item)

        place_numbers = cls(
            destination=destination,
            platform=platform,
            obstacle=obstacle,
            taken_at=taken_at,
            next_look_at=next_look_at,
            asked_at=asked_at,
            refresh_possible_at=refresh_possible_at,
            metrics=metrics,
        )

        place_numbers.additional_properties = d
        return place_numbers

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
