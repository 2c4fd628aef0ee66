from typing import Literal

AnalyticsSummaryBy = Literal["destination", "platform"]

ANALYTICS_SUMMARY_BY_VALUES: set[AnalyticsSummaryBy] = {
    "destination",
    "platform",
}


def check_analytics_summary_by(value: str) -> AnalyticsSummaryBy:
    if value in ANALYTICS_SUMMARY_BY_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ANALYTICS_SUMMARY_BY_VALUES!r}")
