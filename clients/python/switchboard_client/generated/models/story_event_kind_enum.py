from typing import Literal

StoryEventKindEnum = Literal[
    "accepted", "action", "attempt", "journal", "letter", "look", "outcome", "person", "waiting"
]

STORY_EVENT_KIND_ENUM_VALUES: set[StoryEventKindEnum] = {
    "accepted",
    "action",
    "attempt",
    "journal",
    "letter",
    "look",
    "outcome",
    "person",
    "waiting",
}


def check_story_event_kind_enum(value: str) -> StoryEventKindEnum:
    if value in STORY_EVENT_KIND_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {STORY_EVENT_KIND_ENUM_VALUES!r}")
