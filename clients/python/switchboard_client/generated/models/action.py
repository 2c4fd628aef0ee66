from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.action_schema import ActionSchema


T = TypeVar("T", bound="Action")


@_attrs_define
class Action:
    """Something that can be done with what was published, beyond editing and deleting it.

    Attributes:
        slug (str):
        name (str):
        about (str):
        schema (ActionSchema): What it takes, as JSON Schema, draft 2020-12.
        public (bool): Whether people out there notice.
    """

    slug: str
    name: str
    about: str
    schema: ActionSchema
    public: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        slug = self.slug

        name = self.name

        about = self.about

        schema = self.schema.to_dict()

        public = self.public

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "slug": slug,
                "name": name,
                "about": about,
                "schema": schema,
                "public": public,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.action_schema import ActionSchema  # noqa: PLC0415

        d = dict(src_dict)
        slug = d.pop("slug")

        name = d.pop("name")

        about = d.pop("about")

        schema = ActionSchema.from_dict(d.pop("schema"))

        public = d.pop("public")

        action = cls(
            slug=slug,
            name=name,
            about=about,
            schema=schema,
            public=public,
        )

        action.additional_properties = d
        return action

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
