"""How much went out, how much failed and how fast it went: by slots of a span of time, by platform, by tenant.

Hours and longer come from ``api_publish_performance``; the last hour comes straight from the ledger, through its indexes. Posts are
counted, not their first comments. A failure is counted each time: a job that was redriven and failed again failed twice.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, FloatField, Q, Sum
from django.db.models.functions import Cast
from django.utils import timezone

from monitoring.pages.dashboard import Span
from monitoring.pages.scope import Scope
from monitoring.reports.models import PublishPerformance
from publishing.models import DeadLetter, PublishJob
from publishing.pages.happened import DEAD
from tenants.models import Tenant

#: Of the last hour the latencies of so many posts, the newest, are looked at.
MOST_MEASURED: Final = 20_000
#: So many tenants are told of, those with the most failures first.
MOST_TENANTS: Final = 25
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of posts; the latencies in seconds from the planned moment to the published one."""

    published: int = 0
    failed: int = 0
    dead_lettered: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    tries: float | None = None

    @property
    def troubled(self) -> int:
        """How many failed, whoever can mend it."""
        return self.failed + self.dead_lettered

    @property
    def ended(self) -> int:
        """How many came to an end, good or bad."""
        return self.published + self.troubled

    @property
    def success_rate(self) -> float | None:
        """The share of those that were published; None of nothing."""
        return self.published / self.ended if self.ended else None


def combined(figures: Iterable[Figures]) -> Figures:
    """Return figures of all together: counts are summed, the others averaged with the weight of what was published."""
    told = list(figures)
    return Figures(
        sum(one.published for one in told),
        sum(one.failed for one in told),
        sum(one.dead_lettered for one in told),
        *(_mean([(getattr(one, name), one.published) for one in told]) for name in ("p50", "p95", "p99", "tries")),
    )


def _mean(weighted: Sequence[tuple[float | None, int]]) -> float | None:
    known = [(value, weight) for value, weight in weighted if value is not None and weight]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total else None


# --- slots ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slots:
    """Stretches of time one after the other; the last one is under way. ``edges`` are one more than there are slots."""

    edges: Sequence[datetime]
    span: Span

    @property
    def since(self) -> datetime:
        """The first moment of the first."""
        return self.edges[0]

    @property
    def until(self) -> datetime:
        """The end of the last, in the future."""
        return self.edges[-1]

    def __len__(self) -> int:
        return len(self.edges) - 1

    def of(self, moment: datetime) -> int:
        """Return the place of the slot that a moment within them falls into."""
        return min(max(bisect_right(self.edges, moment) - 1, 0), len(self) - 1)

    @property
    def labels(self) -> list[str]:
        """Their beginnings, in the viewer's zone."""
        begins = [timezone.localtime(edge) for edge in self.edges[:-1]]
        if self.span.bucket >= timedelta(days=1):
            return [f"{begin.day} {begin:%b}" for begin in begins]
        if self.span.length > timedelta(days=1):
            return [f"{begin:%a} {begin.day} {begin:%b} {begin:%H:%M}" for begin in begins]
        return [f"{begin:%H:%M}" for begin in begins]


