"""LinkedIn's numbers as our metrics: of pages with the administrator's scope, of members with scopes few apps have.

Source: https://learn.microsoft.com/linkedin/marketing/community-management/organizations/share-statistics,
.../members/post-statistics and .../shares/social-metadata-api, read 2026-11-21. Share statistics leave out posts without
activity, which LinkedIn documents as nothing having happened: such a post is told with zeros. What a grant may not ask is
refused with the scope that lacks, never told as zero.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from connectors.errors import ConnectorError, ReconnectRequired
from connectors.linkedin import restli
from connectors.linkedin.errors import PLATFORM
from connectors.linkedin.find import read_moment
from connectors.linkedin.rest import Rest
from connectors.linkedin.scopes import ADMIN, MEMBER, POST_ANALYTICS, PROFILE_ANALYTICS, READ
from connectors.types import Metric, Target

#: Share statistics by our names.
SHARE_NAMES: Final = {
    "impressionCount": "views",
    "uniqueImpressionsCount": "reach",
    "clickCount": "clicks",
    "likeCount": "reactions",
    "commentCount": "comments",
    "shareCount": "shares",
    "engagement": "engagement_rate",
}
#: Member post analytics: one call each; those that came later may be unknown to an app's version.
MEMBER_NAMES: Final = {
    "IMPRESSION": "views",
    "MEMBERS_REACHED": "reach",
    "REACTION": "reactions",
    "COMMENT": "comments",
    "RESHARE": "shares",
}
#: LinkedIn counts unique members over a span, not by day.
NOT_BY_DAY: Final = frozenset({"MEMBERS_REACHED"})
PAGE: Final = 100
_DAY: Final = timedelta(days=1)


def post_metrics(rest: Rest, urn: str, target: Target) -> list[Metric]:
    """Return what LinkedIn tells of one post since it was published."""
    return _member_post(rest, urn, target) if target.kind == MEMBER else _page_post(rest, urn, target)


def account_metrics(rest: Rest, target: Target, *, since: datetime, until: datetime) -> list[Metric]:
    """Return what LinkedIn tells of a profile or a page, day by day where it does."""
    if target.kind == MEMBER:
        return [*_member_followers(rest, target, until=until), *_member_days(rest, target, since=since, until=until)]
    return [
        *_page_followers(rest, target, until=until),
        *_page_shares(rest, target, since=since, until=until),
        *_follower_gains(rest, target, since=since, until=until),
        *_page_views(rest, target, since=since, until=until),
    ]


# --- pages ----------------------------------------------------------------------------------------------------------


def _page_post(rest: Rest, urn: str, target: Target) -> list[Metric]:
    kind = "ugcPosts" if ":ugcPost:" in urn else "shares"
    query = restli.query(q="organizationalEntity", organizationalEntity=target.external_id, **{kind: [urn]})
    found = list(_share_statistics(rest, query))
    statistics = found[0] if found else dict.fromkeys(SHARE_NAMES, 0)
    metrics = [
        Metric(name, value, raw_name)
        for raw_name, name in SHARE_NAMES.items()
        if (value := _figure(statistics.get(raw_name))) is not None
    ]
    return _with_reactions(rest, urn, target, metrics)


def _share_statistics(rest: Rest, query: str) -> Iterator[dict[str, Any]]:
    for element in rest.elements(
        "organizationalEntityShareStatistics",
        query,
        operation="share_statistics",
        count=PAGE,
        rest_method="FINDER",
        scope=ADMIN,
    ):
        statistics = element.get("totalShareStatistics")
        if isinstance(statistics, dict):
            yield {**statistics, "timeRange": element.get("timeRange")}


def _with_reactions(rest: Rest, urn: str, target: Target, metrics: list[Metric]) -> list[Metric]:
    """Split the reactions by kind, where they may be read; the count beside them is then of the same moment."""
    try:
        told = rest.read(f"socialMetadata/{restli.key(urn)}", operation="social_metadata", scope=READ[target.kind])
    except ConnectorError as error:
        if isinstance(error, ReconnectRequired) and error.connection_ended:
            raise
        return metrics
    summaries = told.get("reactionSummaries")
    if not isinstance(summaries, dict):
        return metrics
    parts = {
        str(kind): count
        for kind, summary in summaries.items()
        if isinstance(summary, dict) and (count := _figure(summary.get("count"))) is not None
    }
    reactions = Metric("reactions", sum(parts.values()), "reactionSummaries", parts=parts)
    return [*(metric for metric in metrics if metric.name != "reactions"), reactions]


def _page_followers(rest: Rest, target: Target, *, until: datetime) -> Iterator[Metric]:
    query = restli.query(edgeType="COMPANY_FOLLOWED_BY_MEMBER")
    told = rest.read(f"networkSizes/{restli.key(target.external_id)}", operation="followers", query=query, scope=ADMIN)
    if (size := _figure(told.get("firstDegreeSize"))) is not None:
        yield Metric("followers", size, "firstDegreeSize", until=until)


def _page_shares(rest: Rest, target: Target, *, since: datetime, until: datetime) -> Iterator[Metric]:
    query = restli.query(
        q="organizationalEntity", organizationalEntity=target.external_id, timeIntervals=_by_day(since, until)
    )
    for statistics in _share_statistics(rest, query):
        begins, ends = _range(statistics.get("timeRange"))
        for raw_name, name in SHARE_NAMES.items():
            if (value := _figure(statistics.get(raw_name))) is not None:
                yield Metric(name, value, raw_name, since=begins, until=ends)


def _follower_gains(rest: Rest, target: Target, *, since: datetime, until: datetime) -> Iterator[Metric]:
    query = restli.query(
        q="organizationalEntity", organizationalEntity=target.external_id, timeIntervals=_by_day(since, until)
    )
    for element in rest.elements(
        "organizationalEntityFollowerStatistics",
        query,
        operation="follower_statistics",
        count=PAGE,
        rest_method="FINDER",
        scope=ADMIN,
    ):
        gains = element.get("followerGains")
        if not isinstance(gains, dict):
            continue
        organic, paid = (_figure(gains.get(f"{kind}FollowerGain")) for kind in ("organic", "paid"))
        parts = {name: gain for name, gain in (("organic", organic), ("paid", paid)) if gain is not None}
        begins, ends = _range(element.get("timeRange"))
        if parts:
            yield Metric("followers_gained", sum(parts.values()), "followerGains", begins, ends, parts)


def _page_views(rest: Rest, target: Target, *, since: datetime, until: datetime) -> Iterator[Metric]:
    query = restli.query(q="organization", organization=target.external_id, timeIntervals=_by_day(since, until))
    for element in rest.elements(
        "organizationPageStatistics",
        query,
        operation="page_statistics",
        count=PAGE,
        rest_method="FINDER",
        scope=ADMIN,
    ):
        views: Any = element.get("totalPageStatistics")
        for key in ("views", "allPageViews", "pageViews"):
            views = views.get(key) if isinstance(views, dict) else None
        begins, ends = _range(element.get("timeRange"))
        if (value := _figure(views)) is not None:
            yield Metric("page_views", value, "allPageViews.pageViews", begins, ends)


def _by_day(since: datetime, until: datetime) -> restli.Value:
    span: dict[str, restli.Value] = {"start": _milliseconds(since), "end": _milliseconds(until)}
    return {"timeRange": span, "timeGranularityType": "DAY"}


# --- members --------------------------------------------------------------------------------------------------------


def _member_post(rest: Rest, urn: str, target: Target) -> list[Metric]:
    _require_scope(target, POST_ANALYTICS, "post_statistics")
    entity: restli.Value = {"ugc" if ":ugcPost:" in urn else "share": urn}
    metrics = []
    for raw_name, name in MEMBER_NAMES.items():
        query = restli.query(q="entity", entity=entity, queryType=raw_name, aggregation="TOTAL")
        for element in _member_analytics(rest, query):
            if _type_of(element) in {raw_name, ""} and (value := _figure(element.get("count"))) is not None:
                metrics.append(Metric(name, value, raw_name))
                break
    return metrics


def _member_days(rest: Rest, target: Target, *, since: datetime, until: datetime) -> Iterator[Metric]:
    _require_scope(target, POST_ANALYTICS, "post_statistics")
    span: restli.Value = {"start": _day(since.date()), "end": _day(until.date())}
    for raw_name, name in MEMBER_NAMES.items():
        if raw_name in NOT_BY_DAY:
            continue
        query = restli.query(q="me", queryType=raw_name, aggregation="DAILY", dateRange=span)
        for element in _member_analytics(rest, query):
            begins, ends = _date_range(element.get("dateRange"))
            if (value := _figure(element.get("count"))) is not None:
                yield Metric(name, value, raw_name, since=begins, until=ends)


def _member_analytics(rest: Rest, query: str) -> Iterator[dict[str, Any]]:
    return rest.elements(
        "memberCreatorPostAnalytics",
        query,
        operation="post_statistics",
        count=PAGE,
        rest_method="FINDER",
        scope=POST_ANALYTICS,
    )


def _member_followers(rest: Rest, target: Target, *, until: datetime) -> Iterator[Metric]:
    """Followers need a scope of their own; without it the other numbers are told all the same."""
    if PROFILE_ANALYTICS not in target.scopes:
        return
    told = rest.read(
        "memberFollowersCount",
        operation="followers",
        query=restli.query(q="me"),
        rest_method="FINDER",
        scope=PROFILE_ANALYTICS,
    )
    elements = told.get("elements")
    first = elements[0] if isinstance(elements, list) and elements and isinstance(elements[0], dict) else {}
    if (value := _figure(first.get("memberFollowersCount"))) is not None:
        yield Metric("followers", value, "memberFollowersCount", until=until)


def _type_of(element: Mapping[str, Any]) -> str:
    """Read ``metricType``: a word, or (before version 202605) an object with the word as its one value."""
    told = element.get("metricType")
    if isinstance(told, dict):
        told = next(iter(told.values()), "")
    return told if isinstance(told, str) else ""


def _require_scope(target: Target, scope: str, operation: str) -> None:
    if scope not in target.scopes:
        raise ReconnectRequired(
            f"LinkedIn tells no numbers to this connection: it needs the scope {scope}.",
            connection_ended=False,
            missing_scope=scope,
            remedy="Add the scope by LINKEDIN_EXTRA_SCOPES if the LinkedIn app has the product, then reconnect.",
            platform=PLATFORM,
            operation=operation,
        )


# --- figures --------------------------------------------------------------------------------------------------------


def _figure(told: Any) -> float | None:
    known = isinstance(told, int | float) and not isinstance(told, bool)
    return told if known else None


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _range(told: Any) -> tuple[datetime | None, datetime | None]:
    span = told if isinstance(told, dict) else {}
    return read_moment(span.get("start")), read_moment(span.get("end"))


def _day(day: date) -> restli.Value:
    return {"day": day.day, "month": day.month, "year": day.year}


def _date_range(told: Any) -> tuple[datetime | None, datetime | None]:
    span = told if isinstance(told, dict) else {}
    begins, ends = (_midnight(span.get(key)) for key in ("start", "end"))
    return begins, ends if ends is not None else (begins + _DAY if begins else None)


def _midnight(told: Any) -> datetime | None:
    try:
        return datetime(told["year"], told["month"], told["day"], tzinfo=UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
