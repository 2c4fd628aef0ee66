"""What each metric comes to over some days, as ``totals`` tells it, but from sums by day and week, and added up by the database.

A range is its whole weeks, and the days that are left at both ends. What comes back is one line for each group and metric, whether a
tenant has one place or a thousand.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import F, Max, OuterRef, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from monitoring.analytics.placing import zone_of
from monitoring.analytics.ranges import Range
from monitoring.analytics.rows import MetricRollUp, MetricSum
from monitoring.analytics.totals import COUNTED, LAST, MOST_LATE, Cell, Narrowed, beside
from tenants.models import Tenant

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
Of, Span = MetricSum.Of, MetricSum.Span


def stands(tenant: Tenant, days: Range) -> bool:
    """Tell whether there are sums of this tenant in days of this range's zone."""
    made = MetricRollUp.objects.filter(pk=tenant.pk).values_list("zone", flat=True).first()
    return bool(made) and zone_of(made or "").key == days.zone.key


def any_told(asked: Narrowed) -> list[QuerySet[MetricSum]]:
    """Return the sums one of which makes a place one that has something to tell: of posts, of itself, or of what was sent.

    What was sent counts in the days before the range as well.
    """
    mine = MetricSum.objects.filter(destination=OuterRef("pk"), span=Span.DAY, day__lte=asked.range.until)
    since = {Of.POSTS: asked.range.since, Of.PLACE: asked.range.since, Of.SENT: asked.range.before.since}
    return [mine.filter(of=of, day__gte=day) for of, day in since.items()]


def of_posts(tenant: Tenant, asked: Narrowed, *, by: str) -> list[Cell]:
    """Return what posts that went out on these days come to."""
    told, before = (
        _sums(tenant, asked, days, Of.POSTS)
        .values_list(f"{by}_id", "metric")
        .annotate(total_of=Sum("total"), told_by=Sum("told"), as_of_last=Max("as_of"))
        for days in (asked.range, asked.range.before)
    )
    return beside(told, before)


def of_places(tenant: Tenant, asked: Narrowed, *, by: str) -> list[Cell]:
    """Return what places come to on these days, beside as many days before them as were told of these."""
    if asked.among == ():
        return []
    return _counted(tenant, asked, by=by) + _standing(tenant, asked, by=by)


def _counted(tenant: Tenant, asked: Narrowed, *, by: str) -> list[Cell]:
    days, before = asked.range, asked.range.before
    told, then = (
        _sums(tenant, asked, of, Of.PLACE)
        .filter(metric__in=COUNTED)
        .values_list("platform_id", "destination_id", "metric")
        .annotate(total_of=Sum("total"), told_by=Sum("told"), as_of_last=Max("as_of"), until=Max("last_day"))
        for of in (days, before)
    )
    last = MetricSum.objects.filter(
        tenant=tenant, of=Of.PLACE, span=Span.DAY, day__gt=before.until - MOST_LATE * _DAY, day__lte=before.until
    )
    ends = asked.of(last).order_by().values_list("destination_id", "metric", "day", "total", "told")
    return _run(_COUNTED_SQL, by, told, then, ends, later=_LATER[connection.vendor].format(days=days.days))


def _standing(tenant: Tenant, asked: Narrowed, *, by: str) -> list[Cell]:
    newest = Window(RowNumber(), partition_by=[F("destination_id"), F("metric")], order_by=F("day").desc())
    told, then = (
        _sums(tenant, asked, days, Of.PLACE)
        .filter(metric__in=LAST)
        .annotate(rank=newest)
        .values_list("platform_id", "destination_id", "metric", "last_value", "last_as_of", "rank")
        for days in (asked.range, asked.range.before)
    )
    return _run(_STANDING_SQL, by, told, then)