def slots_of(span: Span, *, now: datetime) -> Slots:
    """Return the slots of a span. Longer ones begin with hours and days of the viewer's clock, and always on a full hour of UTC."""
    count = round(span.length / span.bucket)
    if span.is_within_an_hour:
        minutes = round(span.bucket.total_seconds() / 60)
        begin = now.astimezone(UTC).replace(minute=now.minute // minutes * minutes, second=0, microsecond=0)
        return Slots([begin - span.bucket * back for back in range(count - 1, -2, -1)], span)
    local = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    if span.bucket > _HOUR:
        hours = round(span.bucket / _HOUR)
        local = local.replace(hour=local.hour // hours * hours)
        edges = [_full_hour(local - span.bucket * back) for back in range(count - 1, -2, -1)]
    else:
        # Counted in UTC: a local clock may skip or repeat an hour.
        edges = [_full_hour(now) - span.bucket * back for back in range(count - 1, -2, -1)]
    return Slots(edges, span)


def _full_hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


# --- figures --------------------------------------------------------------------------------------------------------------


def by_slot_and_platform(scope: Scope, slots: Slots, *, platform: str = "") -> dict[tuple[int, str], Figures]:
    """Return what became of posts in each slot on each platform; what is not there is nothing."""
    if slots.span.is_within_an_hour:
        return _lately(scope, slots, platform)
    found: dict[tuple[int, str], list[Figures]] = defaultdict(list)
    for row in _summed(_hours(scope, slots, platform), "hour", "platform"):
        found[slots.of(row["hour"]), row["platform"]].append(_figures(row))
    return {place: combined(figures) for place, figures in found.items()}


def by_tenant(scope: Scope, slots: Slots, *, platform: str = "") -> list[tuple[Tenant, Figures]]:
    """Return what became of each tenant's posts, the tenants with the most failures first."""
    if slots.span.is_within_an_hour:
        found = _lately_by_tenant(scope, slots, platform)
    else:
        found = {row["tenant_id"]: _figures(row) for row in _summed(_hours(scope, slots, platform), "tenant_id")}
    worst = sorted(found.items(), key=lambda one: (-one[1].troubled, -one[1].published, one[0]))[:MOST_TENANTS]
    tenants = Tenant.objects.in_bulk([pk for pk, _ in worst])
    return [(tenants[pk], figures) for pk, figures in worst if pk in tenants]


def _hours(scope: Scope, slots: Slots, platform: str) -> Any:
    rows = scope.of(PublishPerformance.objects.filter(hour__gte=slots.since, hour__lt=slots.until))
    return rows.filter(platform=platform) if platform else rows


def _summed(rows: Any, *by: str) -> Any:
    def weighed(field: str) -> Sum:
        return Sum(F(field) * Cast("published", FloatField()), filter=Q(published__gt=0))

    return (
        rows.order_by()
        .values(*by)
        .annotate(
            went_out=Sum("published"),
            went_wrong=Sum("failed"),
            died=Sum("dead_lettered"),
            w50=weighed("latency_s_p50"),
            w95=weighed("latency_s_p95"),
            w99=weighed("latency_s_p99"),
            tried=weighed("tries_avg"),
        )
    )


def _figures(row: dict[str, Any]) -> Figures:
    count = row["went_out"]
    means = (None if row[name] is None or not count else row[name] / count for name in ("w50", "w95", "w99", "tried"))
    return Figures(count, row["went_wrong"], row["died"], *means)


# --- the last hour ----------------------------------------------------------------------------------------------------------


def _published(scope: Scope, slots: Slots, platform: str) -> Any:
    jobs = PublishJob.objects.filter(role=PublishJob.Role.POST, published_at__gte=slots.since)
    return scope.by_index(jobs.filter(platform_id=platform) if platform else jobs).order_by()


def _letters(scope: Scope, slots: Slots, platform: str) -> Any:
    letters = DeadLetter.objects.filter(job__role=PublishJob.Role.POST, opened_at__gte=slots.since)
    return scope.by_index(letters.filter(platform_id=platform) if platform else letters).order_by()


def _lately(scope: Scope, slots: Slots, platform: str) -> dict[tuple[int, str], Figures]:
    published, letters = _published(scope, slots, platform), _letters(scope, slots, platform)
    out = {row["platform_id"]: row for row in published.values("platform_id").annotate(**_each(slots, "published_at"))}
    dead = _each(slots, "opened_at", DEAD, "dead")
    failed = {
        row["platform_id"]: row for row in letters.values("platform_id").annotate(**_each(slots, "opened_at"), **dead)
    }
    took: dict[tuple[int, str], list[float]] = defaultdict(list)
    tried: dict[tuple[int, str], list[int]] = defaultdict(list)
    newest = published.order_by("-published_at").values_list("platform_id", "published_at", "planned_at", "tries")
    for slug, at, planned, tries in newest[:MOST_MEASURED]:
        place = (slots.of(at), slug)
        took[place].append(max((at - planned).total_seconds(), 0.0))
        tried[place].append(tries + 1)
    told = {}
    for slug in {*out, *failed}:
        for number in range(len(slots)):
            went_out = out.get(slug, {}).get(f"slot{number}", 0)
            wrong, died = (failed.get(slug, {}).get(f"{name}{number}", 0) for name in ("slot", "dead"))
            if went_out or wrong:
                place = (number, slug)
                many = tried[place]
                mean = sum(many) / len(many) if many else None
                told[place] = Figures(went_out, wrong - died, died, *percentiles(took[place]), mean)
    return told  # fmt: skip


def _each(slots: Slots, field: str, also: Q | None = None, name: str = "slot") -> dict[str, Count]:
    return {
        f"{name}{number}": Count(
            "pk", filter=Q(**{f"{field}__gte": begin, f"{field}__lt": slots.edges[number + 1]}) & (also or Q())
        )
        for number, begin in enumerate(slots.edges[:-1])
    }


def _lately_by_tenant(scope: Scope, slots: Slots, platform: str) -> dict[UUID, Figures]:
    letters = _letters(scope, slots, platform).values("tenant_id")
    wrong = {row["tenant_id"]: row for row in letters.annotate(count=Count("pk"), died=Count("pk", filter=DEAD))}
    published = _published(scope, slots, platform)
    out = dict(published.values_list("tenant_id").annotate(count=Count("pk")))
    took: dict[UUID, list[float]] = defaultdict(list)
    newest = published.order_by("-published_at").values_list("tenant_id", "published_at", "planned_at")
    for tenant, at, planned in newest[:MOST_MEASURED]:
        took[tenant].append(max((at - planned).total_seconds(), 0.0))
    told = {}
    for tenant in {*out, *wrong}:
        count, died = (wrong[tenant]["count"], wrong[tenant]["died"]) if tenant in wrong else (0, 0)
        told[tenant] = Figures(out.get(tenant, 0), count - died, died, *percentiles(took[tenant]))
    return told  # fmt: skip


def percentiles(values: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """Return for 50, 95 and 99 percent the smallest value that so many do not exceed; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None, None, None
    half, most, nearly_all = (ordered[max(ceil(len(ordered) * percent / 100) - 1, 0)] for percent in (50, 95, 99))
    return half, most, nearly_all
