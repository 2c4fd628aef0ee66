"""How forgetting stands: for the doctor, for Datadog, and for whoever wants to know beforehand what would go."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitoring.parts import Part
from monitoring.retention.policies import POLICIES
from monitoring.retention.rows import PruneMark

#: A table of which something should have been gone for so long has fallen behind.
BEHIND: Final = timedelta(days=1)
_REMEDY: Final = "Is beat running, and is the queue analytics served? If so, raise PRUNE_SECONDS, or run 'manage.py prune' at a quiet hour."


@dataclass(frozen=True, slots=True)
class Late:
    """A table that has fallen behind, and since when nothing was left to do there."""

    table: str
    since: datetime


def late_tables(*, now: datetime) -> list[Late]:
    """Return the tables that have fallen behind, the longest first. Those that nobody has looked after yet are not among them."""
    marks = PruneMark.objects.filter(table__in=list(POLICIES))
    found = [Late(mark.table, mark.finished_at or mark.since) for mark in marks]
    return sorted((late for late in found if late.since < now - BEHIND), key=lambda late: late.since)


def part(*, now: datetime) -> Part:
    """Return how forgetting stands, as the doctor tells it."""
    late = late_tables(now=now)
    if not late:
        return Part("retention", True, "what is too old is gone")
    named = ", ".join(one.table for one in late[:5]) + (", …" if len(late) > 5 else "")
    days = (now - late[0].since).days
    told = f"for {days} {'day' if days == 1 else 'days'} there has been too much to delete in: {named}"
    return Part("retention", True, told, _REMEDY, warning=True, code="retention.behind", value=float(len(late)))


@dataclass(frozen=True, slots=True)
class Going:
    """How many rows of a table are to go, by which setting."""

    table: str
    setting: str
    keep: timedelta
    before: datetime | None
    rows: int


def going(table: str, *, now: datetime, keep: timedelta | None = None) -> Going:
    """Count what is to go of a table. It reads every row that is too old: for an operator, and nobody else."""
    policy = POLICIES[table]
    before = policy.before(now=now, keep=keep)
    rows = policy.count(before) if before else 0
    return Going(table, policy.setting, keep if keep is not None else policy.keep(), before, rows)
