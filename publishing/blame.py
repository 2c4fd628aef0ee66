"""Whether a job kills its workers, or only stood near when they died.

A worker that dies takes many jobs down with it, and workers die of other things than jobs: a deploy, a full memory, a
pulled plug. So two deaths in a row condemn a job only when nothing else explains them: no worker died without it about that
time, and no other job was in the same hands. Otherwise it is tried again, after growing waits, until the deaths are so many
that no chance explains them. So one bad job never keeps the workers falling, and a storm of restarts loses nobody.
"""

import random
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from publishing.models import Attempt
from publishing.retries import WAITS

#: So many workers must have died of a job before it is suspected at all.
FEWEST_DEATHS: Final = 2
#: So many condemn it, whatever else happened meanwhile. With the waits between them that takes ten minutes or more.
MOST_DEATHS: Final = 25
WORKER_DIED: Final = "worker_died"


def write_down_deaths(jobs: Collection[UUID], *, now: datetime) -> None:
    """Close the open attempts of jobs whose worker died, saying so."""
    if jobs:
        Attempt.objects.filter(job__in=jobs, closed_at=None).update(
            closed_at=now,
            outcome=Attempt.Outcome.ABANDONED,
            error_kind=WORKER_DIED,
            cause="The worker died before it could tell what happened.",
            updated_at=now,
        )


def is_to_blame(job_id: UUID, *, deaths: int) -> bool:
    """Tell whether a job, rather than anything else, is the cause of its workers' deaths."""
    if deaths < FEWEST_DEATHS:
        return False
    if deaths >= MOST_DEATHS:
        return True
    died = Attempt.objects.filter(error_kind=WORKER_DIED).order_by()
    # Only of this life of the job: a person who redrives it gives it a fresh start.
    ended = died.filter(job=job_id, closed_at__isnull=False).order_by("-number")
    own = [(row.worker, row.opened_at, row.closed_at or row.opened_at) for row in ended[:deaths]]
    if len(own) < FEWEST_DEATHS:
        return False
    latest = own[:FEWEST_DEATHS]
    _, opened, closed = latest[-1]
    # What was in hand then was opened at most a lease before; the index is by that moment.
    around = died.filter(
        opened_at__gte=opened - 2 * settings.PUBLISH_LEASE, closed_at__gte=closed - settings.PUBLISH_LEASE
    )
    if around.exclude(worker__in={worker for worker, _, _ in own}).exists():
        return False
    # Whoever was in the same hands is as likely to be the cause.
    hands = {worker for worker, _, _ in latest}
    fellows = died.filter(opened_at__gte=opened - settings.PUBLISH_LEASE, worker__in=hands).exclude(job=job_id)
    together = fellows.values("job").annotate(hands=Count("worker", distinct=True))
    return not together.filter(hands=len(hands)).exists()


def wait_after(deaths: int) -> timedelta:
    """Return how long a job waits after a worker died holding it: not at all at first, longer when it goes on.

    By chance up to twice as long, so that jobs which fell together come back apart.
    """
    if deaths < FEWEST_DEATHS:
        return timedelta()
    wait = WAITS[min(deaths - FEWEST_DEATHS, len(WAITS) - 1)]
    return wait * (1 + random.random())  # noqa: S311 - spreads jobs, guards nothing
