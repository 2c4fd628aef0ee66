from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field


if TYPE_CHECKING:
    from ..models.composing_choices import ComposingChoices
    from ..models.composing_fixed import ComposingFixed


T = TypeVar("T", bound="Composing")


@_attrs_define
class Composing:
    """What a place allows at this moment.

    Attributes:
        name (str): What the account is called there, to be shown to whoever writes.
        username (str):
        picture_url (str): Short-lived.
        obstacle (str): Why nothing can be posted now, in words with a remedy; empty when something can.
        choices (ComposingChoices): By setting of the destination's kind: the values that are taken now. Other settings
            are as their schema says.
        fixed (ComposingFixed): By setting: what the place decides itself, whatever is sent.
        longest_video_seconds (float | None): Null where the platform told none.
        notices (list[str]): What whoever writes should know.
    """

    name: str
    username: str
    picture_url: str
    obstacle: str
    choices: ComposingChoices
    fixed: ComposingFixed
    longest_video_seconds: float | None
    notices: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        username = self.username

        picture_url = self.picture_url

        obstacle = self.obstacle

        choices = self.choices.to_dict()

        fixed = self.fixed.to_dict()

        longest_video_seconds: float | None
        longest_video_seconds = self.longest_video_seconds

        notices = self.notices

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "username": username,
                "picture_url": picture_url,
                "obstacle": obstacle,
                "choices": choices,
                "fixed": fixed,
                "longest_video_seconds": longest_video_seconds,
                "notices": notices,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.composing_choices import ComposingChoices  # noqa: PLC0415
        from ..models.composing_fixed import ComposingFixed  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        username = d.pop("username")

        picture_url = d.pop("picture_url")

        obstacle = d.pop("obstacle")

        choices = ComposingChoices.from_dict(d.pop("choices"))

        fixed = ComposingFixed.from_dict(d.pop("fixed"))

        def _parse_longest_video_seconds(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        longest_video_seconds = _parse_longest_video_seconds(d.pop("longest_video_seconds"))

        notices = cast(list[str], d.pop("notices"))

        composing = cls(
            name=name,
            username=username,
            picture_url=picture_url,
            obstacle=obstacle,
            choices=choices,
            fixed=fixed,
            longest_video_seconds=longest_video_seconds,
            notices=notices,
        )

        composing.additional_properties = d
        return composing

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
