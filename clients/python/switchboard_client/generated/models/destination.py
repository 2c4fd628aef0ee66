from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field


T = TypeVar("T", bound="Destination")


@_attrs_define
class Destination:
    """A place to publish.

    Attributes:
        id (UUID):
        connection (UUID):
        platform (str):
        kind (str):
        external_id (str):
        name (str):
        username (str):
        url (str):
        enabled (bool): Chosen for publishing.
        obstacle (str): Why one cannot publish here; empty when one can.
        gone_at (None | str): When the grant stopped opening it.
    """

    id: UUID
    connection: UUID
    platform: str
    kind: str
    external_id: str
    name: str
    username: str
    url: str
    enabled: bool
    obstacle: str
    gone_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        connection = str(self.connection)

        platform = self.platform

        kind = self.kind

        external_id = self.external_id

        name = self.name

        username = self.username

        url = self.url

        enabled = self.enabled

        obstacle = self.obstacle

        gone_at: None | str
        gone_at = self.gone_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "connection": connection,
                "platform": platform,
                "kind": kind,
                "external_id": external_id,
                "name": name,
                "username": username,
                "url": url,
                "enabled": enabled,
                "obstacle": obstacle,
                "gone_at": gone_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        connection = UUID(d.pop("connection"))

        platform = d.pop("platform")

        kind = d.pop("kind")

        external_id = d.pop("external_id")

        name = d.pop("name")

        username = d.pop("username")

        url = d.pop("url")

        enabled = d.pop("enabled")

        obstacle = d.pop("obstacle")

        def _parse_gone_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        gone_at = _parse_gone_at(d.pop("gone_at"))

        destination = cls(
            id=id,
            connection=connection,
            platform=platform,
            kind=kind,
            external_id=external_id,
            name=name,
            username=username,
            url=url,
            enabled=enabled,
            obstacle=obstacle,
            gone_at=gone_at,
        )

        destination.additional_properties = d
        return destination

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
