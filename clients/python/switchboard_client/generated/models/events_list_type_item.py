from typing import Literal

EventsListTypeItem = Literal[
    "alert.cleared",
    "alert.raised",
    "api_key.expiring",
    "connect_link.completed",
    "connection.attention",
    "connection.created",
    "connection.disconnected",
    "connection.expiring",
    "connection.health_changed",
    "connection.recovered",
    "connection.renewed",
    "job.dead_lettered",
    "job.failed",
    "job.published",
    "ping",
    "post.standing_changed",
    "webhook_endpoint.disabled",
]

EVENTS_LIST_TYPE_ITEM_VALUES: set[EventsListTypeItem] = {
    "alert.cleared",
    "alert.raised",
    "api_key.expiring",
    "connect_link.completed",
    "connection.attention",
    "connection.created",
    "connection.disconnected",
    "connection.expiring",
    "connection.health_changed",
    "connection.recovered",
    "connection.renewed",
    "job.dead_lettered",
    "job.failed",
    "job.published",
    "ping",
    "post.standing_changed",
    "webhook_endpoint.disabled",
}


def check_events_list_type_item(value: str) -> EventsListTypeItem:
    if value in EVENTS_LIST_TYPE_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {EVENTS_LIST_TYPE_ITEM_VALUES!r}")
