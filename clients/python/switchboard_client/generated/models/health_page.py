from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.health import Health
    from ..models.health_check import HealthCheck


T = TypeVar("T", bound="HealthPage")


@_attrs_define
class HealthPage:
    """How a connection is, and some of its checks, newest first.

    Attributes:
        health (Health): How a connection is. A check that failed in passing changes nothing here until there were
            several in a row.
        next_ (None | str): The address of the next page; null at the end.
        previous (None | str):
        results (list[HealthCheck]):
    """

    health: Health
    next_: None | str
    previous: None | str
    results: list[HealthCheck]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        health = self.health.to_dict()

        next_: None | str
        next_ = self.next_

        previous: None | str
        previous = self.previous

        results = []
        for results_item_data in self.results:
            results_item = results_item_data.to_dict()
            results.append(results_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "health": health,
                "next": next_,
                "previous": previous,
                "results": results,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.health import Health  # noqa: PLC0415
        from ..models.health_check import HealthCheck  # noqa: PLC0415

        d = dict(src_dict)
        health = Health.from_dict(d.pop("health"))

        def _parse_next_(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_ = _parse_next_(d.pop("next"))

        def _parse_previous(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        previous = _parse_previous(d.pop("previous"))

        results = []
        _results = d.pop("results")
        for results_item_data in _results:
            results_item = HealthCheck.from_dict(results_item_data)

            results.append(results_item)

        health_page = cls(
            health=health,
            next_=next_,
            previous=previous,
            results=results,
        )

        health_page.additional_properties = d
        return health_page

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
