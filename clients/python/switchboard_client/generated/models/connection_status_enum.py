from typing import Literal

ConnectionStatusEnum = Literal["active", "attention", "inactive"]

CONNECTION_STATUS_ENUM_VALUES: set[ConnectionStatusEnum] = {
    "active",
    "attention",
    "inactive",
}


def check_connection_status_enum(value: str) -> ConnectionStatusEnum:
    if value in CONNECTION_STATUS_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CONNECTION_STATUS_ENUM_VALUES!r}")
