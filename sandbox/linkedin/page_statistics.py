"""The numbers of pages: shares, followers, views, network size, page videos."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.linkedin import restli
from sandbox.linkedin.access import administers, roles_on
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.audience import Audience, added, difference, engagement, nothing
from sandbox.linkedin.errors import bad_query, gone, no_permission
from sandbox.linkedin.records import Organization, Post

DAY_MS = 86_400_000
_YEAR_MS = 365 * DAY_MS
_STEPS = {"DAY": DAY_MS, "WEEK": 7 * DAY_MS, "MONTH": 30 * DAY_MS}
Interval = tuple[int, int]


def share_statistics(ask: Ask) -> dict[str, Any]:
    """Tell how a page's posts did: all together, or each of those named that had any activity."""
    page = _page(ask, "organizationalEntity", "organizationalEntityShareStatistics")
    wanted = [*_named(ask, "shares", "share"), *_named(ask, "ugcPosts", "ugcPost")]
    elements: list[dict[str, Any]] = []
    audience = Audience(ask.state, ask.world.switches)
    intervals = _intervals(ask)
    if wanted:
        for field, urn in wanted:
            post = ask.state.posts.get(urn)
            if post is not None and post.author == page.urn:
                elements += _measured(ask, audience, page, [post], intervals, {field: urn})
    else:
        elements += _measured(ask, audience, page, list(ask.state.posts_of(page.urn)), intervals, {})
    return {"paging": ask.paging(0, 10, more=False), "elements": elements}


def follower_statistics(ask: Ask) -> dict[str, Any]:
    """Tell how many followers came."""
    page = _page(ask, "organizationalEntity", "organizationalEntityFollowerStatistics")
    elements: list[dict[str, Any]] = []
    intervals = _intervals(ask)
    for start, end in intervals or []:
        days = max(1, (end - start) // DAY_MS)
        gain = {"organicFollowerGain": page.followers * days // 900, "paidFollowerGain": 0}
        elements.append(
            {"organizationalEntity": page.urn, "timeRange": {"start": start, "end": end}, "followerGains": gain}
        )
    if intervals is None:
        counts = {"followerCounts": {"organicFollowerCount": page.followers, "paidFollowerCount": 0}}
        elements.append({"organizationalEntity": page.urn, "followerCountsByAssociationType": [counts]})
    return {"paging": ask.paging(0, 10, more=False), "elements": elements}


def page_statistics(ask: Ask) -> dict[str, Any]:
    """Tell how often a page itself was looked at."""
    page = _page(ask, "organization", "organizationPageStatistics")
    elements: list[dict[str, Any]] = []
    intervals = _intervals(ask)
    for start, end in [(page_born(ask), ask.now_ms)] if intervals is None else intervals:
        days = max(1, (end - start) // DAY_MS)
        views = {"allPageViews": {"pageViews": page.followers * days // 40}}
        elements.append(
            {
                "organization": page.urn,
                "timeRange": {"start": start, "end": end},
                "totalPageStatistics": {"views": views},
            }
        )
    return {"paging": ask.paging(0, 10, more=False), "elements": elements}


def network_size(ask: Ask) -> dict[str, Any]:
    """Tell how many follow a page."""
    if ask.need("edgeType") not in ("COMPANY_FOLLOWED_BY_MEMBER", "CompanyFollowedByMember"):
        raise bad_query("Parameter 'edgeType' is invalid.")
    page = ask.state.author(ask.key)
    if not isinstance(page, Organization):
        raise gone(ask.key)
    return {"firstDegreeSize": page.followers}


def video_analytics(ask: Ask) -> dict[str, Any]:
    """Tell how a page's video was watched."""
    if ask.need("q") != "entity":
        raise bad_query(f"There is no finder {ask.text('q')}.")
    kind = ask.text("type", "VIDEO_VIEW")
    names = {"VIDEO_VIEW": "plays", "VIEWER": "reached", "TIME_WATCHED": "watch_ms"}
    post = ask.state.posts.get(ask.need("entity"))
    if kind not in names:
        raise bad_query(f"Parameter 'type' is invalid: {kind}.")
    if post is None:
        raise gone(ask.text("entity"))
    page = ask.state.author(post.author)
    if not isinstance(page, Organization) or not roles_on(ask.state, ask.member.id, page.id):
        raise no_permission("videoAnalytics", "FINDER-entity", ask.version)
    value = Audience(ask.state, ask.world.switches).counts(post, ask.now_ms)[names[kind]]
    elements = [{"entity": post.urn, "statisticsType": kind, "value": value}] if value else []
    return {"paging": ask.paging(0, 10, more=False), "elements": elements}


def page_born(ask: Ask) -> int:
    """Return from when on numbers are kept: the last twelve months."""
    return ask.now_ms - _YEAR_MS


def _page(ask: Ask, name: str, resource: str) -> Organization:
    """Return the page a statistics finder is about; only its administrators may ask."""
    if ask.need("q") != name:
        raise bad_query(f"There is no finder {ask.text('q')}.")
    page = ask.state.author(ask.need(name))
    if not isinstance(page, Organization):
        raise bad_query(f"Parameter '{name}' is no organization.")
    if not administers(ask, page.urn):
        raise no_permission(resource, f"FINDER-{name}", ask.version)
    return page


def _named(ask: Ask, parameter: str, field: str) -> Iterator[tuple[str, str]]:
    if parameter not in ask.query:
        return
    for urn in restli.list_of(ask.query, parameter):
        if not urn.startswith(f"urn:li:{field}:"):
            raise bad_query(f"Parameter '{parameter}' holds {urn}, which is no {field}.")
        yield field, urn


def _intervals(ask: Ask) -> list[Interval] | None:
    """Return the steps of `timeIntervals`, or None when all time is meant."""
    if "timeIntervals" not in ask.query:
        return None
    wish = restli.record_of(ask.query, "timeIntervals")
    span, step = wish.get("timeRange"), _STEPS.get(str(wish.get("timeGranularityType", "DAY")))
    if not isinstance(span, dict) or step is None:
        raise bad_query("Parameter 'timeIntervals' needs a timeRange and a timeGranularityType.")
    start, end = str(span.get("start", "")), str(span.get("end", ask.now_ms))
    if not start.isdecimal() or not end.isdecimal() or int(start) >= int(end):
        raise bad_query("timeRange is a start and an end in milliseconds.")
    first, last = max(int(start), page_born(ask)), min(int(end), ask.now_ms)
    return [(at, min(at + step, last)) for at in range(first, last, step)]


def _measured(
    ask: Ask,
    audience: Audience,
    page: Organization,
    posts: Iterable[Post],
    intervals: list[Interval] | None,
    names: dict[str, str],
) -> Iterator[dict[str, Any]]:
    """Yield an element per step; posts without activity are left out, a whole page is told even with none."""
    told = list(posts)
    for start, end in [(0, ask.now_ms)] if intervals is None else intervals:
        counts = nothing()
        for post in told:
            counts = added(counts, difference(audience.counts(post, end), audience.counts(post, start - 1)))
        if names and not any(counts.values()):
            continue
        element: dict[str, Any] = {
            "organizationalEntity": page.urn,
            **names,
            "totalShareStatistics": {
                "impressionCount": counts["impressions"],
                "uniqueImpressionsCount": counts["reached"],
                "clickCount": counts["clicks"],
                "likeCount": counts["likes"],
                "commentCount": counts["comments"],
                "shareCount": counts["shares"],
                "engagement": engagement(counts),
            },
        }
        if intervals:
            element["timeRange"] = {"start": start, "end": end}
        yield element
