from typing import Literal

PlatformEventsListKindItem = Literal[
    "comment",
    "data_deletion",
    "deauthorized",
    "insights",
    "member_changed",
    "member_joined",
    "member_left",
    "member_unreachable",
    "mention",
    "message",
    "post_changed",
    "post_created",
    "post_removed",
    "reaction",
    "share",
    "unknown",
]

PLATFORM_EVENTS_LIST_KIND_ITEM_VALUES: set[PlatformEventsListKindItem] = {
    "comment",
    "data_deletion",
    "deauthorized",
    "insights",
    "member_changed",
    "member_joined",
    "member_left",
    "member_unreachable",
    "mention",
    "message",
    "post_changed",
    "post_created",
    "post_removed",
    "reaction",
    "share",
    "unknown",
}


def check_platform_events_list_kind_item(value: str) -> PlatformEventsListKindItem:
    if value in PLATFORM_EVENTS_LIST_KIND_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PLATFORM_EVENTS_LIST_KIND_ITEM_VALUES!r}")
