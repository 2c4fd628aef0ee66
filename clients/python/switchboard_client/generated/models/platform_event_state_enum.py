from typing import Literal

PlatformEventStateEnum = Literal["failed", "processed", "received"]

PLATFORM_EVENT_STATE_ENUM_VALUES: set[PlatformEventStateEnum] = {
    "failed",
    "processed",
    "received",
}


def check_platform_event_state_enum(value: str) -> PlatformEventStateEnum:
    if value in PLATFORM_EVENT_STATE_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PLATFORM_EVENT_STATE_ENUM_VALUES!r}")
