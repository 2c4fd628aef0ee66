"""Sums up beforehand what the views tell of hours, so that reading them does not grow with the number of facts.

Three acts, each safe to repeat: what happened since the mark is added to the tallies, a minute or so behind the clock; hours that
are over are made anew from their facts, and only then called closed, so that what was written late is in them; and any closed
hours can be made anew at any time, which a nightly look at the last days and ``manage.py rebuild_reports`` do. Publishing takes no
part in it and pays nothing for it.

Wherever tallies of an hour change, its totals over all tenants are added up anew in the same transaction, so the two never differ.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max, Min

from monitoring.reports import health_sql, publishing_sql, tallies_sql
from monitoring.reports.dialects import DIALECTS, Dialect
from monitoring.reports.rows import (
    HealthHour,
    HealthTally,
    HealthTotal,
    PublishHour,
    PublishTally,
    PublishTotal,
    ReportMark,
)
from tenants.models import Tenant

#: What is added to the tallies happened so long ago: the moments are workers' own, and their writes take a while to commit.
MARGIN: Final = timedelta(minutes=2)
#: An hour is made anew and closed so long after its end.
LATE: Final = timedelta(minutes=10)
#: Hours made anew in one transaction.
STEP: Final = timedelta(hours=24)
#: What the nightly look makes anew.
LAST_DAYS: Final = timedelta(days=2)
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RollUp:
    """What is summed up of one kind of fact, and how."""

    name: str
    tally: type[models.Model]
    total: type[models.Model]
    hour: type[models.Model]
    #: The facts of a span as tallies, tallies as totals, and tallies (with what else happened in that span) as hours.
    tallies: Callable[[Dialect, str, str], str]
    totals: Callable[[str], str]
    hours: Callable[[Dialect, str, str, str], str]
    #: How long its facts are kept; hours that lost some are not made anew.
    kept: Callable[[], timedelta | None]


def _publish_hours(say: Dialect, tallies: str, since: str, before: str) -> str:
    return publishing_sql.publish_hours(tallies, tallies_sql.letters(say, since, before))


def _health_hours(say: Dialect, tallies: str, since: str, before: str) -> str:
    return health_sql.health_hours(tallies)


ROLL_UPS: Final = (
    RollUp(
        tallies_sql.PUBLISH,
        PublishTally,
        PublishTotal,
        PublishHour,
        tallies_sql.publish_tallies,
        tallies_sql.publish_totals,
        _publish_hours,
        lambda: settings.POST_RETENTION or None,
    ),
    RollUp(
        tallies_sql.HEALTH,
        HealthTally,
        HealthTotal,
        HealthHour,
        tallies_sql.health_tallies,
        tallies_sql.health_totals,
        _health_hours,
        lambda: settings.HEALTH_LOG_RETENTION or None,
    ),
)


def fold(*, now: datetime) -> None:
    """Bring every roll-up up to a moment shortly before now; what was missed for days is made up a day at a time."""
    for roll_up in ROLL_UPS:
        while _close_more(roll_up, now=now):
            pass
        _add(roll_up, now=now)


def refold(*, now: datetime) -> None:
    """Make the last days anew, for what was written later than anybody waits for."""
    for roll_up in ROLL_UPS:
        for _ in again(roll_up, since=now - LAST_DAYS, now=now):
            pass


def again(roll_up: RollUp, *, since: datetime, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Make closed hours anew, the earliest first, a step at a time; yield each step when it is committed.

    Hours whose facts may be forgotten in part stay as they are.
    """
    first = max(_hour(since), _first_whole(roll_up, now=now))
    while True:
        with transaction.atomic():
            mark = _hold(roll_up, now=now)
            end = min(first + STEP, mark.closed)
            if end <= first:
                return
            _make(roll_up, first, end)
        yield first, end
        first = end


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a rebuild that is done: hours of one roll-up, and how far that is of all it has to do."""

    name: str
    first: datetime
    end: datetime
    done: float


def rebuild(*, since: datetime | None, now: datetime) -> Iterator[Step]:
    """Make all closed hours anew that were so late or later, or where a rebuild that was broken off stopped; yield each step.

    Folding goes on meanwhile: each step is right when it is committed.
    """
    fold(now=now)
    for roll_up in ROLL_UPS:
        mark = ReportMark.objects.get(name=roll_up.name)
        begin = since or mark.rebuilding_from or now - settings.REPORTS_KEEP
        whole = max(mark.closed - max(_hour(begin), _first_whole(roll_up, now=now)), HOUR)
        for first, end in again(roll_up, since=begin, now=now):
            ReportMark.objects.filter(name=roll_up.name).update(rebuilding_from=end)
            yield Step(roll_up.name, first, end, min(1.0, 1 - (mark.closed - end) / whole))
        # It stays until all are through, so that one that is done is not done again.
    ReportMark.objects.update(rebuilding_from=None)


def forget(*, now: datetime) -> int:
    """Delete what is older than ``REPORTS_KEEP``; return how many rows."""
    since = now - settings.REPORTS_KEEP
    return sum(
        table._default_manager.filter(hour__lt=since).delete()[0]
        for roll_up in ROLL_UPS
        for table in (roll_up.tally, roll_up.total, roll_up.hour)
    )


def leave_out(*, tenant: Tenant, now: datetime) -> None:
    """Delete what was summed up of a tenant, also from what all come to together; in the transaction that erases it."""
    for roll_up in ROLL_UPS:
        _hold(roll_up, now=now)
        theirs = roll_up.tally._default_manager.filter(tenant=tenant)
        span = theirs.aggregate(first=Min("hour"), last=Max("hour"))
        theirs.delete()
        roll_up.hour._default_manager.filter(tenant=tenant).delete()
        if span["first"]:
            with connection.cursor() as cursor:
                _add_up(cursor, roll_up, span["first"], span["last"] + HOUR)


def _close_more(roll_up: RollUp, *, now: datetime) -> bool:
    """Make the next hours that are over from their facts and close them; return whether there are more."""
    with transaction.atomic():
        mark = _hold(roll_up, now=now)
        over = _hour(now - MARGIN - LATE)
        if mark.closed >= over:
            return False
        end = min(mark.closed + STEP, over)
        _make(roll_up, mark.closed, end)
        mark.closed, mark.until = end, max(mark.until, end)
        mark.save(update_fields=["closed", "until"])
    return end < over


def _add(roll_up: RollUp, *, now: datetime) -> None:
    """Add to the tallies what happened since the mark, and move it on."""
    with transaction.atomic():
        mark = _hold(roll_up, now=now)
        until = (now - MARGIN).replace(second=0, microsecond=0)
        if until <= mark.until:
            return
        with connection.cursor() as cursor:
            _insert_tallies(cursor, roll_up, mark.until, until)
            _add_up(cursor, roll_up, _hour(mark.until), until)
        mark.until = until
        mark.save(update_fields=["until"])


def _make(roll_up: RollUp, first: datetime, end: datetime) -> None:
    """Make whole hours from their facts, tallies and all, instead of what was known of them."""
    for table in (roll_up.tally, roll_up.hour):
        table._default_manager.filter(hour__gte=first, hour__lt=end).delete()
    say = DIALECTS[connection.vendor]
    since, before = say.moment(first), say.moment(end)
    with connection.cursor() as cursor:
        _insert_tallies(cursor, roll_up, first, end)
        _add_up(cursor, roll_up, first, end)
        hours = roll_up.hours(say, _tallies_of(roll_up, since, before), since, before)
        names = ", ".join(_columns(roll_up.hour))
        cursor.execute(f"INSERT INTO {roll_up.hour._meta.db_table} ({names}) SELECT {names} FROM ({hours}) made")


def _insert_tallies(cursor: CursorWrapper, roll_up: RollUp, since: datetime, before: datetime) -> None:
    say = DIALECTS[connection.vendor]
    table, names = roll_up.tally._meta.db_table, _columns(roll_up.tally)
    whose = ("tenant_id", "hour", "platform", "latency_ms")
    added = ", ".join(_added(table, name, say) for name in names if name not in whose)
    facts = roll_up.tallies(say, say.moment(since), say.moment(before))
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(names)} FROM ({facts}) made WHERE true "
        f"ON CONFLICT ({', '.join(whose)}) DO UPDATE SET {added}"
    )


def _add_up(cursor: CursorWrapper, roll_up: RollUp, first: datetime, end: datetime) -> None:
    """Make the totals of the hours that begin in a span from their tallies, instead of what was known of them."""
    roll_up.total._default_manager.filter(hour__gte=first, hour__lt=end).delete()
    say = DIALECTS[connection.vendor]
    names = ", ".join(_columns(roll_up.total))
    totals = roll_up.totals(_tallies_of(roll_up, say.moment(first), say.moment(end)))
    cursor.execute(f"INSERT INTO {roll_up.total._meta.db_table} ({names}) SELECT {names} FROM ({totals}) made")


def _tallies_of(roll_up: RollUp, since: str, before: str) -> str:
    return f"SELECT * FROM {roll_up.tally._meta.db_table} WHERE hour >= {since} AND hour < {before}"


def _added(table: str, name: str, say: Dialect) -> str:
    if name.startswith("last_"):
        return f"{name} = {say.greatest}({table}.{name}, excluded.{name})"
    return f"{name} = {table}.{name} + excluded.{name}"


def _columns(table: type[models.Model]) -> list[str]:
    return [field.column for field in table._meta.concrete_fields if field.column]


def _hold(roll_up: RollUp, *, now: datetime) -> ReportMark:
    """Return the mark, held until the transaction ends; the first one begins where the views do."""
    first = max(_hour(now - timedelta(days=tallies_sql.DAYS)), _first_whole(roll_up, now=now))
    ReportMark.objects.get_or_create(name=roll_up.name, defaults={"until": first, "closed": first})
    return ReportMark.objects.select_for_update().get(name=roll_up.name)


def _first_whole(roll_up: RollUp, *, now: datetime) -> datetime:
    kept = settings.REPORTS_KEEP if roll_up.kept() is None else min(settings.REPORTS_KEEP, roll_up.kept() or HOUR)
    return _hour(now - kept) + HOUR


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
