from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.draft_request_settings_additional_property import DraftRequestSettingsAdditionalProperty


T = TypeVar("T", bound="DraftRequestSettings")


@_attrs_define
class DraftRequestSettings:
    """By kind of destination, such as facebook_page: what its schema at /api/platforms/ describes."""

    additional_properties: dict[str, DraftRequestSettingsAdditionalProperty] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = prop.to_dict()

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.draft_request_settings_additional_property import DraftRequestSettingsAdditionalProperty  # noqa: PLC0415

        d = dict(src_dict)
        draft_request_settings = cls()

        additional_properties = {}
        for prop_name, prop_dict in d.items():
            additional_property = DraftRequestSettingsAdditionalProperty.from_dict(prop_dict)

            additional_properties[prop_name] = additional_property

        draft_request_settings.additional_properties = additional_properties
        return draft_request_settings

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> DraftRequestSettingsAdditionalProperty:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: DraftRequestSettingsAdditionalProperty) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
