"""What each metric comes to over some days and over as many before them, by platform or destination: from every value there is.

``rolled`` tells the same from sums by day and week, which is what long ranges need; a test compares the two. Figures are handed on in
a form that can be added up: the whole is the sum of its groups.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Max, OuterRef, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from monitoring.analytics.ranges import Range
from monitoring.analytics.rows import AccountMetric, PostMetric
from monitoring.analytics.vocabulary import VOCABULARY
from monitoring.analytics.vocabulary import Sum as How
from tenants.models import Tenant

#: Of these the last value stands; they are not counted up.
LAST: Final = sorted(name for name, one in VOCABULARY.items() if one.sum is How.LAST)
COUNTED: Final = [name for name in VOCABULARY if name not in LAST]
#: More days than this no platform is late; a place whose last days are further back has ceased to tell.
MOST_LATE: Final = 10


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is asked about: some days, and perhaps one platform, one place, or some places."""

    range: Range
    platform: str = ""
    destination: UUID | None = None
    among: tuple[UUID, ...] | None = None

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return rows of this platform and these places."""
        if self.platform:
            rows = rows.filter(platform=self.platform)
        if self.among is not None:
            rows = rows.filter(destination__in=self.among)
        return rows.filter(destination=self.destination) if self.destination else rows


@dataclass(slots=True)
class Cell:
    """One metric of one group: in the range, in the days before, and in the range at those places alone that told it before."""

    group: Any
    metric: str
    total: float
    told: int
    as_of: datetime
    total_before: float = 0.0
    told_before: int = 0
    total_alike: float = 0.0
    told_alike: int = 0
    #: Some places told it that had not told it before.
    partly: bool = False

    def add(self, other: "Cell") -> None:
        """Take another group of the same metric in."""
        self.total += other.total
        self.told += other.told
        self.as_of = max(self.as_of, other.as_of)
        self.total_before += other.total_before
        self.told_before += other.told_before
        self.total_alike += other.total_alike
        self.told_alike += other.told_alike
        self.partly = self.partly or other.partly


@dataclass(frozen=True, slots=True)
class _Part:
    """What one metric of one place comes to."""

    group: Any
    place: UUID
    metric: str
    total: float
    told: int
    as_of: datetime
    #: The last day that was told.
    until: date | None = None

    @property
    def key(self) -> tuple[UUID, str]:
        return self.place, self.metric


def any_told(asked: Narrowed) -> list[QuerySet[Any]]:
    """Return the values one of which makes a place one that has something to tell: of posts, or of itself."""
    days = asked.range
    posts = PostMetric.objects.filter(
        destination=OuterRef("pk"), published_at__gte=days.begins, published_at__lt=days.ends
    )
    own = AccountMetric.objects.filter(destination=OuterRef("pk"), day__gte=days.since, day__lte=days.until)
    return [posts, own]


def of_posts(tenant: Tenant, asked: Narrowed, *, by: str) -> list[Cell]:
    """Return what posts that went out on these days come to, with their latest values."""

    def told(days: Range) -> Any:
        rows = PostMetric.objects.filter(tenant=tenant, published_at__gte=days.begins, published_at__lt=days.ends)
        grouped = asked.of(rows).order_by().values_list(f"{by}_id", "metric")
        return grouped.annotate(total=Sum("value"), told=Count("pk"), as_of_last=Max("as_of"))

    return beside(told(asked.range), told(asked.range.before))


def beside(now: Iterable[tuple[Any, ...]], before: Iterable[tuple[Any, ...]]) -> list[Cell]:
    """Return cells of groups of posts: all of them are compared, for none of them was there before."""
    found = {(group, metric): Cell(group, metric, *rest) for group, metric, *rest in now}
    for group, metric, total, told, _ in before:
        if cell := found.get((group, metric)):
            cell.total_before, cell.told_before = total, told
    for cell in found.values():
        cell.total_alike, cell.told_alike = cell.total, cell.told
    return list(found.values())


def of_places(tenant: Tenant, asked: Narrowed, *, by: str) -> list[Cell]:
    """Return what places come to on these days, beside as many days before them as were told of these."""
    days, before = asked.range, asked.range.before
    told, then = (_counted(tenant, asked, of, by=by) for of in (days, before))
    late = {part.key: (days.until - part.until).days for part in told if part.until and part.until < days.until}
    if late:
        then = _without_last(tenant, asked, then, late)
    told += _standing(tenant, asked, days, by=by)
    earlier = {part.key: part for part in then + _standing(tenant, asked, before, by=by)}
    found: dict[tuple[Any, str], Cell] = {}
    for part in told:
        cell = Cell(part.group, part.metric, part.total, part.told, part.as_of, partly=part.key not in earlier)
        if one := earlier.get(part.key):
            cell.total_before, cell.told_before = one.total, one.told
            cell.total_alike, cell.told_alike = part.total, part.told
        if known := found.get((part.group, part.metric)):
            known.add(cell)
        else:
            found[part.group, part.metric] = cell
    return list(found.values())


def _counted(tenant: Tenant, asked: Narrowed, days: Range, *, by: str) -> list[_Part]:
    """Return what was counted day by day, by place."""
    rows = AccountMetric.objects.filter(tenant=tenant, day__gte=days.since, day__lte=days.until, metric__in=COUNTED)
    grouped = asked.of(rows).order_by().values_list("platform_id", "destination_id", "metric")
    told = grouped.annotate(total=Sum("value"), told=Count("pk"), as_of_last=Max("as_of"), until=Max("day"))
    return [_Part(platform if by == "platform" else place, place, *rest) for platform, place, *rest in told]


def _without_last(
    tenant: Tenant, asked: Narrowed, parts: list[_Part], late: Mapping[tuple[UUID, str], int]
) -> list[_Part]:
    """Take the last days out of what was told before, where the same days of the range were not told yet."""
    before = asked.range.before
    most = min(max(late.values()), MOST_LATE)
    rows = AccountMetric.objects.filter(
        tenant=tenant, day__gt=before.until - timedelta(days=most), day__lte=before.until, metric__in=COUNTED
    )
    out: dict[tuple[UUID, str], list[float]] = {}
    for place, metric, day, value in asked.of(rows).values_list("destination_id", "metric", "day", "value"):
        if (before.until - day).days < min(late.get((place, metric), 0), MOST_LATE):
            out.setdefault((place, metric), []).append(value)
    kept = []
    for part in parts:
        gone = out.get(part.key, [])
        if part.told > len(gone):
            kept.append(replace(part, total=part.total - sum(gone), told=part.told - len(gone)))
    return kept


def _standing(tenant: Tenant, asked: Narrowed, days: Range, *, by: str) -> list[_Part]:
    """Return what stands at a moment: the last value of each place."""
    newest = Window(RowNumber(), partition_by=[F("destination_id"), F("metric")], order_by=F("day").desc())
    rows = AccountMetric.objects.filter(tenant=tenant, day__gte=days.since, day__lte=days.until, metric__in=LAST)
    last = asked.of(rows).order_by().annotate(rank=newest).filter(rank=1)
    # A column that is asked for twice is lost where rows are filtered by a window.
    found = last.values_list("platform_id", "destination_id", "metric", "value", "as_of")
    return [
        _Part(platform if by == "platform" else place, place, metric, value, 1, as_of)
        for platform, place, metric, value, as_of in found
    ]
