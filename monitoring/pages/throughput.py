"""How much went out, how much failed and how fast it went: by slots of a span of time, by platform, by tenant.

Hours and longer come from ``api_publish_performance`` and the tallies of latencies behind it; the last hour comes straight from the
ledger, through its indexes. Posts are counted, not their first comments. A failure is counted each time: a job that was redriven and
failed again failed twice.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import add
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from connectors.registry import CONNECTORS
from foundation.tallying import number_of, place_among, tally
from monitoring.pages.dashboard import Span
from monitoring.pages.scope import Scope
from monitoring.reports import selectors
from monitoring.reports.models import PublishPerformance
from publishing.models import DeadLetter, PublishJob
from publishing.pages.happened import DEAD
from tenants.models import Tenant

#: Of the last hour the latencies of so many posts, the newest, are looked at.
MOST_MEASURED: Final = 20_000
#: So many tenants are told of, those with the most failures first.
MOST_TENANTS: Final = 25
_HOUR: Final = timedelta(hours=1)
#: A slot and a platform as one number: the slot times this, and the platform's place in the list, whose last are all unknown ones.
_PLACES: Final = 100
_PLATFORMS: Final = (*CONNECTORS, "")
#: More than all such numbers.
_KEYS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of posts."""

    published: int = 0
    failed: int = 0
    dead_lettered: int = 0
    #: How many posts took so many milliseconds from their planned moment until they were public, of those that were measured.
    took: Mapping[int, int] = field(default_factory=dict)
    #: Seconds and tries of all that were measured together; ``measured`` is how many those are.
    seconds: float = 0.0
    tries: int = 0
    measured: int = 0

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

    @property
    def mean(self) -> float | None:
        """How long posts took on average, in seconds."""
        return self.seconds / self.measured if self.measured else None

    @property
    def tries_mean(self) -> float | None:
        """How many tries a post took on average."""
        return self.tries / self.measured if self.measured else None

    def within(self, percent: int) -> float | None:
        """Return the seconds that so many percent of the posts did not exceed; None of nothing."""
        total, so_far = sum(self.took.values()), 0
        for milliseconds, count in sorted(self.took.items()):
            so_far += count
            if so_far * 100 >= percent * total:
                return milliseconds / 1000
        return None


def combined(figures: Iterable[Figures]) -> Figures:
    """Return the figures of all together."""
    told = list(figures)
    took: Counter[int] = Counter()
    for one in told:
        took.update(one.took)
    return Figures(
        published=sum(one.published for one in told),
        failed=sum(one.failed for one in told),
        dead_lettered=sum(one.dead_lettered for one in told),
        took=took,
        seconds=sum(one.seconds for one in told),
        tries=sum(one.tries for one in told),
        measured=sum(one.measured for one in told),
    )


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


def by_slot_and_platform(
    scope: Scope, slots: Slots, *, platform: str = "", measured: bool = True
) -> dict[tuple[int, str], Figures]:
    """Return what became of posts in each slot on each platform; what is not there is nothing.

    Without ``measured`` nothing tells how long they took, which is most of what there is to read.
    """
    if slots.span.is_within_an_hour:
        return _lately(scope, slots, platform)
    took: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for slot, slug, latency, counts in _tallies(scope, slots, platform, measured=measured):
        took[slot, slug][latency] = counts[0]
        sums[slot, slug][:3] = map(add, sums[slot, slug], counts)
    wrong = _hours(scope, slots, platform).filter(Q(failed__gt=0) | Q(dead_lettered__gt=0))
    key = _place(slots)
    for place, (_, failed, died) in tally(wrong.annotate(place=key), "place", "failed", "dead_lettered").items():
        slot, slug = divmod(place, _PLACES)
        sums[slot, _PLATFORMS[slug]][3:] = [failed, died]
    return {
        place: Figures(count, failed, died, took[place] if measured else {}, milliseconds / 1000, tries, count)
        for place, (count, milliseconds, tries, failed, died) in sums.items()
    }


def by_tenant(scope: Scope, slots: Slots, *, platform: str = "") -> list[tuple[Tenant, Figures]]:
    """Return what became of each tenant's posts, the tenants with the most failures first; without percentiles."""
    found = dict((_lately_by_tenant if slots.span.is_within_an_hour else _by_tenant)(scope, slots, platform))
    worst = sorted(found.items(), key=lambda one: (-one[1].troubled, -one[1].published, one[0]))[:MOST_TENANTS]
    tenants = Tenant.objects.in_bulk([pk for pk, _ in worst])
    return [(tenants[pk], figures) for pk, figures in worst if pk in tenants]


def _hours(scope: Scope, slots: Slots, platform: str) -> Any:
    rows = scope.of(PublishPerformance.objects.filter(hour__gte=slots.since, hour__lt=slots.until))
    return rows.filter(platform=platform) if platform else rows


