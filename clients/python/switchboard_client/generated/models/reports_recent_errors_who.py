from typing import Literal

ReportsRecentErrorsWho = Literal["author", "operator", "tenant"]

REPORTS_RECENT_ERRORS_WHO_VALUES: set[ReportsRecentErrorsWho] = {
    "author",
    "operator",
    "tenant",
}


def check_reports_recent_errors_who(value: str) -> ReportsRecentErrorsWho:
    if value in REPORTS_RECENT_ERRORS_WHO_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {REPORTS_RECENT_ERRORS_WHO_VALUES!r}")
