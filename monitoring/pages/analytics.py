"""What the pages of numbers show, as plain values: an overview, one place, one post."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.dateparse import parse_date

from connectors.models import Destination
from connectors.pages import connect_again_url, kind_name, platform_options
from connectors.registry import CONNECTORS
from connectors.types import Capability
from foundation.listing import Query, Sort
from monitoring import charts
from monitoring.analytics import exports, obstacles, ranges, selectors
from monitoring.analytics.placing import zone_of
from monitoring.analytics.ranges import Range
from monitoring.analytics.refreshing import next_refresh
from monitoring.analytics.rows import AccountMetric, MetricWatch, PostMetric, PostSnapshot
from monitoring.analytics.selectors import Figure, Sums
from monitoring.analytics.totals import Narrowed
from monitoring.analytics.vocabulary import SHOWN_OF_PLACES, SHOWN_OF_POSTS, Definition, Sum, Unit, definition_of
from monitoring.charts import Chart, Kind, Point
from publishing.models import PublishJob
from publishing.states import State
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import ANALYTICS_WRITE, CONNECTIONS_WRITE

PRESETS: Final = (7, 28, 90)
PAGE_SIZE: Final = 10
#: More places than this are found by the filter, not in the table.
MOST_PLACES: Final = 50
MOST_PARTS: Final = 10
#: The numbers shown first, of posts and of places, as far as somebody told them.
KEY_OF_POSTS: Final = ("views", "opens", "reactions", "likes", "comments", "shares", "clicks")
KEY_OF_PLACES: Final = ("followers", "profile_views", "views")
#: What is drawn of a place in one line: the first of these that it tells.
DRAWN: Final = ("views", "reach", "followers")
#: Columns of the table of posts, as far as somebody told them.
COLUMNS: Final = SHOWN_OF_POSTS
MOST_COLUMNS: Final = 6


# --- words ----------------------------------------------------------------------------------------------------------------


def written(value: float | None, unit: Unit = Unit.COUNT) -> str:
    """Return a value as people read it."""
    if value is None:
        return "–"
    if unit is Unit.SHARE:
        return f"{100 * value:.1f} %"
    if unit is Unit.MILLISECONDS:
        seconds = value / 1000
        if seconds < 60:
            return f"{seconds:.1f} s"
        return f"{seconds / 60:.1f} min" if seconds < 3600 else f"{seconds / 3600:,.1f} h"
    return f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:,.1f}"


def day_label(day: date) -> str:
    """Return a day shortly."""
    return f"{day.day} {day:%b}"


def tile(metric: str, figure: Figure, days: Range, *, what: str) -> dict[str, Any]:
    """Return a key number with its change to the days before."""
    known = definition_of(metric)
    change, percent = figure.change, figure.change_percent
    if change is None:
        note, tone = f"nothing told in the {days.days} days before", ""
    elif change == 0:
        note, tone = f"as in the {days.days} days before", ""
    else:
        more = (
            f"{percent:+,.0f} %"
            if percent is not None
            else f"{'+' if change > 0 else '−'}{written(abs(change), known.unit)}"
        )
        note, tone = f"{more.replace('-', '−')} to the {days.days} days before", "up" if change > 0 else "down"
    mean = " a day" if known.sum is Sum.MEAN and what == "places" and known.unit is Unit.PEOPLE else ""
    return {
        "metric": metric,
        "label": f"{known.label}{mean}",
        "meaning": known.meaning,
        "value": written(figure.value, known.unit),
        "note": note,
        "tone": tone,
        "as_of": figure.as_of,
    }


# --- the overview -------------------------------------------------------------------------------------------------------


def overview_page(principal: Principal, params: Mapping[str, str], path: str, *, now: datetime) -> dict[str, Any]:
    """Return what ``monitoring/analytics.html`` shows."""
    tenant = principal.tenant
    days, problem = range_of(tenant, params, now=now)
    query = Query(params, path)
    platform, destination = query.choice("platform", CONNECTORS), query.uuid("destination")
    asked = Narrowed(days, platform, destination)
    places = list(selectors.places_of(tenant, asked).order_by("name", "id")[: MOST_PLACES + 1])
    shown = tuple(place.pk for place in places[:MOST_PLACES])
    if len(places) > len(shown):  # figures of places that are not shown need not be fetched one by one
        total, _ = selectors.summary(tenant, asked, by="platform")
        _, groups = selectors.summary(tenant, replace(asked, among=shown), by="destination")
    else:
        total, groups = selectors.summary(tenant, asked, by="destination")
    watches = selectors.watches_of_places(place.pk for place in places)
    rows = list(selectors.days_of(tenant, shown, days, metrics=DRAWN))
    told = {**_range_words(days, params, path, now=now), "problem": problem}
    posts = _posts(tenant, asked, query, total, params, path)
    everything = bool(total.of_posts or total.of_places)
    return {
        **told,
        "filters": {"platform": platform, "destination": str(destination or "")},
        "platforms": platform_options(),
        "destinations": _options(tenant),
        "tiles": [
            {
                "label": "Posts published", "value": f"{total.posts:,}", "metric": "posts", "as_of": None, "tone": "",
                "note": f"{total.posts_before:,} in the {days.days} days before", "meaning": "Posts that went out in these days.",
            },
            *(tile(name, total.of_posts[name], days, what="posts") for name in KEY_OF_POSTS if name in total.of_posts),
        ],
        "place_tiles": [
            tile(name, total.of_places[name], days, what="places") for name in KEY_OF_PLACES if name in total.of_places
        ],
        "charts": [chart for chart in (_posts_chart(tenant, asked), _views_chart(rows, days)) if chart],
        "places": [_place_row(place, groups.get(place.pk), watches.get(place.pk), rows, days) for place in places[:MOST_PLACES]],
        "more_places": len(places) > MOST_PLACES,
        **posts,
        "notices": _notices(principal, places, watches),
        "empty": None if everything else _why_empty(places, total, watches),
        **_refresh(principal, places, watches, now=now),
        "csv": _csv(days, platform, destination),
    }  # fmt: skip


def place_page(
    principal: Principal, place: Destination, params: Mapping[str, str], path: str, *, now: datetime
) -> dict[str, Any]:
    """Return what ``monitoring/analytics_place.html`` shows."""
    tenant = principal.tenant
    days, problem = range_of(tenant, params, now=now)
    asked = Narrowed(days, "", place.pk)
    total, _ = selectors.summary(tenant, asked, by="destination")
    watches = selectors.watches_of_places([place.pk])
    found = selectors.by_day(selectors.days_of(tenant, [place.pk], days))
    query = Query(params, path)
    watch = watches.get(place.pk)
    behind = found.get("days_behind", {})
    return {
        **_range_words(days, params, path, now=now),
        "problem": problem,
        "place": _place(place),
        "tiles": [
            tile(name, total.of_places[name], days, what="places")
            for name in selectors.in_order(total.of_places)
            if name != "days_behind"
        ][:8],
        "post_tiles": [
            tile(name, total.of_posts[name], days, what="posts") for name in KEY_OF_POSTS if name in total.of_posts
        ],
        "charts": [
            _series_chart(name, found[name], days)
            for name in selectors.in_order(found)
            if name != "days_behind" and any(row.window != AccountMetric.Window.MONTH for row in found[name].values())
        ],
        "lists": [_parts(name, found[name]) for name in ("searches",) if name in found],
        "behind": max(behind.items())[1].value if behind else None,
        "taken_at": watch.taken_at if watch else None,
        **_posts(tenant, asked, query, total, params, path),
        "notices": _notices(principal, [place], watches),
        "empty": None if total.of_places else _why_empty([place], total, watches),
        **_refresh(principal, [place], watches, now=now),
        "csv": _csv(days, "", place.pk),
    }


def job_page(principal: Principal, job: PublishJob, *, now: datetime) -> dict[str, Any]:
    """Return what ``monitoring/analytics_job.html`` and its piece on the job's page show."""
    zone = zone_of(principal.tenant.time_zone)
    watch = selectors.watch_of_job(job.pk)
    latest = selectors.latest_of([job.pk]).get(job.pk, [])
    history = selectors.history_of(job.pk)
    obstacle = obstacles.of_posts_at(job.platform_id) or obstacles.of_watch(watch)
    first = next((name for name in KEY_OF_POSTS if any(row.metric == name for row in latest)), "")
    may = ANALYTICS_WRITE in principal.scopes and job.state == State.PUBLISHED and job.removed_at is None
    can = (
        Capability.POST_METRICS in CONNECTORS[job.platform_id].capabilities if job.platform_id in CONNECTORS else False
    )
    return {
        "job": {"id": job.pk, "excerpt": exports.excerpt(job, 80) or "(no text)", "platform": job.platform_id,
                "platform_name": job.platform.name, "destination": job.destination.name,
                "destination_id": job.destination_id, "published_at": job.published_at},
        "latest": [_latest(row) for row in latest],
        "chart": _history_chart(first, history, zone) if first and len(history) > 1 else None,
        "obstacle": obstacle,
        "reconnect_url": connect_again_url(job.destination.connection)
        if obstacle and obstacle.reconnect and CONNECTIONS_WRITE in principal.scopes
        else "",
        "taken_at": watch.taken_at if watch else None,
        "next_look_at": obstacles.next_look(watch, now=now),
        "asked_at": watch.asked_at if watch else None,
        "may_refresh": may and can and next_refresh(watch.asked_at if watch else None, now=now) is None,
        "refresh_possible_at": next_refresh(watch.asked_at if watch else None, now=now) if may and can else None,
        "poll_seconds": 3 if watch and watch.due_at and (watch.lease or watch.due_at <= now) else None,
    }  # fmt: skip


