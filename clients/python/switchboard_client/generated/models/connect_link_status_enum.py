from typing import Literal

ConnectLinkStatusEnum = Literal["cancelled", "completed", "expired", "failed", "opened", "pending"]

CONNECT_LINK_STATUS_ENUM_VALUES: set[ConnectLinkStatusEnum] = {
    "cancelled",
    "completed",
    "expired",
    "failed",
    "opened",
    "pending",
}


def check_connect_link_status_enum(value: str) -> ConnectLinkStatusEnum:
    if value in CONNECT_LINK_STATUS_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CONNECT_LINK_STATUS_ENUM_VALUES!r}")
