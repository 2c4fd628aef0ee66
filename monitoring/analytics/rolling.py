"""Sums by day and by week: what summaries of long ranges read instead of every value. ``docs/adr/0017-*`` says why it is done here.

Sums are made again from the values themselves wherever one was stored, in its transaction, never added to: so it does not matter in
which order values come, how often a platform corrects a day, or that fractions cannot be added and taken away without a rest. Whoever
changes a tenant's sums holds its row of ``metric_roll_ups``. Until that row names the tenant's zone, the values are asked themselves.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, Min, Q

from connectors.models import Destination
from monitoring.analytics.placing import midnight, zone_of
from monitoring.analytics.rows import AccountMetric, MetricCursor, MetricRollUp, MetricSum, PostMetric
from publishing.models import PublishJob
from tenants.models import Tenant

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
#: The one metric of what was sent.
SENT_METRIC: Final = "posts"
#: A transaction that records a publish is never open for longer than this.
OVERLAP: Final = timedelta(minutes=10)
#: Days in one statement.
_STEP: Final = 200
_CURSOR: Final = "counted posts"
_LONG_AGO: Final = date(2000, 1, 1)
Of, Span = MetricSum.Of, MetricSum.Span


# --- when values are stored ---------------------------------------------------------------------------------------------


def note_post(*, tenant: UUID, destination: UUID, published_at: datetime, now: datetime) -> None:
    """Make the sums of the day on which this post of a place went out again, and of its week. In the caller's transaction.

    A day of which other posts may be deleted already stays as it was summed up.
    """
    zone_name = _hold(tenant)
    if not zone_name:
        return
    day = published_at.astimezone(zone_of(zone_name)).date()
    if day < _first_whole_day(zone_name, now=now):
        return
    _sum_posts(destination, [day], zone_name)
    _sum_weeks(Of.POSTS, day, day, destination=destination)


def note_place(*, tenant: UUID, destination: UUID, days: Collection[date]) -> None:
    """Make the sums of these days of a place again, and of their weeks. In the caller's transaction."""
    if not days or not _hold(tenant):
        return
    since, until = min(days), max(days)
    _sum_place(since, until, destination=destination)
    _sum_weeks(Of.PLACE, since, until, destination=destination)


def forget_places(*, tenant: UUID, before: date) -> int:
    """Delete the values of a tenant's places before a day, and what was summed up of them; return how many values."""
    with transaction.atomic():
        _hold(tenant)
        forgotten = AccountMetric.objects.filter(tenant=tenant, day__lt=before).delete()[0]
        if forgotten:
            MetricSum.objects.filter(tenant=tenant, of=Of.PLACE, day__lt=before).delete()
            _sum_weeks(Of.PLACE, before, before, tenant=tenant)
    return forgotten


# --- all of a tenant's ----------------------------------------------------------------------------------------------------


def build(tenant: Tenant, *, now: datetime) -> int:
    """Make all sums of a tenant anew, in days of its zone; return how many. Values that come meanwhile wait for it.

    What was summed up of posts that are deleted by now stands for them: those days stay as they are.
    """
    with transaction.atomic():
        made_before = bool(_hold(tenant.pk))
        whole = _first_whole_day(tenant.time_zone, now=now) if made_before else _LONG_AGO
        stays = Q(of__in=[Of.POSTS, Of.SENT], span=Span.DAY, day__lt=whole)
        MetricSum.objects.filter(tenant=tenant).exclude(stays).delete()
        places = PostMetric.objects.filter(destination__in=Destination.objects.filter(tenant=tenant)).order_by()
        of_places = places.values_list("destination_id").annotate(first=Min("published_at"), last=Max("published_at"))
        for destination, first, last in of_places:
            days = [day for day in _days(first, last, tenant.time_zone) if day >= whole]
            _sum_posts(destination, days, tenant.time_zone)
        told = AccountMetric.objects.filter(tenant=tenant).aggregate(first=Min("day"), last=Max("day"))
        if told["first"]:
            _sum_place(told["first"], told["last"], tenant=tenant.pk)
        sent = PublishJob.objects.filter(tenant=tenant, published_at__isnull=False)
        span = sent.aggregate(first=Min("published_at"), last=Max("published_at"))
        if span["first"]:
            days = [day for day in _days(span["first"], span["last"], tenant.time_zone) if day >= whole]
            _count_sent(tenant.pk, days, tenant.time_zone)
        for of in (Of.POSTS, Of.PLACE):
            _sum_weeks(of, _LONG_AGO, date(2200, 1, 1), tenant=tenant.pk)
        MetricRollUp.objects.filter(pk=tenant.pk).update(zone=tenant.time_zone, built_at=now)
        return MetricSum.objects.filter(tenant=tenant).count()


