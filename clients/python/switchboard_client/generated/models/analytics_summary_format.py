from typing import Literal

AnalyticsSummaryFormat = Literal["csv", "json"]

ANALYTICS_SUMMARY_FORMAT_VALUES: set[AnalyticsSummaryFormat] = {
    "csv",
    "json",
}


def check_analytics_summary_format(value: str) -> AnalyticsSummaryFormat:
    if value in ANALYTICS_SUMMARY_FORMAT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ANALYTICS_SUMMARY_FORMAT_VALUES!r}")
