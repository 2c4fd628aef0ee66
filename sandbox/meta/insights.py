"""Statistics of Pages, posts and videos. One wrong name fails the whole call; what is not there stays away."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.meta import content, metrics
from sandbox.meta.access import as_page, need_scope
from sandbox.meta.ask import Ask, graph_time
from sandbox.meta.errors import GraphError, invalid, no_read_permission
from sandbox.meta.media_records import Video
from sandbox.meta.posts import page_of, page_of_row
from sandbox.meta.records import Page, Post

PARAMS = frozenset({"metric", "period", "since", "until", "breakdown", "date_preset", "show_description_from_api_doc"})
DAY_S = 24 * 60 * 60
_PERIODS = {"day": 1, "week": 7, "days_28": 28}
_LONGEST_WINDOW = timedelta(days=90)
_KEPT = timedelta(days=2 * 365)
_FEWEST_LIKES = 100


def of_page(ask: Ask, page: Page) -> dict[str, Any]:
    """Return daily, weekly or four-weekly numbers of a Page."""
    _enter(ask, page)
    names = wanted(ask, metrics.PAGE)
    period = ask.text("period") or "day"
    if period not in _PERIODS:
        raise invalid("Param period must be one of {day, days_28, week}")
    since, until = _window(ask)
    if page.followers < _FEWEST_LIKES:
        return {"data": []}
    rows = []
    for name in names:
        values: list[dict[str, Any]] = []
        day = since
        while day <= until:
            values += _values(ask, page.id, name, day, page.followers * _PERIODS[period])
            day += DAY_S
        rows.append(row(f"{page.id}/insights/{name}/{period}", name, period, values))
    return {"data": rows, "paging": _paging(ask, page.id, since, until)}


def of_post(ask: Ask, post: Post) -> dict[str, Any]:
    """Return the lifetime numbers of a post; none while it is too young."""
    page = page_of(ask, post)
    _enter(ask, page)
    return _lifetime(ask, post.id, wanted(ask, metrics.POST), post.created if post.published else ask.now, page)


def of_video(ask: Ask, video: Video) -> dict[str, Any]:
    """Return the lifetime numbers of a video or a reel."""
    page = page_of_row(ask, video)
    _enter(ask, page)
    names = wanted(ask, metrics.VIDEO) if ask.text("metric") else sorted(metrics.VIDEO)
    return _lifetime(ask, video.id, names, video.finished or ask.now, page)


def wanted(ask: Ask, known: frozenset[str]) -> list[str]:
    """Return the metrics a call names; one that is dead or unknown fails all of them."""
    names = [name.strip() for name in _metric_text(ask).split(",") if name.strip()]
    if not names:
        raise GraphError(
            3001,
            "(#3001) Invalid query",
            1504028,
            user_title="No metric was specified",
            user_msg="No metric was specified to be fetched. Please specify one or more metrics.",
        )
    number = int(ask.version[1:].partition(".")[0])
    for name in names:
        gone = name in metrics.DISPUTED and not ask.world.switches.flag("meta.page_video_views_alive")
        too_old = number < metrics.NEEDS_VERSION.get(name, 0)
        if name not in known or gone or too_old or metrics.is_dead(name):
            raise invalid("The value must be a valid insights metric")
    return names


def number(key: str, name: str, day: int, most: int) -> int:
    """Return a number that is always the same for the same question."""
    return zlib.crc32(f"{key}:{name}:{day // DAY_S}".encode()) % max(2, most)


def row(key: str, name: str, period: str, values: list[dict[str, Any]]) -> dict[str, Any]:
    """Write one metric as the platform does."""
    title = name.replace("_", " ").capitalize()
    return {
        "name": name,
        "period": period,
        "values": values,
        "title": title,
        "description": f"{title}, counted by the sandbox.",
        "id": key,
    }


def young(ask: Ask, created: int) -> bool:
    """Say whether something is too new to have numbers."""
    return ask.now < created + ask.world.switches.number("meta.insights_delay_h") * 3600


def _enter(ask: Ask, page: Page) -> None:
    as_page(ask, page)
    need_scope(ask, "read_insights", page.id)
    need_scope(ask, "pages_read_engagement", page.id)
    tasks = page.roles.get(ask.speaker.person_id, [])
    if "ANALYZE" not in tasks and "MANAGE" not in tasks:
        raise no_read_permission("ANALYZE")


def _metric_text(ask: Ask) -> str:
    given = ask.call.params.get("metric", "")
    if isinstance(given, list) or (isinstance(given, str) and given.lstrip().startswith("[")):
        return ",".join(str(name) for name in ask.structure("metric"))
    return ask.text("metric")


def _lifetime(ask: Ask, key: str, names: list[str], created: int, page: Page) -> dict[str, Any]:
    if young(ask, created) or page.followers < _FEWEST_LIKES:
        return {"data": []}
    return {
        "data": [
            row(f"{key}/insights/{name}/lifetime", name, "lifetime", [{"value": _value(key, name, 0, page.followers)}])
            for name in names
        ]
    }


def _values(ask: Ask, key: str, name: str, day: int, most: int) -> list[dict[str, Any]]:
    """Return the value of a day, or one for each side of the breakdowns asked for."""
    end = graph_time(day + DAY_S)
    sides = [part.strip() for part in ask.text("breakdown").split(",") if part.strip()]
    for side in sides:
        if side not in metrics.PAGE_BREAKDOWNS.get(name, ()):
            raise invalid(f"The metric {name} has no breakdown {side}.")
    if not sides:
        return [{"value": _value(key, name, day, most), "end_time": end}]
    return [
        {"value": number(f"{key}{side}{word}", name, day, most), "end_time": end, side: word}
        for side in sides
        for word in ("0", "1")
    ]


def _value(key: str, name: str, day: int, most: int) -> int | dict[str, int]:
    kinds = metrics.BY_TYPE.get(name)
    if kinds is None:
        return number(key, name, day, most)
    return {kind: number(key + kind, name, day, most) for kind in kinds}


def _window(ask: Ask) -> tuple[int, int]:
    """Return the first and the last day asked for, as midnights; yesterday and the day before unless said."""
    today = ask.now - ask.now % DAY_S
    since, until = (content.moment(ask.text(name), ask.now) if ask.text(name) else None for name in ("since", "until"))
    last = (until if until is not None else today - 1) // DAY_S * DAY_S
    first = (since if since is not None else last - DAY_S) // DAY_S * DAY_S
    if first > last:
        raise invalid("since param must be before until.")
    if timedelta(seconds=last - first) > _LONGEST_WINDOW:
        raise invalid("There cannot be more than 90 days between since and until.")
    if datetime.fromtimestamp(ask.now, UTC) - datetime.fromtimestamp(first, UTC) > _KEPT:
        raise invalid("Statistics are kept for two years.")
    # Today's numbers are not there yet.
    return first, min(last, today - DAY_S)


def _paging(ask: Ask, node: str, since: int, until: int) -> dict[str, str]:
    span = until - since + DAY_S
    kept = {name: ask.text(name) for name in ("metric", "period", "breakdown") if ask.text(name)}

    def link(first: int, last: int) -> str:
        query = {"access_token": ask.presented, **kept, "since": str(first), "until": str(last)}
        return ask.call.address.url(ask.call.host, f"/{ask.version}/{node}/insights", query)

    return {"previous": link(since - span, since), "next": link(until + DAY_S, until + DAY_S + span)}
