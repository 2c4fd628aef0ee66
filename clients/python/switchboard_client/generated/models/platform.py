from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.action import Action
    from ..models.kind import Kind


T = TypeVar("T", bound="Platform")


@_attrs_define
class Platform:
    """A platform, what it can do, and whether it can be used here.

    Attributes:
        slug (str):
        name (str):
        enabled (bool): Whether your tenant may use it now.
        configured (bool): Return whether app credentials are set.
        capabilities (list[str]): Return what the connector can do; what is not listed cannot be done.
        destination_kinds (list[Kind]):
        actions (list[Action]):
    """

    slug: str
    name: str
    enabled: bool
    configured: bool
    capabilities: list[str]
    destination_kinds: list[Kind]
    actions: list[Action]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        slug = self.slug

        name = self.name

        enabled = self.enabled

        configured = self.configured

        capabilities = self.capabilities

        destination_kinds = []
        for destination_kinds_item_data in self.destination_kinds:
            destination_kinds_item = destination_kinds_item_data.to_dict()
            destination_kinds.append(destination_kinds_item)

        actions = []
        for actions_item_data in self.actions:
            actions_item = actions_item_data.to_dict()
            actions.append(actions_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "slug": slug,
                "name": name,
                "enabled": enabled,
                "configured": configured,
                "capabilities": capabilities,
                "destination_kinds": destination_kinds,
                "actions": actions,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.action import Action  # noqa: PLC0415
        from ..models.kind import Kind  # noqa: PLC0415

        d = dict(src_dict)
        slug = d.pop("slug")

        name = d.pop("name")

        enabled = d.pop("enabled")

        configured = d.pop("configured")

        capabilities = cast(list[str], d.pop("capabilities"))

        destination_kinds = []
        _destination_kinds = d.pop("destination_kinds")
        for destination_kinds_item_data in _destination_kinds:
            destination_kinds_item = Kind.from_dict(destination_kinds_item_data)

            destination_kinds.append(destination_kinds_item)

        actions = []
        _actions = d.pop("actions")
        for actions_item_data in _actions:
            actions_item = Action.from_dict(actions_item_data)

            actions.append(actions_item)

        platform = cls(
            slug=slug,
            name=name,
            enabled=enabled,
            configured=configured,
            capabilities=capabilities,
            destination_kinds=destination_kinds,
            actions=actions,
        )

        platform.additional_properties = d
        return platform

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