# --- ranges -------------------------------------------------------------------------------------------------------------


def range_of(tenant: Tenant, params: Mapping[str, str], *, now: datetime) -> tuple[Range, str]:
    """Return the days a page is asked for, and what was wrong with what was asked; then it is four weeks."""
    zone = zone_of(tenant.time_zone)
    preset = params.get("days", "")
    if preset.isdecimal() and int(preset[:4]) in PRESETS:
        return ranges.last_days(int(preset), zone=zone, now=now), ""
    try:
        since, until = (parse_date(params.get(name, "")[:10]) for name in ("since", "until"))
        return ranges.chosen(since, until, zone=zone, now=now), ""
    except ValueError as error:
        return ranges.last_days(ranges.DEFAULT_DAYS, zone=zone, now=now), f"{error} Four weeks are shown."


def _range_words(days: Range, params: Mapping[str, str], path: str, *, now: datetime) -> dict[str, Any]:
    keep = {name: params[name] for name in ("platform", "destination") if params.get(name)}
    today = days.until == now.astimezone(days.zone).date()
    return {
        "range": {"since": days.since, "until": days.until, "days": days.days, "zone": days.zone.key},
        "presets": [
            {
                "label": f"{count} days",
                "url": f"{path}?{urlencode({'days': count, **keep})}",
                "current": today and days.days == count,
            }
            for count in PRESETS
        ],
        "kept": keep,
    }


