from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field


T = TypeVar("T", bound="ConnectLinkResult")


@_attrs_define
class ConnectLinkResult:
    """What was connected, and where may be published.

    Attributes:
        connection (UUID):
        platform (str):
        display_name (str):
        destinations (list[UUID]):
    """

    connection: UUID
    platform: str
    display_name: str
    destinations: list[UUID]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        connection = str(self.connection)

        platform = self.platform

        display_name = self.display_name

        destinations = []
        for destinations_item_data in self.destinations:
            destinations_item = str(destinations_item_data)
            destinations.append(destinations_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "connection": connection,
                "platform": platform,
                "display_name": display_name,
                "destinations": destinations,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        connection = UUID(d.pop("connection"))

        platform = d.pop("platform")

        display_name = d.pop("display_name")

        destinations = []
        _destinations = d.pop("destinations")
        for destinations_item_data in _destinations:
            destinations_item = UUID(destinations_item_data)

            destinations.append(destinations_item)

        connect_link_result = cls(
            connection=connection,
            platform=platform,
            display_name=display_name,
            destinations=destinations,
        )

        connect_link_result.additional_properties = d
        return connect_link_result

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
