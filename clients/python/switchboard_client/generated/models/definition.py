from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.sum_enum import SumEnum, check_sum_enum
from ..models.unit_enum import UnitEnum, check_unit_enum

if TYPE_CHECKING:
    from ..models.definition_places import DefinitionPlaces
    from ..models.definition_posts import DefinitionPosts


T = TypeVar("T", bound="Definition")


@_attrs_define
class Definition:
    """What a metric means, and where it comes from.

    Attributes:
        name (str):
        label (str):
        meaning (str):
        unit (UnitEnum): * `count` - count
            * `people` - people
            * `milliseconds` - milliseconds
            * `share` - share
            * `days` - days
        sum_ (SumEnum): * `add` - add
            * `last` - last
            * `mean` - mean
        posts (DefinitionPosts): By platform: its own names, of posts.
        places (DefinitionPlaces): By platform: its own names, of places.
    """

    name: str
    label: str
    meaning: str
    unit: UnitEnum
    sum_: SumEnum
    posts: DefinitionPosts
    places: DefinitionPlaces
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        label = self.label

        meaning = self.meaning

        unit: str = self.unit

        sum_: str = self.sum_

        posts = self.posts.to_dict()

        places = self.places.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "label": label,
                "meaning": meaning,
                "unit": unit,
                "sum": sum_,
                "posts": posts,
                "places": places,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.definition_places import DefinitionPlaces  # noqa: PLC0415
        from ..models.definition_posts import DefinitionPosts  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        label = d.pop("label")

        meaning = d.pop("meaning")

        unit = check_unit_enum(d.pop("unit"))

        sum_ = check_sum_enum(d.pop("sum"))

        posts = DefinitionPosts.from_dict(d.pop("posts"))

        places = DefinitionPlaces.from_dict(d.pop("places"))

        definition = cls(
            name=name,
            label=label,
            meaning=meaning,
            unit=unit,
            sum_=sum_,
            posts=posts,
            places=places,
        )

        definition.additional_properties = d
        return definition

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