def _csv(days: Range, platform: str, destination: UUID | None) -> dict[str, str]:
    said = {
        "since": str(days.since),
        "until": str(days.until),
        "platform": platform,
        "destination": str(destination or ""),
    }
    asked = urlencode({name: value for name, value in said.items() if value})
    return {
        "posts": f"{reverse('analytics_posts_csv')}?{asked}",
        "places": f"{reverse('analytics_places_csv')}?{asked}",
    }


def _options(tenant: Tenant) -> list[dict[str, str]]:
    rows = selectors.places_of(tenant).order_by("name", "id")[:200]
    return [{"value": str(row.pk), "label": f"{row.name} ({row.platform.name})"} for row in rows]


# --- pieces -------------------------------------------------------------------------------------------------------------


def _place(place: Destination) -> dict[str, Any]:
    return {
        "id": place.pk,
        "name": place.name,
        "kind": kind_name(place.platform_id, place.kind),
        "platform": place.platform_id,
        "platform_name": place.platform.name,
        "connection_id": place.connection_id,
    }


def _place_row(
    place: Destination, sums: Sums | None, watch: MetricWatch | None, rows: Iterable[AccountMetric], days: Range
) -> dict[str, Any]:
    figures = sums.of_places if sums else {}
    mine = selectors.by_day(row for row in rows if row.destination_id == place.pk)
    drawn = next((name for name in DRAWN if len(mine.get(name, {})) > 1), "")
    line = [mine[drawn][day].value if day in mine[drawn] else None for day in days.every_day] if drawn else []
    label = f"{definition_of(drawn).label} day by day" if drawn else ""
    return {
        **_place(place),
        "posts": sums.posts if sums else 0,
        "figures": [_cell(name, figures.get(name)) for name in SHOWN_OF_PLACES],
        "spark": charts.spark(line, label=label) if drawn else None,
        "spark_label": definition_of(drawn).label if drawn else "",
        "taken_at": watch.taken_at if watch else None,
        "obstacle": obstacles.of_place(place, watch),
    }


