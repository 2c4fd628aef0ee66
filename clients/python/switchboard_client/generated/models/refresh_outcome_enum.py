from typing import Literal

RefreshOutcomeEnum = Literal["ended", "failed", "fresh_already", "open", "refreshed"]

REFRESH_OUTCOME_ENUM_VALUES: set[RefreshOutcomeEnum] = {
    "ended",
    "failed",
    "fresh_already",
    "open",
    "refreshed",
}


def check_refresh_outcome_enum(value: str) -> RefreshOutcomeEnum:
    if value in REFRESH_OUTCOME_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {REFRESH_OUTCOME_ENUM_VALUES!r}")
