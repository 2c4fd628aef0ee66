from typing import Literal

ReportsRecentErrorsSourceItem = Literal["health", "publish", "token", "webhook_out"]

REPORTS_RECENT_ERRORS_SOURCE_ITEM_VALUES: set[ReportsRecentErrorsSourceItem] = {
    "health",
    "publish",
    "token",
    "webhook_out",
}


def check_reports_recent_errors_source_item(value: str) -> ReportsRecentErrorsSourceItem:
    if value in REPORTS_RECENT_ERRORS_SOURCE_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {REPORTS_RECENT_ERRORS_SOURCE_ITEM_VALUES!r}")
