"""What waits to go out: how many jobs in each state, how many are due, and since when the first of them is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Min, QuerySet

from monitoring.pages.scope import Scope
from publishing import parked
from publishing.models import PublishJob
from publishing.states import State

#: No state is counted further than this: nobody acts differently on a longer queue, and counting it would take time.
MOST_COUNTED: Final = 10_000
#: In the order in which a job goes through them.
STATES: Final = (
    State.SCHEDULED,
    State.QUEUED,
    State.PUBLISHING,
    State.PROCESSING,
    State.POLLING,
    State.RETRYING,
    State.RECONCILING,
)


@dataclass(frozen=True, slots=True)
class Count:
    """So many rows; or more, where counting was given up."""

    value: int
    is_more: bool = False

    def __str__(self) -> str:
        return f"{self.value:,}{'+' * self.is_more}"

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The queue at one moment."""

    states: dict[State, Count]
    due: Count
    #: When the first of the due ones was due that no switch holds; None: none is due.
    oldest_due_at: datetime | None
    next_due_at: datetime | None

    @property
    def total(self) -> Count:
        """How many are not at rest."""
        return Count(
            sum(count.value for count in self.states.values()), any(count.is_more for count in self.states.values())
        )


def waiting(scope: Scope, *, now: datetime, platform: str = "") -> Waiting:
    """Return the queue of one tenant or of all, on one platform or on all."""
    jobs = PublishJob.objects.filter(platform_id=platform) if platform else PublishJob.objects.all()
    mine = scope.by_index(jobs)
    # Said for both values of ``ready``, so that each half finds its partial index.
    due = [scope.of(jobs).filter(ready=ready, due_at__lte=now) for ready in (True, False)]
    later = scope.of(jobs).filter(ready=False, due_at__gt=now)
    *of_states, ready, unready = _count([*(mine.filter(state=state) for state in STATES), *due])
    firsts = [rows.filter(parked.jobs_on()).order_by().aggregate(first=Min("due_at"))["first"] for rows in due]
    known = [moment for moment in firsts if moment is not None]
    return Waiting(
        dict(zip(STATES, of_states, strict=True)),
        Count(min(ready.value + unready.value, MOST_COUNTED), ready.is_more or unready.is_more),
        min(known, default=None),
        later.order_by("due_at").values_list("due_at", flat=True).first(),
    )


def _count(lists: Sequence[QuerySet[Any]]) -> list[Count]:
    """Count the rows of several lists with one statement, none of them further than ``MOST_COUNTED``."""
    parts: list[str] = []
    values: list[Any] = []
    for number, rows in enumerate(lists):
        sql, params = rows.order_by().values("pk")[: MOST_COUNTED + 1].query.sql_with_params()
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS list{number})")  # noqa: S608 - Django wrote it
        values += params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        (counts,) = cursor.fetchall()
    return [Count(min(count, MOST_COUNTED), count > MOST_COUNTED) for count in counts]
