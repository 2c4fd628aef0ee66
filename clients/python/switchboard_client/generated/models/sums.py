from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.sums_places import SumsPlaces
    from ..models.sums_posts import SumsPosts


T = TypeVar("T", bound="Sums")


@_attrs_define
class Sums:
    """What posts and places come to.

    Attributes:
        posts_published (int):
        posts_published_before (int):
        posts (SumsPosts):
        places (SumsPlaces):
    """

    posts_published: int
    posts_published_before: int
    posts: SumsPosts
    places: SumsPlaces
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        posts_published = self.posts_published

        posts_published_before = self.posts_published_before

        posts = self.posts.to_dict()

        places = self.places.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "posts_published": posts_published,
                "posts_published_before": posts_published_before,
                "posts": posts,
                "places": places,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sums_places import SumsPlaces  # noqa: PLC0415
        from ..models.sums_posts import SumsPosts  # noqa: PLC0415

        d = dict(src_dict)
        posts_published = d.pop("posts_published")

        posts_published_before = d.pop("posts_published_before")

        posts = SumsPosts.from_dict(d.pop("posts"))

        places = SumsPlaces.from_dict(d.pop("places"))

        sums = cls(
            posts_published=posts_published,
            posts_published_before=posts_published_before,
            posts=posts,
            places=places,
        )

        sums.additional_properties = d
        return sums

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