def build_missing(*, now: datetime) -> int:
    """Make the sums of tenants that have none yet, or whose zone has changed since; return of how many."""
    standing = MetricRollUp.objects.filter(zone=F("tenant__time_zone")).values("tenant")
    missing = list(Tenant.objects.exclude(pk__in=standing).order_by("pk"))
    for tenant in missing:
        build(tenant, now=now)
    return len(missing)


def count_sent(*, now: datetime) -> int:
    """Count the posts of the days on which some went out since the last time; return of how many places. Publishing writes nothing."""
    cursor, _ = MetricCursor.objects.get_or_create(name=_CURSOR, defaults={"at": now})
    touched = _touched(since=cursor.at - OVERLAP, now=now)
    for tenant, (first, last) in touched.items():
        with transaction.atomic():
            zone_name = _hold(tenant)
            if zone_name:
                _count_sent(tenant, _days(first, last, zone_name), zone_name)
    MetricCursor.objects.filter(pk=_CURSOR, at__lt=now).update(at=now)
    return len(touched)


def counted_until() -> datetime:
    """Return up to which moment every post that went out is counted."""
    at = MetricCursor.objects.filter(name=_CURSOR).values_list("at", flat=True).first()
    return at - OVERLAP if at else datetime.min.replace(tzinfo=UTC)


# --- statements -----------------------------------------------------------------------------------------------------------

_COLUMNS: Final = "tenant_id, platform_id, destination_id, told_of, metric, span, day, told, total, as_of, last_day, last_value, last_as_of"
_INSTEAD: Final = (
    "ON CONFLICT (destination_id, told_of, span, day, metric) DO UPDATE SET told = excluded.told, total = excluded.total, "
    "as_of = excluded.as_of, last_day = excluded.last_day, last_value = excluded.last_value, last_as_of = excluded.last_as_of"
)
_POSTS_SQL: Final = f"""
WITH asked (day, begins, ends) AS (VALUES %(days)s)
INSERT INTO metric_sums ({_COLUMNS})
SELECT p.tenant_id, p.platform_id, p.destination_id, '{Of.POSTS}', p.metric, '{Span.DAY}', asked.day,
  count(*), sum(p.value), max(p.as_of), asked.day, sum(p.value), max(p.as_of)
FROM asked JOIN post_metrics p ON p.published_at >= asked.begins AND p.published_at < asked.ends
WHERE p.destination_id = %%s
GROUP BY p.tenant_id, p.platform_id, p.destination_id, p.metric, asked.day
{_INSTEAD}
"""  # noqa: S608 - every word of it is ours
_SENT_SQL: Final = f"""
WITH asked (day, begins, ends) AS (VALUES %(days)s)
INSERT INTO metric_sums ({_COLUMNS})
SELECT j.tenant_id, j.platform_id, j.destination_id, '{Of.SENT}', '{SENT_METRIC}', '{Span.DAY}', asked.day,
  count(*), count(*), max(j.published_at), asked.day, count(*), max(j.published_at)
FROM asked JOIN publish_jobs j ON j.published_at >= asked.begins AND j.published_at < asked.ends
WHERE j.tenant_id = %%s AND j.published_at IS NOT NULL AND j.role = '{PublishJob.Role.POST}'
GROUP BY j.tenant_id, j.platform_id, j.destination_id, asked.day
{_INSTEAD}
"""  # noqa: S608 - every word of it is ours
_PLACE_SQL: Final = f"""
INSERT INTO metric_sums ({_COLUMNS})
SELECT tenant_id, platform_id, destination_id, '{Of.PLACE}', metric, '{Span.DAY}', day,
  1, value, as_of, day, value, as_of
FROM account_metrics WHERE %(column)s = %%s AND day >= %%s AND day <= %%s
{_INSTEAD}
"""  # noqa: S608 - every word of it is ours
_WEEKS_SQL: Final = f"""
INSERT INTO metric_sums ({_COLUMNS})
SELECT tenant_id, platform_id, destination_id, told_of, metric, '{Span.WEEK}', monday,
  sum(told), sum(total), max(as_of), max(last_day),
  max(CASE WHEN place = 1 THEN last_value END), max(CASE WHEN place = 1 THEN last_as_of END)
FROM (
  SELECT s.*, %(monday)s AS monday,
    row_number() OVER (PARTITION BY destination_id, metric, %(monday)s ORDER BY day DESC) AS place
  FROM metric_sums s
  WHERE told_of = %%s AND span = '{Span.DAY}' AND %(column)s = %%s AND day >= %%s AND day <= %%s
) AS days WHERE place > 0
GROUP BY tenant_id, platform_id, destination_id, told_of, metric, monday
{_INSTEAD}
"""  # noqa: S608 - every word of it is ours
_MONDAY: Final = {
    "postgresql": "(day - (extract(isodow FROM day)::int - 1))",
    "sqlite": "date(day, '-6 days', 'weekday 1')",
}


