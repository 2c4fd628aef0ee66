from typing import Literal

PlatformEventsListStateItem = Literal["failed", "processed", "received"]

PLATFORM_EVENTS_LIST_STATE_ITEM_VALUES: set[PlatformEventsListStateItem] = {
    "failed",
    "processed",
    "received",
}


def check_platform_events_list_state_item(value: str) -> PlatformEventsListStateItem:
    if value in PLATFORM_EVENTS_LIST_STATE_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PLATFORM_EVENTS_LIST_STATE_ITEM_VALUES!r}")
