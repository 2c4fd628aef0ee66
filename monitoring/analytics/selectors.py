"""Reads of numbers. The tenant comes first; what was not told is not there, and never 0."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from connectors.models import Destination
from foundation.listing import Column, Sort, Stretch, read_text, stretch_of
from monitoring.analytics import rolled, rolling, sent, totals
from monitoring.analytics.ranges import Range
from monitoring.analytics.rows import AccountMetric, MetricWatch, PostMetric, PostSnapshot
from monitoring.analytics.totals import Cell, Narrowed
from monitoring.analytics.vocabulary import VOCABULARY, definition_of, whole
from monitoring.analytics.vocabulary import Sum as How
from publishing.models import PublishJob
from publishing.selectors import jobs_of
from tenants.models import Tenant

Value = float | int
#: By our table; names that are not in it come behind.
_ORDER: Final = {name: place for place, name in enumerate(VOCABULARY)}
MOST_SNAPSHOTS: Final = 1000
PUBLISHED: Final = "published"


def in_order(names: Iterable[str]) -> list[str]:
    """Return names of metrics in the order of our table."""
    return sorted(names, key=lambda name: (_ORDER.get(name, len(_ORDER)), name))


# --- posts --------------------------------------------------------------------------------------------------------------


def latest_of(jobs: Iterable[UUID]) -> dict[UUID, list[PostMetric]]:
    """Return the latest values of posts, in the order of our table; posts without any are left out."""
    found: dict[UUID, list[PostMetric]] = {}
    for row in PostMetric.objects.filter(job__in=list(jobs)):
        found.setdefault(row.job_id, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (_ORDER.get(row.metric, len(_ORDER)), row.metric))
    return found


def history_of(job: UUID) -> list[PostSnapshot]:
    """Return a post's snapshots, oldest first; of very many, the newest."""
    newest = PostSnapshot.objects.filter(job=job).order_by("-taken_at")[:MOST_SNAPSHOTS]
    return list(newest)[::-1]


def watch_of_job(job: UUID) -> MetricWatch | None:
    """Return when a post's numbers are asked for, if they are."""
    return MetricWatch.objects.filter(job=job).first()


def read_value(value: Any) -> float:
    """Return the value a cursor holds; raises ``ValueError``."""
    if type(value) not in (int, float) or abs(value) > 1e300:
        raise ValueError("not a value")
    return float(value)


def post_columns() -> dict[str, Column]:
    """Return what a list of posts can be ordered by: when they went out, and every metric."""
    return {PUBLISHED: Column(F("published_at")), **{name: Column(F("value"), read_value) for name in VOCABULARY}}


def posts_page(tenant: Tenant, asked: Narrowed, sort: Sort, cursor: str, *, size: int) -> Stretch:
    """Return one page of the posts that went out in a range, by their jobs' ids.

    Ordered by a metric, posts of which it was not told are left out: they are not the last, nobody knows where they stand.
    """
    days = asked.range
    if sort.name == PUBLISHED:
        jobs = PublishJob.objects.filter(
            tenant=tenant, published_at__gte=days.begins, published_at__lt=days.ends, role=PublishJob.Role.POST
        )
        return stretch_of(asked.of(jobs), sort, cursor, size=size)
    rows = PostMetric.objects.filter(
        tenant=tenant, metric=sort.name, published_at__gte=days.begins, published_at__lt=days.ends
    )
    return stretch_of(asked.of(rows), sort, cursor, size=size, tie="job_id")


def jobs_in_order(tenant: Tenant, ids: Sequence[UUID]) -> list[PublishJob]:
    """Return these jobs of a tenant with all that is shown of them."""
    rows = {job.pk: job for job in jobs_of(tenant).filter(pk__in=ids)}
    return [rows[pk] for pk in ids if pk in rows]


# --- places -------------------------------------------------------------------------------------------------------------


