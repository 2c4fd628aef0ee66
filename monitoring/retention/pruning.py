"""Rounds of forgetting: a piece of each table in turn, with pauses, until all is gone that should be or the time is up.

What is left goes the next time; how far a table has come stands in its ``PruneMark``. Two at once do no harm: rows that one
holds, the other passes by.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import OperationalError
from django.db.models import F

from monitoring import metrics
from monitoring.retention.pieces import FIRST, LEAST, Policy, next_limit, remove
from monitoring.retention.policies import POLICIES
from monitoring.retention.rows import PruneMark

log = structlog.get_logger(__name__)

#: The time of others: after each piece nobody forgets anything for as long as it took, but no longer than this.
LONGEST_PAUSE: Final = timedelta(milliseconds=250)
#: A table whose rows were held in so many pieces is left alone until the next run.
_MOST_REFUSALS: Final = 3


@dataclass(slots=True)
class Done:
    """What a run did with one table."""

    policy: Policy
    before: datetime
    position: str
    removed: int = 0
    pieces: int = 0
    refused: int = 0
    longest_seconds: float = 0.0
    last_seconds: float = 0.0
    working_seconds: float = 0.0
    #: Nothing is left that should be gone.
    finished: bool = False
    limit: int = FIRST


def prune(
    *,
    now: datetime,
    budget: timedelta | None = None,
    tables: Collection[str] = (),
    keep: timedelta | None = None,
    every_table: bool = False,
    pause: bool = True,
    tell: Callable[[Done], None] | None = None,
) -> list[Done]:
    """Delete what is too old until nothing is left or the time is up; return what was done with each table, those first that waited longest.

    ``tables``: these alone; ``keep``: so long instead of what the settings say; ``every_table``: also those that were finished
    a moment ago; no ``budget``: until all is done.
    """
    end = None if budget is None else time.monotonic() + budget.total_seconds()
    marks = _marks(tables or POLICIES, now=now)
    waiting = [
        Done(policy, before, mark.position if keep is None else "")
        for mark in sorted(marks.values(), key=lambda mark: (mark.ran_at is not None, mark.ran_at or mark.since))
        if (policy := POLICIES[mark.table]) and (every_table or _is_due(mark, policy, now=now))
        if (before := policy.before(now=now, keep=keep)) is not None
    ]
    turns = deque(waiting)
    while turns and (end is None or time.monotonic() < end):
        done = turns.popleft()
        if _one_piece(done):
            turns.append(done)
        if tell:
            tell(done)
        if pause and turns:
            # Not a wait for something: the time of those who publish.
            time.sleep(min(done.last_seconds, LONGEST_PAUSE.total_seconds()))
    for done in waiting:
        _remember(done, marks[done.policy.table], now=now, once=keep is not None)
    if keep is None:
        _rest_those_kept_for_ever(marks, waiting, now=now)
    return waiting


def _one_piece(done: Done) -> bool:
    """Do one piece; return whether there is more."""
    began = time.perf_counter()
    try:
        piece = remove(done.policy, before=done.before, position=done.position, limit=done.limit)
    except OperationalError as error:
        # Somebody holds what hangs on them, or SQLite's one writer is busy: they go first.
        done.refused += 1
        done.limit = max(LEAST, done.limit // 2)
        done.last_seconds = time.perf_counter() - began
        done.longest_seconds = max(done.longest_seconds, done.last_seconds)
        log.info("retention.put_off", table=done.policy.table, error=type(error).__name__)
        return done.refused < _MOST_REFUSALS
    done.pieces += 1
    done.removed += piece.removed
    done.position = piece.position
    done.finished = not piece.position
    done.last_seconds = piece.seconds
    done.longest_seconds = max(done.longest_seconds, piece.seconds)
    done.working_seconds += piece.seconds
    done.limit = next_limit(done.limit, piece.seconds, settings.PRUNE_PIECE)
    return not done.finished


def _marks(tables: Collection[str] | Mapping[str, Policy], *, now: datetime) -> dict[str, PruneMark]:
    known = {mark.table: mark for mark in PruneMark.objects.filter(table__in=list(tables))}
    if missing := [PruneMark(table=table, since=now) for table in tables if table not in known]:
        PruneMark.objects.bulk_create(missing, ignore_conflicts=True)
        known |= {mark.table: mark for mark in missing}
    return known


def _is_due(mark: PruneMark, policy: Policy, *, now: datetime) -> bool:
    return bool(mark.position) or mark.finished_at is None or mark.finished_at <= now - policy.rest


def _remember(done: Done, mark: PruneMark, *, now: datetime, once: bool) -> None:
    if not done.pieces and not done.refused:
        return  # the time was up before its turn came
    # How far something done once has come says nothing of what the settings want.
    said: dict[str, Any] = {} if once else {"ran_at": now, "position": done.position}
    if done.finished and not once:
        said["finished_at"] = now
    if done.removed:
        said |= {"removed_last": done.removed, "longest_ms": round(done.longest_seconds * 1000)}
        metrics.count(metrics.ROWS_PRUNED, value=done.removed, tags=(f"table:{done.policy.table}",))
    PruneMark.objects.filter(pk=mark.pk).update(removed=F("removed") + done.removed, **said)


def _rest_those_kept_for_ever(marks: Mapping[str, PruneMark], waiting: Collection[Done], *, now: datetime) -> None:
    """Say of tables of which nothing is to go that nothing is left to do, so that nobody is told they are late."""
    busy = {done.policy.table for done in waiting}
    kept = [table for table in marks if table not in busy and POLICIES[table].before(now=now) is None]
    PruneMark.objects.filter(table__in=kept).update(finished_at=now, ran_at=now, position="")
