"""The schedule in the database, kept in line with the table in ``config.celery``.

What an operator changed in the admin stays as it is, across restarts and upgrades: a period that differs from the default
which was written down last. Periods nobody touched follow the code, entries that left the code go, and one that was deleted
comes back. Some entries may not be switched off, because the hub would lose work or accounts without them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.models import ScheduleDefault
from foundation.errors import NotFound

log = structlog.get_logger(__name__)

#: An entry that did not run for so many of its periods, and this long besides, is late.
_PERIODS: Final = 2
_SLACK: Final = timedelta(seconds=30)
#: Rows that Celery makes by itself for results, which nobody keeps here.
_NOT_OURS: Final = ("celery.backend_cleanup",)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happens by the clock, as the code declares it."""

    name: str
    task: str
    every: timedelta
    about: str
    may_stop: bool

    @property
    def seconds(self) -> int:
        """The period in seconds."""
        return int(self.every.total_seconds())


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is in the database now, beside its default."""

    entry: Entry
    period: str
    enabled: bool
    changed: bool
    last_run_at: datetime | None
    late: bool


def declared() -> list[Entry]:
    """Return the table in ``config.celery``."""
    from config.celery import app

    return [
        Entry(name, one["task"], one["schedule"], one.get("about", ""), one.get("may_stop", True))
        for name, one in app.conf.beat_schedule.items()
    ]


def synchronise(entries: Iterable[Entry] | None = None) -> None:
    """Bring the rows that beat reads in line with the code; doing it again changes nothing."""
    wanted = {entry.name: entry for entry in (declared() if entries is None else entries)}
    with transaction.atomic():
        # Two schedulers may start at once; this makes the second one wait and find everything done.
        known = {row.name: row for row in ScheduleDefault.objects.select_for_update().order_by("name")}
        rows = {row.name: row for row in PeriodicTask.objects.filter(name__in=wanted).select_related("interval")}
        for entry in wanted.values():
            _bring_in_line(entry, rows.get(entry.name), known.get(entry.name))
        gone = [*(set(known) - set(wanted)), *_NOT_OURS]
        for row in PeriodicTask.objects.filter(name__in=gone):
            row.delete()
        ScheduleDefault.objects.filter(name__in=gone).delete()


def lines(*, now: datetime) -> list[Line]:
    """Return every entry as it is now, beside its default."""
    rows = {row.name: row for row in PeriodicTask.objects.select_related("interval", "crontab", "solar", "clocked")}
    return [_line(entry, rows.get(entry.name), now=now) for entry in declared()]


def reset(name: str) -> Entry:
    """Give an entry its default period again and switch it on; raises ``NotFound``."""
    entry = next((entry for entry in declared() if entry.name == name), None)
    if entry is None:
        raise NotFound(f"The schedule has no entry {name!r}.", remedy="'manage.py schedule' lists them.")
    synchronise()
    row = PeriodicTask.objects.get(name=name)
    row.crontab = row.solar = row.clocked = row.start_time = row.expires = row.expire_seconds = None
    row.task, row.interval, row.enabled, row.one_off = entry.task, _interval(entry.seconds), True, False
    row.args, row.kwargs = "[]", "{}"
    row.save()
    return entry


def may_stop(name: str) -> bool:
    """Tell whether an operator may switch an entry off; those of their own they may."""
    return all(entry.may_stop for entry in declared() if entry.name == name)


def _bring_in_line(entry: Entry, row: PeriodicTask | None, default: ScheduleDefault | None) -> None:
    if row is None:
        PeriodicTask.objects.get_or_create(
            name=entry.name,
            defaults={"task": entry.task, "interval": _interval(entry.seconds), "description": entry.about},
        )
        log.debug("schedule.entry_added", entry=entry.name)
    else:
        _follow(entry, row, default)
    if default is None or (default.seconds, default.about) != (entry.seconds, entry.about):
        ScheduleDefault.objects.update_or_create(
            name=entry.name, defaults={"seconds": entry.seconds, "about": entry.about}
        )


def _follow(entry: Entry, row: PeriodicTask, default: ScheduleDefault | None) -> None:
    """Let a row follow the code where nobody touched it. Of before this was written down, what differs was changed by hand."""
    before, said = (default.seconds, default.about) if default else (entry.seconds, row.description)
    changes: dict[str, Any] = {}
    if row.task != entry.task:
        changes["task"] = entry.task
    if before != entry.seconds and _seconds(row) == before:
        changes["interval"] = _interval(entry.seconds)
    if row.description == said and row.description != entry.about:
        changes["description"] = entry.about
    if not row.enabled and not entry.may_stop:
        log.warning("schedule.entry_switched_on", entry=entry.name)
        changes["enabled"] = True
    if changes:
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()


def _line(entry: Entry, row: PeriodicTask | None, *, now: datetime) -> Line:
    if row is None:
        return Line(entry, "missing", enabled=False, changed=True, last_run_at=None, late=True)
    seconds = _seconds(row)
    since = row.last_run_at or row.date_changed
    late = bool(
        row.enabled
        and seconds is not None
        and since is not None
        and now - since > _PERIODS * timedelta(seconds=seconds) + _SLACK
    )
    return Line(
        entry,
        period=in_words(seconds) if seconds is not None else str(row.schedule),
        enabled=row.enabled,
        changed=seconds != entry.seconds or not row.enabled,
        last_run_at=row.last_run_at,
        late=late,
    )


def in_words(seconds: int) -> str:
    """Return a period as people say it."""
    for length, word in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= length and seconds % length == 0:
            return f"{seconds // length} {word}"
    return f"{seconds} s"


def _seconds(row: PeriodicTask) -> int | None:
    """Return a row's period; None when it goes by something else than a period."""
    if row.interval is None or row.crontab_id or row.solar_id or row.clocked_id:
        return None
    return int(row.interval.schedule.run_every.total_seconds())


def _interval(seconds: int) -> IntervalSchedule:
    wanted = {"every": seconds, "period": IntervalSchedule.SECONDS}
    return IntervalSchedule.objects.filter(**wanted).first() or IntervalSchedule.objects.create(**wanted)
