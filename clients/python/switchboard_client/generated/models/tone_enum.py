from typing import Literal

ToneEnum = Literal["doubt", "ok", "plain", "problem", "waiting"]

TONE_ENUM_VALUES: set[ToneEnum] = {
    "doubt",
    "ok",
    "plain",
    "problem",
    "waiting",
}


def check_tone_enum(value: str) -> ToneEnum:
    if value in TONE_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {TONE_ENUM_VALUES!r}")
