from typing import Literal

ByEnum = Literal["destination", "platform"]

BY_ENUM_VALUES: set[ByEnum] = {
    "destination",
    "platform",
}


def check_by_enum(value: str) -> ByEnum:
    if value in BY_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {BY_ENUM_VALUES!r}")