def places_of(tenant: Tenant, asked: Narrowed | None = None) -> QuerySet[Destination]:
    """Return the places of a tenant that have numbers, had some, or will have them."""
    watched = MetricWatch.objects.filter(kind=MetricWatch.Kind.PLACE, destination=OuterRef("pk"))
    rows = Destination.objects.filter(Q(enabled=True) | Exists(watched), tenant=tenant)
    if asked and asked.platform:
        rows = rows.filter(platform=asked.platform)
    if asked and asked.destination:
        rows = rows.filter(pk=asked.destination)
    return rows.select_related("connection", "platform")


def days_of(tenant: Tenant, places: Iterable[UUID], days: Range) -> QuerySet[AccountMetric]:
    """Return the values of places day by day, by place and metric."""
    rows = AccountMetric.objects.filter(
        tenant=tenant, destination__in=list(places), day__gte=days.since, day__lte=days.until
    )
    return rows.order_by("destination_id", "metric", "day")


class Drawn(NamedTuple):
    """What a place told of a day, as far as it is drawn."""

    place: UUID
    metric: str
    day: date
    window: str
    value: float


def drawn_of(tenant: Tenant, places: Iterable[UUID], days: Range, *, metrics: Collection[str]) -> list[Drawn]:
    """Return values of some metrics day by day: thousands, so without a model's instance for each."""
    rows = days_of(tenant, places, days).filter(metric__in=metrics)
    return [Drawn(*row) for row in rows.values_list("destination_id", "metric", "day", "window", "value")]


