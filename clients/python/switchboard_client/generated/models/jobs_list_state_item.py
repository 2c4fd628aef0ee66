from typing import Literal

JobsListStateItem = Literal[
    "cancelled",
    "dlq",
    "failed",
    "polling",
    "processing",
    "published",
    "publishing",
    "queued",
    "reconciling",
    "retrying",
    "scheduled",
]

JOBS_LIST_STATE_ITEM_VALUES: set[JobsListStateItem] = {
    "cancelled",
    "dlq",
    "failed",
    "polling",
    "processing",
    "published",
    "publishing",
    "queued",
    "reconciling",
    "retrying",
    "scheduled",
}


def check_jobs_list_state_item(value: str) -> JobsListStateItem:
    if value in JOBS_LIST_STATE_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {JOBS_LIST_STATE_ITEM_VALUES!r}")
