from typing import Literal

ConnectLinksListStatusItem = Literal["cancelled", "completed", "expired", "failed", "opened", "pending"]

CONNECT_LINKS_LIST_STATUS_ITEM_VALUES: set[ConnectLinksListStatusItem] = {
    "cancelled",
    "completed",
    "expired",
    "failed",
    "opened",
    "pending",
}


def check_connect_links_list_status_item(value: str) -> ConnectLinksListStatusItem:
    if value in CONNECT_LINKS_LIST_STATUS_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CONNECT_LINKS_LIST_STATUS_ITEM_VALUES!r}")
