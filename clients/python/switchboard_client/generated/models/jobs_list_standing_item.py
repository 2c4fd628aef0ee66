from typing import Literal

JobsListStandingItem = Literal["live", "pending", "rejected", "removed"]

JOBS_LIST_STANDING_ITEM_VALUES: set[JobsListStandingItem] = {
    "live",
    "pending",
    "rejected",
    "removed",
}


def check_jobs_list_standing_item(value: str) -> JobsListStandingItem:
    if value in JOBS_LIST_STANDING_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {JOBS_LIST_STANDING_ITEM_VALUES!r}")
