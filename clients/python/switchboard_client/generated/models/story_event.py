from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.story_event_kind_enum import StoryEventKindEnum, check_story_event_kind_enum
from ..models.tone_enum import ToneEnum, check_tone_enum

if TYPE_CHECKING:
    from ..models.story_event_facts import StoryEventFacts


T = TypeVar("T", bound="StoryEvent")


@_attrs_define
class StoryEvent:
    """One line of a job's story.

    Attributes:
        at (datetime.datetime):
        kind (StoryEventKindEnum): * `accepted` - accepted
            * `attempt` - attempt
            * `journal` - journal
            * `outcome` - outcome
            * `letter` - letter
            * `look` - look
            * `action` - action
            * `person` - person
            * `waiting` - waiting
        title (str):
        detail (str):
        remedy (str):
        tone (ToneEnum): * `ok` - ok
            * `waiting` - waiting
            * `problem` - problem
            * `doubt` - doubt
            * `plain` - plain
        attempt (int | None):
        duration_ms (int | None):
        facts (StoryEventFacts): Return what else is known, by its name.
        link (str):
    """

    at: datetime.datetime
    kind: StoryEventKindEnum
    title: str
    detail: str
    remedy: str
    tone: ToneEnum
    attempt: int | None
    duration_ms: int | None
    facts: StoryEventFacts
    link: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        kind: str = self.kind

        title = self.title

        detail = self.detail

        remedy = self.remedy

        tone: str = self.tone

        attempt: int | None
        attempt = self.attempt

        duration_ms: int | None
        duration_ms = self.duration_ms

        facts = self.facts.to_dict()

        link = self.link

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "kind": kind,
                "title": title,
                "detail": detail,
                "remedy": remedy,
                "tone": tone,
                "attempt": attempt,
                "duration_ms": duration_ms,
                "facts": facts,
                "link": link,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.story_event_facts import StoryEventFacts  # noqa: PLC0415

        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        kind = check_story_event_kind_enum(d.pop("kind"))

        title = d.pop("title")

        detail = d.pop("detail")

        remedy = d.pop("remedy")

        tone = check_tone_enum(d.pop("tone"))

        def _parse_attempt(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        attempt = _parse_attempt(d.pop("attempt"))

        def _parse_duration_ms(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        duration_ms = _parse_duration_ms(d.pop("duration_ms"))

        facts = StoryEventFacts.from_dict(d.pop("facts"))

        link = d.pop("link")

        story_event = cls(
            at=at,
            kind=kind,
            title=title,
            detail=detail,
            remedy=remedy,
            tone=tone,
            attempt=attempt,
            duration_ms=duration_ms,
            facts=facts,
            link=link,
        )

        story_event.additional_properties = d
        return story_event

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