#: Days of before are taken out where the days that lie as far back in the range were not told yet.
_COUNTED_SQL: Final = """
WITH told (platform_id, destination_id, metric, total, told, as_of, until) AS (%(first)s),
earlier (platform_id, destination_id, metric, total, told, as_of, until) AS (%(second)s),
ends (destination_id, metric, day, total, told) AS (%(third)s),
late AS (
  SELECT ends.destination_id, ends.metric, sum(ends.total) AS total, sum(ends.told) AS told
  FROM ends JOIN told ON told.destination_id = ends.destination_id AND told.metric = ends.metric
  WHERE %(later)s > told.until GROUP BY ends.destination_id, ends.metric
),
before AS (
  SELECT earlier.destination_id, earlier.metric,
    earlier.total - coalesce(late.total, 0) AS total, earlier.told - coalesce(late.told, 0) AS told
  FROM earlier LEFT JOIN late ON late.destination_id = earlier.destination_id AND late.metric = earlier.metric
  WHERE earlier.told > coalesce(late.told, 0)
)
"""
_STANDING_SQL: Final = """
WITH every (platform_id, destination_id, metric, total, as_of, place) AS (%(first)s),
every_before (platform_id, destination_id, metric, total, as_of, place) AS (%(second)s),
told AS (SELECT platform_id, destination_id, metric, total, 1 AS told, as_of FROM every WHERE place = 1),
before AS (SELECT destination_id, metric, total, 1 AS told FROM every_before WHERE place = 1)
"""
_BESIDE_SQL: Final = """
SELECT told.%(by)s_id, told.metric, sum(told.total), sum(told.told), max(told.as_of),
  sum(before.total), sum(before.told),
  sum(CASE WHEN before.told IS NOT NULL THEN told.total END), sum(CASE WHEN before.told IS NOT NULL THEN told.told END),
  count(*) - count(before.told)
FROM told LEFT JOIN before ON before.destination_id = told.destination_id AND before.metric = told.metric
GROUP BY told.%(by)s_id, told.metric
"""
_LATER: Final = {"postgresql": "ends.day + {days}", "sqlite": "date(ends.day, '+{days} days')"}


def _run(statement: str, by: str, *rows: QuerySet[MetricSum, Any], **pieces: str) -> list[Cell]:
    values: list[Any] = []
    for name, one in zip(("first", "second", "third"), rows, strict=False):
        pieces[name], told = one.query.get_compiler(connection=connection).as_sql()
        values += told
    with connection.cursor() as cursor:
        cursor.execute((statement + _BESIDE_SQL) % {**pieces, "by": by}, values)
        return [_cell(*row, by=by) for row in cursor.fetchall()]


def _cell(group: Any, metric: str, total: float, told: int, as_of: Any, *rest: Any, by: str) -> Cell:
    total_before, told_before, total_alike, told_alike, new = rest
    if isinstance(as_of, str):  # SQLite's columns have no types of their own
        as_of = datetime.fromisoformat(as_of).replace(tzinfo=UTC)
    group = UUID(group) if by == "destination" and isinstance(group, str) else group
    before = (total_before or 0.0, int(told_before or 0), total_alike or 0.0, int(told_alike or 0))
    return Cell(group, metric, total, int(told), as_of, *before, partly=new > 0)


def _sums(tenant: Tenant, asked: Narrowed, days: Range, of: MetricSum.Of) -> QuerySet[MetricSum]:
    return asked.of(MetricSum.objects.filter(_pieces(days), tenant=tenant, of=of)).order_by()


def _pieces(days: Range) -> Q:
    """Return the sums that make up a range: its whole weeks, and the days that are left at both ends."""
    first = days.since + timedelta(days=-days.since.weekday() % 7)
    end = days.until + _DAY
    after = end - timedelta(days=end.weekday())
    if first >= after:
        return Q(span=Span.DAY, day__gte=days.since, day__lte=days.until)
    pieces = Q(span=Span.WEEK, day__gte=first, day__lt=after)
    if days.since < first:
        pieces |= Q(span=Span.DAY, day__gte=days.since, day__lt=first)
    if after <= days.until:
        pieces |= Q(span=Span.DAY, day__gte=after, day__lte=days.until)
    return pieces
