from typing import Literal

ResolutionEnum = Literal["confirmed_live", "discarded", "redriven"]

RESOLUTION_ENUM_VALUES: set[ResolutionEnum] = {
    "confirmed_live",
    "discarded",
    "redriven",
}


def check_resolution_enum(value: str) -> ResolutionEnum:
    if value in RESOLUTION_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {RESOLUTION_ENUM_VALUES!r}")
