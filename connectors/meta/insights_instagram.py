"""The numbers of an Instagram account and its media.

Source: https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights (2026-09) and the account's page, read
2026-11-21. Which metrics fit depends on the product the media reads back as. ``views`` took over from ``impressions`` and
``plays``. Data comes up to 48 hours late, as an empty list and never as 0.
"""

from datetime import datetime, timedelta
from typing import Final

from connectors.meta.asset import Asset
from connectors.meta.insights import Names, Question, ask, metrics_of, number, span_query, spans, unique
from connectors.types import Metric

#: "There cannot be more than 30 days (2592000 s) between since and until."
LONGEST_SPAN: Final = timedelta(days=30)
_ALL: Final[Names] = {
    "views": "views",
    "reach": "reach",
    "shares": "shares",
    "reposts": "reposts",
    "total_interactions": "engagements",
}
_LASTING: Final[Names] = {**_ALL, "likes": "likes", "comments": "comments", "saved": "saves"}
MEDIA: Final[dict[str, Names]] = {
    "FEED": {**_LASTING, "follows": "new_followers", "profile_visits": "profile_views"},
    "REELS": {
        **_LASTING,
        "ig_reels_avg_watch_time": "average_watch_time_ms",
        "ig_reels_video_view_total_time": "watch_time_ms",
        "reels_skip_rate": "skip_rate",
    },
    "STORY": {
        **_ALL,
        "replies": "comments",
        "follows": "new_followers",
        "profile_visits": "profile_views",
        "link_clicks": "clicks",
    },
}
#: Told as one total for a span.
ACCOUNT: Final[Names] = {
    "views": "views",
    "accounts_engaged": "accounts_engaged",
    "total_interactions": "engagements",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saves": "saves",
    "replies": "replies",
    "reposts": "reposts",
    "profile_links_taps": "clicks",
}
#: The only one that is told day by day.
BY_DAY: Final[Names] = {"reach": "reach"}


def media_metrics(account: Asset, media_id: str) -> list[Metric]:
    """Return what Instagram tells of one media."""
    node = account.read(media_id, operation="read_media", fields="id,media_product_type,like_count,comments_count")
    names = MEDIA.get(str(node.get("media_product_type") or "FEED"), MEDIA["FEED"])
    metrics = list(metrics_of(ask(account, Question(f"{media_id}/insights", "media_insights", names, {})), names))
    for raw, name in (("like_count", "likes"), ("comments_count", "comments")):
        figure = number(node.get(raw))
        if figure is not None:
            metrics.append(Metric(name, figure, raw))
    return unique(metrics)


def account_metrics(account: Asset, *, since: datetime, until: datetime) -> list[Metric]:
    """Return what Instagram tells of an account: reach day by day, the rest as totals, and its followers now."""
    path, metrics = f"{account.id}/insights", list[Metric]()
    for begin, end in spans(since, until, longest=LONGEST_SPAN):
        span = {"period": "day", **span_query(begin, end)}
        by_day = Question(path, "account_insights", BY_DAY, {**span, "metric_type": "time_series"})
        metrics += metrics_of(ask(account, by_day), BY_DAY)
        totals = Question(path, "account_insights", ACCOUNT, {**span, "metric_type": "total_value"})
        metrics += [
            Metric(metric.name, metric.value, metric.raw_name, begin, end, metric.parts)
            for metric in metrics_of(ask(account, totals), ACCOUNT)
        ]
    node = account.get(account.id, operation="read_account", fields="followers_count,media_count")
    followers = number(node.get("followers_count"))
    if followers is not None:
        metrics.append(Metric("followers", followers, "followers_count"))
    return unique(metrics)