def _cell(metric: str, figure: Figure | None) -> dict[str, Any]:
    known = definition_of(metric)
    change = figure.change if figure else None
    sign = "+" if change and change > 0 else "−"
    return {
        "label": known.label,
        "value": written(figure.value, known.unit) if figure else "",
        "change": f"{sign}{written(abs(change), known.unit)}" if change else "",
        "tone": "" if not change else "up" if change > 0 else "down",
    }


def _posts(
    tenant: Tenant, asked: Narrowed, query: Query, total: Sums, params: Mapping[str, str], path: str
) -> dict[str, Any]:
    """Return the table of posts, and what it is ordered by."""
    columns = [name for name in COLUMNS if name in total.of_posts][:MOST_COLUMNS]
    known = selectors.post_columns()
    offered = {name: known[name] for name in (selectors.PUBLISHED, *columns)}
    for name in ("days", "since", "until", "platform", "destination"):
        query.words(name)  # kept in the links of headings and pages
    sort = query.sort(offered, columns[0] if columns else selectors.PUBLISHED)
    stretch = selectors.posts_page(tenant, asked, sort, query.cursor, size=PAGE_SIZE)
    latest = selectors.latest_of(stretch.ties)
    jobs = selectors.jobs_in_order(tenant, stretch.ties)
    sorts = query.sorts(offered, sort)
    return {
        "columns": [{"name": name, "label": definition_of(name).label, "sort": sorts[name]} for name in columns],
        "published_sort": sorts[selectors.PUBLISHED],
        "sorted_by": _sorted_by(sort),
        "posts": [_post(job, latest.get(job.pk, []), columns) for job in jobs],
        "page": stretch.links(query),
    }


def _sorted_by(sort: Sort) -> str:
    if sort.name == selectors.PUBLISHED:
        return "newest first" if sort.descending else "oldest first"
    word = definition_of(sort.name).label.lower()
    return f"{'most' if sort.descending else 'fewest'} {word} first, those without {word} left out"


def _post(job: PublishJob, told: Sequence[PostMetric], columns: Sequence[str]) -> dict[str, Any]:
    values = {row.metric: row.value for row in told}
    return {
        "id": job.pk,
        "excerpt": exports.excerpt(job, 80) or "(no text)",
        "platform": job.platform_id,
        "destination": job.destination.name,
        "published_at": job.published_at,
        "cells": [
            {
                "label": definition_of(name).label,
                "value": written(values[name], definition_of(name).unit) if name in values else "",
            }
            for name in columns
        ],
        "taken_at": max((row.taken_at for row in told), default=None),
        "untold": obstacles.of_posts_at(job.platform_id) is not None,
    }