def _tallies(
    scope: Scope, slots: Slots, platform: str, *, measured: bool
) -> Iterator[tuple[int, str, int, tuple[int, ...]]]:
    """Yield slot, platform, milliseconds, and of those that took so long: how many, their milliseconds and their tries together."""
    rows = selectors.publish_tallies(scope.tenant).filter(hour__gte=slots.since, hour__lt=slots.until)
    key = _place(slots) + F("latency_ms") * _KEYS if measured else _place(slots)
    rows = (rows.filter(platform=platform) if platform else rows).annotate(key=key)
    for key, (_, *sums) in tally(rows, "key", "published", "latency_ms_sum", "tries_sum").items():
        latency, place = divmod(key, _KEYS)
        slot, slug = divmod(place, _PLACES)
        yield slot, _PLATFORMS[slug], latency, tuple(sums)


def _place(slots: Slots) -> Any:
    """Return slot and platform of an hour as one number, so that telling them apart costs no more than that."""
    return place_among("hour", slots.edges[1:-1]) * _PLACES + number_of("platform", _PLATFORMS[:-1])


def _by_tenant(scope: Scope, slots: Slots, platform: str) -> Iterator[tuple[UUID, Figures]]:
    names = ("published", "failed", "dead_lettered", "latency_s_sum", "tries_sum")
    sums = {f"all_{name}": Sum(name) for name in names}
    for row in _hours(scope, slots, platform).order_by().values("tenant_id").annotate(**sums):
        published, failed, died, seconds, tries = (row[f"all_{name}"] or 0 for name in names)
        yield row["tenant_id"], Figures(published, failed, died, {}, float(seconds), int(tries), published)


# --- the last hour ----------------------------------------------------------------------------------------------------------


def _published(scope: Scope, slots: Slots, platform: str) -> Any:
    jobs = PublishJob.objects.filter(role=PublishJob.Role.POST, published_at__gte=slots.since)
    return scope.by_index(jobs.filter(platform_id=platform) if platform else jobs).order_by()


def _letters(scope: Scope, slots: Slots, platform: str) -> Any:
    # The platforms are named one by one for the index, which begins with them.
    among = [platform] if platform else list(CONNECTORS)
    letters = DeadLetter.objects.filter(platform_id__in=among, opened_at__gte=slots.since)
    return scope.of(letters.filter(job__role=PublishJob.Role.POST)).order_by()


def _lately(scope: Scope, slots: Slots, platform: str) -> dict[tuple[int, str], Figures]:
    published, letters = _published(scope, slots, platform), _letters(scope, slots, platform)
    out = {row["platform_id"]: row for row in published.values("platform_id").annotate(**_each(slots, "published_at"))}
    both = {**_each(slots, "opened_at"), **_each(slots, "opened_at", DEAD, "dead")}
    wrong = {row["platform_id"]: row for row in letters.values("platform_id").annotate(**both)}
    measured: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    newest = published.order_by("-published_at").values_list("platform_id", "published_at", "planned_at", "tries")
    for slug, at, planned, tries in newest[:MOST_MEASURED]:
        measured[slots.of(at), slug].append((_milliseconds(at - planned), tries + 1))
    told = {}
    for slug in {*out, *wrong}:
        for slot in range(len(slots)):
            count = out.get(slug, {}).get(f"slot{slot}", 0)
            failed, died = (wrong.get(slug, {}).get(f"{name}{slot}", 0) for name in ("slot", "dead"))
            if count or failed:
                told[slot, slug] = _measured(count, failed - died, died, measured[slot, slug])
    return told


def _measured(count: int, failed: int, died: int, measured: Sequence[tuple[int, int]]) -> Figures:
    took = Counter(milliseconds for milliseconds, _ in measured)
    tries = sum(tries for _, tries in measured)
    return Figures(count, failed, died, took, sum(one for one, _ in measured) / 1000, tries, len(measured))


def _milliseconds(span: timedelta) -> int:
    return max(round(span.total_seconds() * 1000), 0)


def _each(slots: Slots, field: str, also: Q | None = None, name: str = "slot") -> dict[str, Count]:
    return {
        f"{name}{number}": Count(
            "pk", filter=Q(**{f"{field}__gte": begin, f"{field}__lt": slots.edges[number + 1]}) & (also or Q())
        )
        for number, begin in enumerate(slots.edges[:-1])
    }


def _lately_by_tenant(scope: Scope, slots: Slots, platform: str) -> Iterator[tuple[UUID, Figures]]:
    groups = _letters(scope, slots, platform).values("tenant_id")
    wrong = {row["tenant_id"]: row for row in groups.annotate(count=Count("pk"), died=Count("pk", filter=DEAD))}
    published = _published(scope, slots, platform)
    out = dict(published.values_list("tenant_id").annotate(count=Count("pk")))
    measured: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    newest = published.order_by("-published_at").values_list("tenant_id", "published_at", "planned_at", "tries")
    for tenant, at, planned, tries in newest[:MOST_MEASURED]:
        measured[tenant].append((_milliseconds(at - planned), tries + 1))
    for tenant in {*out, *wrong}:
        count, died = (wrong[tenant]["count"], wrong[tenant]["died"]) if tenant in wrong else (0, 0)
        yield tenant, _measured(out.get(tenant, 0), count - died, died, measured[tenant])
