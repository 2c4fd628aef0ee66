"""The numbers of members' own posts, one metric per question."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sandbox.linkedin import restli
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.audience import Audience
from sandbox.linkedin.errors import bad_query, gone, no_permission
from sandbox.linkedin.records import Post
from sandbox.linkedin.restli import Value

# The name of each metric, the number behind it, and the first version that knows it.
POST_METRICS = {
    "IMPRESSION": ("impressions", "202506"),
    "MEMBERS_REACHED": ("reached", "202506"),
    "RESHARE": ("shares", "202506"),
    "REACTION": ("likes", "202506"),
    "COMMENT": ("comments", "202506"),
    "POST_SEND": ("sends", "202604"),
    "POST_SAVE": ("saves", "202604"),
    "LINK_CLICKS": ("clicks", "202604"),
    "PREMIUM_CTA_CLICKS": ("clicks", "202604"),
    "FOLLOWER_GAINED_FROM_CONTENT": ("follows", "202604"),
    "PROFILE_VIEW_FROM_CONTENT": ("visits", "202604"),
}
VIDEO_METRICS = {
    "VIDEO_PLAY": ("plays", "202506"),
    "VIDEO_VIEWER": ("reached", "202506"),
    "VIDEO_WATCH_TIME": ("watch_ms", "202506"),
}
_WRAPPED = "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1"
_DAY_MS = 86_400_000


def posts(ask: Ask) -> dict[str, Any]:
    """Tell one metric of one post, or of all posts of the member."""
    return _told(ask, "memberCreatorPostAnalytics", POST_METRICS)


def videos(ask: Ask) -> dict[str, Any]:
    """Tell one metric of one video post, or of all."""
    return _told(ask, "memberCreatorVideoAnalytics", VIDEO_METRICS)


def followers(ask: Ask) -> dict[str, Any]:
    """Tell how many follow the member."""
    if ask.need("q") != "me":
        raise bad_query(f"There is no finder {ask.text('q')}.")
    element = {"memberFollowersCount": ask.member.connections}
    return {"paging": ask.paging(0, 10, more=False), "elements": [element]}


def _told(ask: Ask, resource: str, metrics: dict[str, tuple[str, str]]) -> dict[str, Any]:
    finder, metric, aggregation = ask.need("q"), ask.need("queryType"), ask.text("aggregation", "TOTAL")
    name, since = metrics.get(metric, ("", ""))
    if not name or ask.version < since:
        raise bad_query(f"Parameter 'queryType' is invalid: {metric}.")
    if aggregation not in ("TOTAL", "DAILY") or (aggregation == "DAILY" and metric == "MEMBERS_REACHED"):
        raise bad_query(f"Parameter 'aggregation' is invalid: {aggregation}.")
    if finder == "entity":
        field, post = _entity(ask, resource)
        chosen, target = [post], {"targetEntity": {field: post.urn}}
    elif finder == "me":
        chosen, target = list(ask.state.posts_of(ask.member.urn)), {}
    else:
        raise bad_query(f"There is no finder {finder}.")
    audience = Audience(ask.state, ask.world.switches)

    def until(moment: int) -> int:
        return sum(audience.counts(post, moment)[name] for post in chosen)

    elements: list[dict[str, Any]] = []
    for start, end in _spans(ask, chosen, aggregation):
        count = until(end) - (until(start - 1) if start else 0)
        if count == 0 and aggregation == "TOTAL" and finder == "entity":
            continue
        element: dict[str, Any] = {"count": count, "metricType": _metric_type(ask.version, metric), **target}
        if aggregation == "DAILY":
            element["dateRange"] = {"start": _date(start), "end": _date(end)}
        elements.append(element)
    return {"paging": ask.paging(0, 10, more=False), "elements": elements}


def _entity(ask: Ask, resource: str) -> tuple[str, Post]:
    entity = restli.record_of(ask.query, "entity")
    field, urn = next(iter(entity.items()), ("", ""))
    kind = {"share": "urn:li:share:", "ugc": "urn:li:ugcPost:"}.get(field)
    if len(entity) != 1 or kind is None or not isinstance(urn, str) or not urn.startswith(kind):
        raise bad_query("Parameter 'entity' is (share:{urn}) or (ugc:{urn}).")
    post = ask.state.posts.get(urn)
    if post is None:
        raise gone(urn)
    if post.author != ask.member.urn:
        raise no_permission(resource, "FINDER-entity", ask.version)
    return field, post


def _spans(ask: Ask, chosen: list[Post], aggregation: str) -> list[tuple[int, int]]:
    """Return the stretches of time to count, in milliseconds; TOTAL without a range is everything."""
    if "dateRange" in ask.query:
        wish = restli.record_of(ask.query, "dateRange")
        start = _moment(wish.get("start"))
        end = _moment(wish["end"]) if "end" in wish else ask.now_ms
    else:
        first = min((post.created_ms for post in chosen), default=ask.now_ms)
        start, end = (0 if aggregation == "TOTAL" else first - first % _DAY_MS), ask.now_ms
    if aggregation == "TOTAL":
        return [(start, end)]
    return [(at, at + _DAY_MS) for at in range(start, min(end, ask.now_ms), _DAY_MS)]


def _moment(value: Value | None) -> int:
    parts = value if isinstance(value, dict) else {}
    try:
        day = date(*(int(str(parts.get(part))) for part in ("year", "month", "day")))
    except ValueError:
        raise bad_query("A date is (day:1,month:5,year:2026).") from None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _date(moment: int) -> dict[str, int]:
    day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment)
    return {"year": day.year, "month": day.month, "day": day.day}


def _metric_type(version: str, metric: str) -> Any:
    """Write the metric's name, which was wrapped in an object before version 202605."""
    return metric if version >= "202605" else {_WRAPPED: metric}
