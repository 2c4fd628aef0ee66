"""The numbers of a Page and its posts.

Source: https://developers.facebook.com/docs/graph-api/reference/insights (2026-09), read 2026-11-21; names that Meta switched off on
2025-11-15 and 2026-06-15 are not asked for. The ``*_media_view`` family wants v23.0 or later.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from connectors.errors import ReconnectRequired, TransientError, UnexpectedAnswer
from connectors.meta.asset import Asset
from connectors.meta.insights import Names, Question, ask, metrics_of, number, span_query, spans, unique
from connectors.types import Metric

POST: Final[Names] = {
    "post_media_view": "views",
    "post_total_media_view_unique": "reach",
    "post_clicks": "clicks",
    "post_reactions_by_type_total": "reactions",
}
PAGE: Final[Names] = {
    "page_media_view": "views",
    "page_total_media_view_unique": "reach",
    "page_post_engagements": "engagements",
    "page_total_actions": "actions",
    "page_views_total": "profile_views",
    "page_video_views": "video_views",
    "page_follows": "followers",
    "page_daily_follows_unique": "new_followers",
    "page_daily_unfollows_unique": "lost_followers",
}
#: From memory, not from the pages read: all are optional, and Meta is asked without naming any.
VIDEO: Final[Names] = {
    "blue_reels_play_count": "views",
    "fb_reels_total_plays": "plays",
    "total_video_views": "views",
    "post_video_view_time": "watch_time_ms",
    "post_video_avg_time_watched": "average_watch_time_ms",
    "total_video_view_total_time": "watch_time_ms",
}
_COUNTS: Final = "shares,comments.summary(true).limit(0),reactions.summary(true).limit(0)"
_VIDEO_TYPES: Final = ("video", "reel")


def post_metrics(page: Asset, external_id: str) -> list[Metric]:
    """Return what Facebook tells of a post: its insights, the counts everybody sees, and those of its video."""
    question = Question(f"{external_id}/insights", "post_insights", POST, {})
    is_video = "_" not in external_id
    metrics = [] if is_video else list(metrics_of(ask(page, question), POST))
    metrics += _counts(page, external_id)
    video_id = external_id if is_video else _video_of(page, external_id)
    if video_id:
        metrics += _video_metrics(page, video_id)
    return unique(metrics)


def page_metrics(page: Asset, *, since: datetime, until: datetime) -> list[Metric]:
    """Return what Facebook tells of a Page day by day, and its followers now."""
    metrics: list[Metric] = []
    for begin, end in spans(since, until):
        question = Question(f"{page.id}/insights", "page_insights", PAGE, {"period": "day", **span_query(begin, end)})
        metrics += metrics_of(ask(page, question), PAGE)
    node = page.get(page.id, operation="read_page", fields="followers_count,fan_count")
    for raw in ("followers_count", "fan_count"):
        figure = number(node.get(raw))
        if figure is not None:
            metrics.append(Metric("followers" if raw == "followers_count" else "fans", figure, raw))
    return unique(metrics)


def _counts(page: Asset, external_id: str) -> list[Metric]:
    """Return shares, comments and reactions. Insights may be missing where these are not."""
    try:
        node = page.get(external_id, operation="read_post", fields=_COUNTS)
    except UnexpectedAnswer:  # a video or a story has fewer of them
        return []
    found = {
        "shares": ("shares", _object(node.get("shares")).get("count")),
        "comments": ("comments", _summary(node, "comments")),
        "reactions": ("reactions", _summary(node, "reactions")),
    }
    return [Metric(name, figure, raw) for name, (raw, value) in found.items() if (figure := number(value)) is not None]


def _video_of(page: Asset, external_id: str) -> str:
    fields = "attachments{media_type,target{id}}"
    try:
        node = page.get(external_id, operation="read_post", fields=fields)
    except UnexpectedAnswer:
        return ""
    listed = _object(node.get("attachments")).get("data")
    first = _object(listed[0]) if isinstance(listed, list) and listed else {}
    if not any(word in str(first.get("media_type") or "").lower() for word in _VIDEO_TYPES):
        return ""
    return str(_object(first.get("target")).get("id") or "")


def _video_metrics(page: Asset, video_id: str) -> Sequence[Metric]:
    try:
        rows = ask(page, Question(f"{video_id}/video_insights", "video_insights", {}, {}))
    except (UnexpectedAnswer, ReconnectRequired, TransientError):
        return []  # an extra: what it lacks is absent, and the post's own numbers stand
    return list(metrics_of(rows, VIDEO))


def _summary(node: Mapping[str, Any], edge: str) -> Any:
    return _object(_object(node.get(edge)).get("summary")).get("total_count")


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