def _latest(row: PostMetric) -> dict[str, Any]:
    known = definition_of(row.metric)
    return {
        "metric": row.metric,
        "label": known.label,
        "meaning": known.meaning,
        "value": written(row.value, known.unit),
        "raw_name": row.raw_name,
        "as_of": row.as_of,
        "parts": [(name, written(value, known.unit)) for name, value in list(row.parts.items())[:MOST_PARTS] if value],
    }


def _parts(metric: str, found: Mapping[date, AccountMetric]) -> dict[str, Any]:
    newest = found[max(found)]
    rows = sorted(newest.parts.items(), key=lambda part: -part[1])[:MOST_PARTS]
    known = definition_of(metric)
    return {"title": f"{known.label} in {newest.day:%B %Y}", "rows": [(name, written(value)) for name, value in rows]}


def _refresh(
    principal: Principal, places: Sequence[Destination], watches: Mapping[UUID, MetricWatch], *, now: datetime
) -> dict[str, Any]:
    """Return whether fresh numbers can be asked for now, when they were last, and when they can be again."""
    asked = [watch.asked_at for watch in watches.values() if watch.asked_at]
    waits = [next_refresh(watch.asked_at, now=now) for watch in watches.values()]
    may = ANALYTICS_WRITE in principal.scopes and any(place.enabled and place.gone_at is None for place in places)
    free = not waits or any(wait is None for wait in waits)
    return {
        "may_refresh": may and free,
        "asked_at": max(asked, default=None),
        "refresh_possible_at": None if free or not may else min(wait for wait in waits if wait),
        "taken_at": max((watch.taken_at for watch in watches.values() if watch.taken_at), default=None),
        "poll_seconds": 4
        if any(watch.due_at and watch.asked_at and watch.due_at <= now for watch in watches.values())
        else None,
    }


def _notices(
    principal: Principal, places: Sequence[Destination], watches: Mapping[UUID, MetricWatch]
) -> list[dict[str, Any]]:
    """Return what keeps numbers from coming: each cause once, with the places it is true of and the way out."""
    may_connect = CONNECTIONS_WRITE in principal.scopes
    found: dict[tuple[UUID, str], dict[str, Any]] = {}

    def note(place: Destination, cause: str, remedy: str, *, reconnect: bool) -> None:
        key = (place.connection_id, cause)
        one = found.setdefault(
            key,
            {
                "cause": cause, "remedy": remedy, "places": [], "platform": place.platform_id,
                "url": connect_again_url(place.connection) if reconnect and may_connect else "",
            },
        )  # fmt: skip
        if place.name not in one["places"]:
            one["places"].append(place.name)

    by_id = {place.pk: place for place in places}
    for place in places:
        obstacle = obstacles.of_place(place, watches.get(place.pk))
        if obstacle and obstacle.code not in {"not_told", "done"}:
            note(place, obstacle.cause, obstacle.remedy, reconnect=obstacle.reconnect)
    for trouble in selectors.troubles_of_posts(by_id):
        note(by_id[trouble.destination_id], trouble.problem, trouble.remedy, reconnect=True)
    for place in places:
        if silent := obstacles.of_posts_at(place.platform_id):
            note(place, silent.cause, "", reconnect=False)
    return [{**one, "places": ", ".join(one["places"][:5])} for one in found.values()]


def _why_empty(places: Sequence[Destination], total: Sums, watches: Mapping[UUID, MetricWatch]) -> dict[str, str]:
    """Return why there is not a single number, and what to do about it."""
    if not places:
        return {
            "title": "No destination is chosen yet", "text": "Numbers come by themselves once an account is connected and its places are chosen.",
            "label": "Connect an account", "url": reverse("connect"),
        }  # fmt: skip
    if not any(watch.taken_at for watch in watches.values()):
        return {
            "title": "Nothing was asked for yet", "text": "Platforms are asked within a few minutes after a place was chosen; their first "
            "numbers may take two days.", "label": "", "url": "",
        }  # fmt: skip
    if not total.posts:
        return {
            "title": "Nothing was published in these days", "text": "And nothing was told of the places. Choose more days, or write a post.",
            "label": "Write a post", "url": reverse("compose"),
        }  # fmt: skip
    return {
        "title": "The platforms have told nothing yet", "text": "Some tell their first numbers after two days. They are asked again by themselves.",
        "label": "", "url": "",
    }  # fmt: skip