def watches_of_places(places: Iterable[UUID]) -> dict[UUID, MetricWatch]:
    """Return when places are asked, and what keeps them from it."""
    rows = MetricWatch.objects.filter(kind=MetricWatch.Kind.PLACE, destination__in=list(places))
    return {row.destination_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the posts of a place bring no numbers, with how many there are."""

    destination_id: UUID
    problem: str
    remedy: str
    count: int


def troubles_of_posts(places: Iterable[UUID]) -> list[Trouble]:
    """Return why numbers of posts stopped coming, where their account can mend it."""
    rows = MetricWatch.objects.filter(
        stop=MetricWatch.Stop.RECONNECT, destination__in=list(places), kind=MetricWatch.Kind.POST
    )
    grouped = rows.order_by().values("destination_id", "problem", "remedy").annotate(count=Count("pk"))
    return [Trouble(**row) for row in grouped.order_by("destination_id", "-count")]


# --- sums ---------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Figure:
    """A metric over a range, and over the days before it."""

    value: Value
    #: How many posts, or days of places, told it.
    told: int
    as_of: datetime
    previous: Value | None = None
    #: What is compared with ``previous``: of places, the value of those alone that had told it in the days before.
    compared: Value | None = None

    @property
    def change(self) -> Value | None:
        """How much more it is than in the days before; None when nothing was told then."""
        if self.previous is None:
            return None
        return whole(round((self.value if self.compared is None else self.compared) - self.previous, 6))

    @property
    def change_percent(self) -> float | None:
        """The same in percent; None where there is nothing to compare with."""
        if not self.previous or self.change is None:
            return None
        return round(100 * self.change / abs(self.previous), 1)


@dataclass(slots=True)
class Sums:
    """What posts and places of one platform, of one place, or of all come to."""

    posts: int = 0
    posts_before: int = 0
    of_posts: dict[str, Figure] = field(default_factory=dict)
    of_places: dict[str, Figure] = field(default_factory=dict)


def summary(
    tenant: Tenant, asked: Narrowed, *, by: str, posts: Mapping[Any, int] | None = None
) -> tuple[Sums, dict[Any, Sums]]:
    """Return what a range comes to in all, and by ``platform`` or ``destination``.

    Of posts: those that went out in the range, with their latest values. Of places: the days of the range. Counts are added up; of
    people and shares the mean is told; of what stands at a moment, the last value of each place, added up. Days of places that were
    not told yet are left out of the days before as well, and so are places that told nothing then. ``posts`` are those of the range by
    group, where somebody has counted them already.
    """
    groups: dict[Any, Sums] = {}
    total = Sums()
    days = asked.range
    if posts is None:
        posts = sent.count(tenant, asked, days, by=by)
    posts_before = sent.count(tenant, asked, days.before, by=by)
    for group in {**posts, **posts_before}:
        sums = groups.setdefault(group, Sums())
        sums.posts, sums.posts_before = posts.get(group, 0), posts_before.get(group, 0)
    total.posts, total.posts_before = sum(posts.values()), sum(posts_before.values())
    source = rolled if rolled.stands(tenant, days) else totals
    _write(source.of_posts(tenant, asked, by=by), groups, total, "of_posts")
    _write(source.of_places(tenant, asked, by=by), groups, total, "of_places")
    return total, groups


def by_place(
    tenant: Tenant, asked: Narrowed, cursor: str, *, size: int
) -> tuple[Sums, list[tuple[Destination, Sums]], Stretch]:
    """Return what a range comes to in all, and at the places of one page by their names; places without anything are left out."""
    places, stretch = places_page(tenant, asked, cursor, size=size)
    total, _ = summary(tenant, asked, by="platform")
    return total, places, stretch


def places_page(
    tenant: Tenant, asked: Narrowed, cursor: str, *, size: int
) -> tuple[list[tuple[Destination, Sums]], Stretch]:
    """Return what a range comes to at the places of one page, by their names."""
    sort = Sort("name", Column(F("name"), read_text, descending=False), False)
    stretch = stretch_of(_places_told(tenant, asked), sort, cursor, size=size)
    _, groups = summary(tenant, replace(asked, among=tuple(stretch.ties)), by="destination")
    found = Destination.objects.in_bulk(stretch.ties)
    return [(found[pk], groups[pk]) for pk in stretch.ties if pk in found and pk in groups], stretch


def _places_told(tenant: Tenant, asked: Narrowed) -> QuerySet[Destination]:
    """Return the places at which something went out or was told in a range, or went out in the days before it."""
    days = asked.range
    rows = Destination.objects.filter(tenant=tenant)
    if asked.platform:
        rows = rows.filter(platform=asked.platform)
    if asked.destination:
        rows = rows.filter(pk=asked.destination)
    since, told = days.before.begins, totals.any_told(asked)
    if rolled.stands(tenant, days):
        # What went out since posts were last counted stands in no sum yet.
        since, told = max(since, rolling.counted_until()), rolled.any_told(asked)
    lately = sent.posts(tenant, Narrowed(days), days, since=since)
    chosen = Q(pk__in=lately.values("destination"))
    for number, values in enumerate(told):
        # One is looked for place by place, until a page is full. Asked whether there is any, a planner would gather all first.
        rows = rows.alias(**{f"told_{number}": Subquery(values.order_by().values("pk")[:1])})
        chosen |= Q(**{f"told_{number}__isnull": False})
    return rows.filter(chosen)


def _write(cells: Iterable[Cell], groups: dict[Any, Sums], total: Sums, kind: str) -> None:
    """Write down what metrics come to, by group and in all, in the order of our table."""
    whole_of: dict[str, Cell] = {}
    found = sorted(cells, key=lambda cell: (_ORDER.get(cell.metric, len(_ORDER)), cell.metric))
    for cell in found:
        getattr(groups.setdefault(cell.group, Sums()), kind)[cell.metric] = _figure(cell)
        if known := whole_of.get(cell.metric):
            known.add(cell)
        else:
            whole_of[cell.metric] = replace(cell, group=None)
    getattr(total, kind).update({metric: _figure(cell) for metric, cell in whole_of.items()})


def _figure(cell: Cell) -> Figure:
    figure = Figure(_value(cell.metric, cell.total, cell.told), cell.told, cell.as_of)
    if cell.told_before:
        figure.previous = _value(cell.metric, cell.total_before, cell.told_before)
        if cell.partly:
            figure.compared = _value(cell.metric, cell.total_alike, cell.told_alike)
    return figure


def _value(metric: str, total: float, told: int) -> Value:
    """Return what values of one metric come to together."""
    return whole(round(total / told if definition_of(metric).sum is How.MEAN else total, 6))


def by_day(rows: Iterable[AccountMetric]) -> dict[str, dict[date, AccountMetric]]:
    """Return the values of one place by metric and day."""
    found: dict[str, dict[date, AccountMetric]] = {}
    for row in rows:
        found.setdefault(row.metric, {})[row.day] = row
    return found
