from typing import Literal

AnalyticsPostsPlatform = Literal["google_business", "linkedin", "mailchimp", "meta", "tiktok"]

ANALYTICS_POSTS_PLATFORM_VALUES: set[AnalyticsPostsPlatform] = {
    "google_business",
    "linkedin",
    "mailchimp",
    "meta",
    "tiktok",
}


def check_analytics_posts_platform(value: str) -> AnalyticsPostsPlatform:
    if value in ANALYTICS_POSTS_PLATFORM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ANALYTICS_POSTS_PLATFORM_VALUES!r}")
