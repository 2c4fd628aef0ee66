from typing import Literal

EventKindEnum = Literal["accepted", "action", "attempt", "journal", "letter", "look", "outcome", "person"]

EVENT_KIND_ENUM_VALUES: set[EventKindEnum] = {
    "accepted",
    "action",
    "attempt",
    "journal",
    "letter",
    "look",
    "outcome",
    "person",
}


def check_event_kind_enum(value: str) -> EventKindEnum:
    if value in EVENT_KIND_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {EVENT_KIND_ENUM_VALUES!r}")
