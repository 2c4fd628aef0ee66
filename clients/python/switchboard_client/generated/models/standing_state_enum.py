from typing import Literal

StandingStateEnum = Literal["live", "pending", "rejected", "removed"]

STANDING_STATE_ENUM_VALUES: set[StandingStateEnum] = {
    "live",
    "pending",
    "rejected",
    "removed",
}


def check_standing_state_enum(value: str) -> StandingStateEnum:
    if value in STANDING_STATE_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {STANDING_STATE_ENUM_VALUES!r}")
