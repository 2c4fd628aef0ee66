"""One piece of forgetting: some of a table's oldest rows, with what hangs on them, in one short transaction.

A piece looks for its rows by an index, oldest first, and never at more than its limit, so that it costs the same in a table of a
thousand rows and of a billion. It takes no lock that anybody waits for: rows that somebody holds are left for the next time.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import Q, QuerySet

#: Rows of a piece at first, at least and at most; between, so many as its time allows. Fewer would cost as much: what a piece
#: costs whatever it holds (three statements and a commit) is as much as thirty rows.
FIRST: Final = 100
LEAST: Final = 50
MOST: Final = 2000
#: Longer than this a piece waits for no lock; the next run tries again.
_LOCK_MS: Final = 100


@dataclass(frozen=True, slots=True)
class Hanging:
    """Rows that go before the rows which their ``field`` names, with what hangs on them in turn."""

    model: type[models.Model]
    field: str
    hanging: tuple["Hanging", ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """How long the rows of one table are kept, and how those are found whose time is over."""

    model: type[models.Model]
    #: So long; no time at all means for ever.
    keep: Callable[[], timedelta]
    #: What makes a row old, given the moment before which it is; and the column whose index finds the oldest.
    old: Callable[[datetime], Q]
    order: str
    #: The setting that says how long; empty where it is fixed.
    setting: str = ""
    #: Which of these old rows may go, by their keys and the same moment. The others are passed by, and looked at again in the
    #: next round. Left out: whatever is old may go.
    may_go: Callable[[Collection[Any], datetime], set[Any]] | None = None
    hanging: tuple[Hanging, ...] = ()
    #: Nothing goes that is younger than this: the moment up to which somebody has summed it up.
    summed_until: Callable[[], datetime | None] | None = None
    #: How long after a round found nothing left the next one begins.
    rest: timedelta = timedelta(minutes=10)
    #: Nobody may keep them for a shorter time, not even once.
    least: timedelta = timedelta(days=1)

    @property
    def table(self) -> str:
        """The name of its table, by which operators call it."""
        return self.model._meta.db_table

    def before(self, *, now: datetime, keep: timedelta | None = None) -> datetime | None:
        """Return the moment before which rows are too old; None while all are kept."""
        keep = self.keep() if keep is None else keep
        if not keep:
            return None
        moment = now - keep
        if self.summed_until is None:
            return moment
        summed = self.summed_until()
        return min(moment, summed) if summed else None

    def rows(self) -> QuerySet[Any]:
        """Return all rows, without the order that the model has for people."""
        return self.model._default_manager.order_by()

    def count(self, before: datetime) -> int:
        """Count what is to go. It reads every row that is too old: for an operator, and nobody else."""
        rows = self.rows().filter(self.old(before))
        if self.may_go is None:
            return int(rows.count())
        total, last = 0, None
        while keys := list(
            (rows.filter(pk__gt=last) if last else rows).order_by("pk").values_list("pk", flat=True)[:MOST]
        ):
            total, last = total + len(self.may_go(keys, before)), keys[-1]
        return total


@dataclass(frozen=True, slots=True)
class Piece:
    """What a piece did."""

    removed: int
    seconds: float
    #: Where the next one goes on; empty when this was the last.
    position: str


def remove(policy: Policy, *, before: datetime, position: str, limit: int) -> Piece:
    """Delete up to so many of the oldest rows, from a position on. Raises ``OperationalError`` when a lock is not to be had."""
    began = time.perf_counter()
    rows = policy.rows().filter(policy.old(before))
    if policy.may_go and position:
        rows = rows.filter(pk__gt=UUID(position))
    keys = list(rows.order_by(policy.order).values_list("pk", flat=True)[:limit])
    removed = _remove_these(policy, keys, before=before) if keys else 0
    more = len(keys) == limit
    if not policy.may_go:
        # What was found and did not go is held by somebody, and comes first again: enough for this round.
        more = more and removed > 0
    return Piece(removed, time.perf_counter() - began, str(keys[-1]) if more else "")


def next_limit(limit: int, took: float, target: timedelta) -> int:
    """Return how many rows the next piece may look at, so that it takes about half of what it may."""
    aim = target.total_seconds() / 2
    return max(LEAST, min(MOST, int(limit * min(2.0, max(0.25, aim / max(took, 0.0005))))))


def _remove_these(policy: Policy, keys: Sequence[Any], *, before: datetime) -> int:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # A deletion that a crash takes back is made again, so nobody waits for the disk.
                cursor.execute(f"SET LOCAL lock_timeout = {_LOCK_MS}; SET LOCAL synchronous_commit = off")
        # Asked again where it cannot change any more: since it was found, somebody may have taken it up again.
        sure = policy.rows().filter(policy.old(before), pk__in=keys)
        sure = sure.select_for_update(of=("self",), skip_locked=connection.features.has_select_for_update_skip_locked)
        ours = list(sure.values_list("pk", flat=True))
        if policy.may_go and ours:
            ours = list(policy.may_go(ours, before))
        return _take_away(policy.model, ours, policy.hanging) if ours else 0


def _take_away(model: type[models.Model], keys: Sequence[Any], hanging: Sequence[Hanging]) -> int:
    """Delete rows after what hangs on them; return how many of their own table. Nothing else is asked or told."""
    for one in hanging:
        theirs = one.model._default_manager.order_by().filter(**{f"{one.field}__in": keys})
        if one.hanging:
            below = list(theirs.values_list("pk", flat=True))
            if below:
                _take_away(one.model, below, one.hanging)
        else:
            theirs._raw_delete(theirs.db)
    rows = model._default_manager.order_by().filter(pk__in=keys)
    return int(rows._raw_delete(rows.db))