def _sum_posts(destination: UUID, days: Sequence[date], zone_name: str) -> None:
    for rows, values in as_values(days, zone_name):
        _run(_POSTS_SQL, [*values, _id(destination)], days=rows)


def _count_sent(tenant: UUID, days: Sequence[date], zone_name: str) -> None:
    for rows, values in as_values(days, zone_name):
        _run(_SENT_SQL, [*values, _id(tenant)], days=rows)


def _sum_place(since: date, until: date, *, tenant: UUID | None = None, destination: UUID | None = None) -> None:
    column, key = _whose(tenant, destination)
    _run(_PLACE_SQL, [key, _day(since), _day(until)], column=column)


def _sum_weeks(
    of: MetricSum.Of, since: date, until: date, *, tenant: UUID | None = None, destination: UUID | None = None
) -> None:
    column, key = _whose(tenant, destination)
    first, last = monday_of(since), monday_of(until) + WEEK - DAY
    _run(_WEEKS_SQL, [of.value, key, _day(first), _day(last)], column=column, monday=_MONDAY[connection.vendor])


def monday_of(day: date) -> date:
    """Return the day on which the week of this day begins."""
    return day - timedelta(days=day.weekday())


# --- pieces ---------------------------------------------------------------------------------------------------------------


def _hold(tenant: UUID) -> str:
    """Keep others from changing a tenant's sums until the end of the transaction; return the zone they stand in, or nothing."""
    rows = MetricRollUp.objects.select_for_update().filter(pk=tenant)
    row = rows.first()
    if row is None:
        MetricRollUp.objects.bulk_create([MetricRollUp(tenant_id=tenant)], ignore_conflicts=True)
        row = rows.get()
    return row.zone


def _first_whole_day(zone_name: str, *, now: datetime) -> date:
    """Return the first day none of whose posts may be deleted for their age."""
    if not settings.POST_RETENTION:
        return _LONG_AGO
    return (now - settings.POST_RETENTION).astimezone(zone_of(zone_name)).date() + DAY


def _touched(*, since: datetime, now: datetime) -> dict[UUID, tuple[datetime, datetime]]:
    """Return the tenants of whom posts went out since a moment, each with the first and the last of these."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_TOUCHED_SQL, [since, now])
            return {tenant: (first, last) for tenant, first, last in cursor.fetchall()}
    jobs = PublishJob.objects.filter(published_at__gte=since, published_at__lte=now, role=PublishJob.Role.POST)
    found = jobs.order_by().values_list("tenant_id").annotate(first=Min("published_at"), last=Max("published_at"))
    return {tenant: (first, last) for tenant, first, last in found}


#: One look at the index of published jobs for each tenant.
_TOUCHED_SQL: Final = """
SELECT t.id, j.first, j.last FROM tenants t CROSS JOIN LATERAL (
  SELECT min(published_at) AS first, max(published_at) AS last FROM publish_jobs
  WHERE tenant_id = t.id AND published_at IS NOT NULL AND published_at >= %s AND published_at <= %s
) AS j WHERE j.first IS NOT NULL
"""


def _days(first: datetime, last: datetime, zone_name: str) -> list[date]:
    zone = zone_of(zone_name)
    since, until = first.astimezone(zone).date(), last.astimezone(zone).date()
    return [since + DAY * number for number in range((until - since).days + 1)]


def as_values(days: Iterable[date], zone_name: str) -> Iterator[tuple[str, list[Any]]]:
    """Yield days with their first moment and the first after them, as rows of SQL and what stands in them, some at a time."""
    zone, every = zone_of(zone_name), list(days)
    for start in range(0, len(every), _STEP):
        some = every[start : start + _STEP]
        told: list[Any] = []
        for day in some:
            told += [_day(day), _moment(midnight(day, zone)), _moment(midnight(day + DAY, zone))]
        yield ", ".join(["(%s, %s, %s)"] * len(some)), told


def _whose(tenant: UUID | None, destination: UUID | None) -> tuple[str, Any]:
    return ("destination_id", _id(destination)) if destination else ("tenant_id", _id(tenant))


def _run(statement: str, values: Sequence[Any], **pieces: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement % pieces, values)


def _id(key: UUID | None) -> Any:
    return Tenant._meta.pk.get_db_prep_value(key, connection)


def _day(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)


def _moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
