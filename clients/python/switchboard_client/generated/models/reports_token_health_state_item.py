from typing import Literal

ReportsTokenHealthStateItem = Literal["attention", "due", "expired", "no_expiry", "overdue", "valid"]

REPORTS_TOKEN_HEALTH_STATE_ITEM_VALUES: set[ReportsTokenHealthStateItem] = {
    "attention",
    "due",
    "expired",
    "no_expiry",
    "overdue",
    "valid",
}


def check_reports_token_health_state_item(value: str) -> ReportsTokenHealthStateItem:
    if value in REPORTS_TOKEN_HEALTH_STATE_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {REPORTS_TOKEN_HEALTH_STATE_ITEM_VALUES!r}")
