"""Whether a job kills its workers, or only stood near when they died.

A worker that dies takes many jobs down with it, and workers die of other things than jobs: a deploy, a full memory, a
pulled plug. So two deaths in a row condemn a job only when nothing else explains them: no worker died without it about that
time, and no other job was in the same hands. Otherwise it is tried again, after growing waits, until the deaths are so many
that no chance explains them. So one bad job never keeps the workers falling, and a storm of restarts loses nobody.

Of a worker on another machine nobody sees more than its silence, and a worker that was cut off is as silent as a dead one. Its
own machine knows: who is back there takes the death back, and where its process is gone, that is written down. Until then a
silence counts for nothing against a job unless it has lasted so long that nobody waits for its end.
"""

import random
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F

from publishing import workers
from publishing.models import Attempt, PublishJob
from publishing.retries import WAITS

#: So many workers must have died of a job before it is suspected at all.
FEWEST_DEATHS: Final = 2
#: So many condemn it, whatever else happened meanwhile. With the waits between them that takes ten minutes or more.
MOST_DEATHS: Final = 25
#: So long is a worker waited for of which nobody knows whether it died or was only cut off.
SILENT_FOR_GOOD: Final = timedelta(minutes=10)
#: So long, and for two leases, a machine looks back at what was said of its workers.
_LOOK_BACK: Final = timedelta(hours=1)
WORKER_DIED: Final = "worker_died"
#: Among an attempt's facts: what its worker's machine says of the process.
_PROCESS, _GONE = "process", "gone"


def write_down_deaths(jobs: Collection[UUID], *, surely: bool, now: datetime) -> None:
    """Close the open attempts of jobs whose worker died, saying so, and whether that is known or follows from its silence."""
    if jobs:
        Attempt.objects.filter(job__in=jobs, closed_at=None).update(
            closed_at=now,
            outcome=Attempt.Outcome.ABANDONED,
            error_kind=WORKER_DIED,
            cause="The worker died before it could tell what happened.",
            updated_at=now,
            **({"facts": {_PROCESS: _GONE}} if surely else {}),
        )


def put_right(*, now: datetime) -> None:
    """Say what only this machine knows of its workers that were taken for dead: who is here, and who is gone."""
    said = Attempt.objects.filter(
        error_kind=WORKER_DIED,
        opened_at__gte=now - _LOOK_BACK - 2 * settings.PUBLISH_LEASE,
        worker__startswith=workers.names_here(),
    )
    for attempt in said.order_by():
        if workers.surely_alive(attempt.worker):
            _take_back(attempt, now=now)
        elif attempt.facts.get(_PROCESS) != _GONE and workers.surely_dead(attempt.worker):
            Attempt.objects.filter(pk=attempt.pk).update(facts=attempt.facts | {_PROCESS: _GONE}, updated_at=now)


def _take_back(attempt: Attempt, *, now: datetime) -> None:
    cause = "The worker was out of reach for so long that another took the job over."
    with transaction.atomic():
        mistaken = Attempt.objects.filter(pk=attempt.pk, error_kind=WORKER_DIED)
        if mistaken.update(error_kind="", cause=cause, updated_at=now):
            PublishJob.objects.filter(pk=attempt.job_id, deaths__gt=0).update(deaths=F("deaths") - 1)


def is_to_blame(job_id: UUID, *, deaths: int, now: datetime) -> bool:
    """Tell whether a job, rather than anything else, is the cause of its workers' deaths."""
    if deaths < FEWEST_DEATHS:
        return False
    if deaths >= MOST_DEATHS:
        return True
    died = Attempt.objects.filter(error_kind=WORKER_DIED).order_by()
    # Only of this life of the job: a person who redrives it gives it a fresh start.
    own = list(died.filter(job=job_id, closed_at__isnull=False).order_by("-number")[:deaths])
    latest = [row for row in own if _is_certain(row, now=now)][:FEWEST_DEATHS]
    if len(latest) < FEWEST_DEATHS:
        return False
    opened, closed = latest[-1].opened_at, latest[-1].closed_at or latest[-1].opened_at
    # What was in hand then was opened at most a lease before; the index is by that moment.
    around = died.filter(
        opened_at__gte=opened - 2 * settings.PUBLISH_LEASE, closed_at__gte=closed - settings.PUBLISH_LEASE
    )
    if around.exclude(worker__in={row.worker for row in own}).exists():
        return False
    # Whoever was in the same hands is as likely to be the cause.
    hands = {row.worker for row in latest}
    fellows = died.filter(opened_at__gte=opened - settings.PUBLISH_LEASE, worker__in=hands).exclude(job=job_id)
    together = fellows.values("job").annotate(hands=Count("worker", distinct=True))
    return not together.filter(hands=len(hands)).exists()


def _is_certain(death: Attempt, *, now: datetime) -> bool:
    return death.facts.get(_PROCESS) == _GONE or now - (death.closed_at or now) >= SILENT_FOR_GOOD


def wait_after(deaths: int) -> timedelta:
    """Return how long a job waits after a worker died holding it: not at all at first, longer when it goes on.

    By chance up to twice as long, so that jobs which fell together come back apart.
    """
    if deaths < FEWEST_DEATHS:
        return timedelta()
    wait = WAITS[min(deaths - FEWEST_DEATHS, len(WAITS) - 1)]
    return wait * (1 + random.random())  # noqa: S311 - spreads jobs, guards nothing
