from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define


T = TypeVar("T", bound="ChoiceRequest")


@_attrs_define
class ChoiceRequest:
    """Which places of a connection to publish to: exactly these.

    Attributes:
        destinations (list[UUID]):
    """

    destinations: list[UUID]

    def to_dict(self) -> dict[str, Any]:
        destinations = []
        for destinations_item_data in self.destinations:
            destinations_item = str(destinations_item_data)
            destinations.append(destinations_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "destinations": destinations,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        destinations = []
        _destinations = d.pop("destinations")
        for destinations_item_data in _destinations:
            destinations_item = UUID(destinations_item_data)

            destinations.append(destinations_item)

        choice_request = cls(
            destinations=destinations,
        )

        return choice_request
