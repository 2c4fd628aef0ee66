from typing import Literal

ReportsDlqStatusWho = Literal["author", "operator", "tenant"]

REPORTS_DLQ_STATUS_WHO_VALUES: set[ReportsDlqStatusWho] = {
    "author",
    "operator",
    "tenant",
}


def check_reports_dlq_status_who(value: str) -> ReportsDlqStatusWho:
    if value in REPORTS_DLQ_STATUS_WHO_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {REPORTS_DLQ_STATUS_WHO_VALUES!r}")
