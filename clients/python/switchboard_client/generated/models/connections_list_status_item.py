from typing import Literal

ConnectionsListStatusItem = Literal["active", "attention", "inactive"]

CONNECTIONS_LIST_STATUS_ITEM_VALUES: set[ConnectionsListStatusItem] = {
    "active",
    "attention",
    "inactive",
}


def check_connections_list_status_item(value: str) -> ConnectionsListStatusItem:
    if value in CONNECTIONS_LIST_STATUS_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CONNECTIONS_LIST_STATUS_ITEM_VALUES!r}")
