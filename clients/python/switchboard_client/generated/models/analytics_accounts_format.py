from typing import Literal

AnalyticsAccountsFormat = Literal["csv", "json"]

ANALYTICS_ACCOUNTS_FORMAT_VALUES: set[AnalyticsAccountsFormat] = {
    "csv",
    "json",
}


def check_analytics_accounts_format(value: str) -> AnalyticsAccountsFormat:
    if value in ANALYTICS_ACCOUNTS_FORMAT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ANALYTICS_ACCOUNTS_FORMAT_VALUES!r}")
