from typing import Literal

AnalyticsPostsFormat = Literal["csv", "json"]

ANALYTICS_POSTS_FORMAT_VALUES: set[AnalyticsPostsFormat] = {
    "csv",
    "json",
}


def check_analytics_posts_format(value: str) -> AnalyticsPostsFormat:
    if value in ANALYTICS_POSTS_FORMAT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ANALYTICS_POSTS_FORMAT_VALUES!r}")
