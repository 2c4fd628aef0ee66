"""Whether a job kills its workers, or only stood near when they died.

A worker that dies takes many jobs down with it, and workers die of other things than jobs: a deploy, a full memory, a
pulled plug. So two deaths condemn a job only when nothing else explains them: no other worker died meanwhile, and no
other job was in the same hands each time. Otherwise it is tried again, after growing waits, until the deaths are so many
that no chance explains them. So one bad job never keeps the workers falling, and a storm of restarts loses nobody.
"""

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
#: So many condemn it, whatever else happened meanwhile.
MOST_DEATHS: Final = 10
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
    own = list(died.filter(job=job_id).order_by("-number").values_list("worker", "opened_at", "closed_at")[:deaths])
    if not own:
        return False
    hands = {worker for worker, _, _ in own}
    _, opened, first = own[-1]
    # What was in hand at the first death was opened at most a lease before; the index is by that moment.
    died = died.filter(opened_at__gte=opened - settings.PUBLISH_LEASE, closed_at__gte=first)
    if died.exclude(worker__in=hands).exists():
        return False
    # Whoever was in all the same hands is as likely to be the cause.
    fellows = died.filter(worker__in=hands).exclude(job=job_id).values("job")
    return not fellows.annotate(hands=Count("worker", distinct=True)).filter(hands=len(hands)).exists()


def wait_after(deaths: int) -> timedelta:
    """Return how long a job waits after a worker died holding it: not at all at first, longer when it goes on."""
    if deaths < FEWEST_DEATHS:
        return timedelta()
    return WAITS[min(deaths - FEWEST_DEATHS, len(WAITS) - 1)]
