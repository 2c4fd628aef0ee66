from typing import Literal

AnalyticsSummaryPlatform = Literal["google_business", "linkedin", "mailchimp", "meta", "tiktok"]

ANALYTICS_SUMMARY_PLATFORM_VALUES: set[AnalyticsSummaryPlatform] = {
    "google_business",
    "linkedin",
    "mailchimp",
    "meta",
    "tiktok",
}


def check_analytics_summary_platform(value: str) -> AnalyticsSummaryPlatform:
    if value in ANALYTICS_SUMMARY_PLATFORM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ANALYTICS_SUMMARY_PLATFORM_VALUES!r}")
