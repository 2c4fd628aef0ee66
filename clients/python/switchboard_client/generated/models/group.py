from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.group_places import GroupPlaces
    from ..models.group_posts import GroupPosts
    from ..models.place import Place


T = TypeVar("T", bound="Group")


@_attrs_define
class Group:
    """The same of one platform or destination.

    Attributes:
        posts_published (int):
        posts_published_before (int):
        posts (GroupPosts):
        places (GroupPlaces):
        platform (str):
        destination (None | Place):
    """

    posts_published: int
    posts_published_before: int
    posts: GroupPosts
    places: GroupPlaces
    platform: str
    destination: None | Place
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.place import Place  # noqa: PLC0415

        posts_published = self.posts_published

        posts_published_before = self.posts_published_before

        posts = self.posts.to_dict()

        places = self.places.to_dict()

        platform = self.platform

        destination: dict[str, Any] | None
        if isinstance(self.destination, Place):
            destination = self.destination.to_dict()
        else:
            destination = self.destination

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "posts_published": posts_published,
                "posts_published_before": posts_published_before,
                "posts": posts,
                "places": places,
                "platform": platform,
                "destination": destination,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.group_places import GroupPlaces  # noqa: PLC0415
        from ..models.group_posts import GroupPosts  # noqa: PLC0415
        from ..models.place import Place  # noqa: PLC0415

        d = dict(src_dict)
        posts_published = d.pop("posts_published")

        posts_published_before = d.pop("posts_published_before")

        posts = GroupPosts.from_dict(d.pop("posts"))

        places = GroupPlaces.from_dict(d.pop("places"))

        platform = d.pop("platform")

        def _parse_destination(data: object) -> None | Place:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                destination_type_1 = Place.from_dict(data)

                return destination_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Place, data)

        destination = _parse_destination(d.pop("destination"))

        group = cls(
            posts_published=posts_published,
            posts_published_before=posts_published_before,
            posts=posts,
            places=places,
            platform=platform,
            destination=destination,
        )

        group.additional_properties = d
        return group

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
