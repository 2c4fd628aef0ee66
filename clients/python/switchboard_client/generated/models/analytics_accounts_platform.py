from typing import Literal

AnalyticsAccountsPlatform = Literal["google_business", "linkedin", "mailchimp", "meta", "tiktok"]

ANALYTICS_ACCOUNTS_PLATFORM_VALUES: set[AnalyticsAccountsPlatform] = {
    "google_business",
    "linkedin",
    "mailchimp",
    "meta",
    "tiktok",
}


def check_analytics_accounts_platform(value: str) -> AnalyticsAccountsPlatform:
    if value in ANALYTICS_ACCOUNTS_PLATFORM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ANALYTICS_ACCOUNTS_PLATFORM_VALUES!r}")
