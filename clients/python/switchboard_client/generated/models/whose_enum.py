from typing import Literal

WhoseEnum = Literal["caller", "tenant"]

WHOSE_ENUM_VALUES: set[WhoseEnum] = {
    "caller",
    "tenant",
}


def check_whose_enum(value: str) -> WhoseEnum:
    if value in WHOSE_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {WHOSE_ENUM_VALUES!r}")