# --- charts -------------------------------------------------------------------------------------------------------------


def _posts_chart(tenant: Tenant, asked: Narrowed) -> Chart | None:
    days = asked.range
    count = selectors.published_by_day(tenant, asked)
    total = sum(count.values())
    if not total:
        return None
    points = [Point(day_label(day), number) for day, number in count.items()]
    return charts.draw(
        Kind.BARS,
        points,
        title="How much went out, day by day?",
        summary=f"{total:,} post{'s' if total != 1 else ''} in {days.days} days, at most {max(count.values()):,} in a day.",
        note=f"Days in {days.zone.key}.",
        unit="Posts",
    )


def _views_chart(rows: Sequence[AccountMetric], days: Range) -> Chart | None:
    """Draw how often the places were seen; a day that not all places have told is drawn lighter."""
    told: dict[date, dict[UUID, float]] = {}
    for row in rows:
        if row.metric == "views" and row.window == AccountMetric.Window.DAY:
            told.setdefault(row.day, {})[row.destination_id] = row.value
    if not told:
        return None
    most = max(len(values) for values in told.values())
    points = [
        Point(day_label(day), sum(told[day].values()), partial=len(told[day]) < most)
        if day in told
        else Point(day_label(day), None)
        for day in days.every_day
    ]
    total = sum(point.value or 0 for point in points)
    partial = sum(point.partial for point in points)
    late = f" {partial} day{'s' if partial != 1 else ''} not told by all of them are lighter." if partial else ""
    return charts.draw(
        Kind.BARS,
        points,
        title="How often were the places seen, day by day?",
        summary=f"{total:,.0f} views at {most} place{'s' if most != 1 else ''} that tell them by day.{late}",
        note=f"Told up to {day_label(max(told))}. A day is the platform's own.",
        unit="Views",
    )


def _series_chart(metric: str, found: Mapping[date, AccountMetric], days: Range) -> Chart:
    known: Definition = definition_of(metric)
    points = [
        Point(day_label(day), found[day].value, written(found[day].value, known.unit))
        if day in found
        else Point(day_label(day), None)
        for day in days.every_day
    ]
    values = [row.value for _, row in sorted(found.items())]
    newest = found[max(found)]
    if known.sum is Sum.ADD:
        summary = f"{written(sum(values), known.unit)} in all, at most {written(max(values), known.unit)} in a day."
    elif known.sum is Sum.LAST:
        summary = f"{written(values[-1], known.unit)} at last, {written(values[0], known.unit)} at first."
    else:
        summary = f"{written(sum(values) / len(values), known.unit)} a day on average, at most {written(max(values), known.unit)}."
    share = known.unit is Unit.SHARE
    return charts.draw(
        Kind.BARS if known.sum is Sum.ADD else Kind.LINE,
        points,
        title=known.label,
        summary=summary,
        note=f"{newest.raw_name}, told up to {day_label(newest.day)}.",
        unit=known.label,
        write="{:.1%}" if share else "{:,.10g}",
    )


def _history_chart(metric: str, history: Sequence[PostSnapshot], zone: Any) -> Chart:
    known = definition_of(metric)
    points = []
    for one in history:
        value, at = one.values.get(metric), one.taken_at.astimezone(zone)
        words = written(value, known.unit) if value is not None else ""
        points.append(Point(f"{at.day} {at:%b %H:%M}", value, words))
    told = [point.value for point in points if point.value is not None]
    return charts.draw(
        Kind.LINE,
        points,
        title=f"How did {known.label.lower()} grow?",
        summary=f"From {written(told[0], known.unit)} to {written(told[-1], known.unit)} in {len(told)} looks.",
        note=f"Moments in {zone.key}; looks grow rarer as the post grows old.",
        heading="Looked at",
        unit=known.label,
    )
