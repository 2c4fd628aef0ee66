from typing import Literal

WindowEnum = Literal["day", "moment", "month"]

WINDOW_ENUM_VALUES: set[WindowEnum] = {
    "day",
    "moment",
    "month",
}


def check_window_enum(value: str) -> WindowEnum:
    if value in WINDOW_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {WINDOW_ENUM_VALUES!r}")
