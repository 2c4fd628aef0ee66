from typing import Literal

WouldEnum = Literal["look first", "nothing", "send"]

WOULD_ENUM_VALUES: set[WouldEnum] = {
    "look first",
    "nothing",
    "send",
}


def check_would_enum(value: str) -> WouldEnum:
    if value in WOULD_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {WOULD_ENUM_VALUES!r}")
