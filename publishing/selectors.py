"""Reads of the workshop. The tenant comes first in everything a tenant can reach."""

import hashlib
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet

from foundation.errors import NotFound, PreconditionFailed
from publishing import parked
from publishing.models import TAKEN_BACK, DeadLetter, Post, PublishJob, Watch
from publishing.states import FINAL, NEEDS_A_PERSON, State
from tenants.models import Tenant

#: A job that was due so long ago and that no worker took is late.
OVERDUE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many jobs are late, and since when the first of them is due."""

    count: int
    since: datetime | None


def overdue_jobs(*, now: datetime, tenant: Tenant | None = None) -> Overdue:
    """Return how many jobs that could go out are late, of one tenant or of all. Jobs in order wait for each other, and are left out."""
    # Said for both values of ``ready``, so that each half finds its partial index.
    due = Q(ready=True, due_at__lt=now - OVERDUE) | Q(ready=False, due_at__lt=now - OVERDUE)
    late = PublishJob.objects.filter(due, parked.jobs_on(), lease_token=None, in_order=False)
    if tenant is not None:
        late = late.filter(tenant=tenant)
    return Overdue(**late.aggregate(count=Count("pk"), since=Min("due_at")))


def posts_of(tenant: Tenant) -> QuerySet[Post]:
    """Return a tenant's posts with their jobs, newest first."""
    # Posts before comments, whatever their number.
    jobs = PublishJob.objects.select_related("destination", "watch").order_by("-role", "-id")
    return Post.objects.filter(tenant=tenant).prefetch_related(Prefetch("jobs", jobs)).order_by("-id")


def post_of(tenant: Tenant, post_id: UUID) -> Post:
    """Return one post of a tenant; raises ``NotFound``, also for another tenant's."""
    found = posts_of(tenant).filter(pk=post_id).first()
    if found is None:
        raise NotFound("There is no such post.", remedy="List your posts to find its id.")
    return found


def tag_of(post: Post) -> str:
    """Return a mark that changes whenever anything does that the API tells of a post; its jobs should be loaded."""
    told = [post.updated_at.isoformat()]
    for job in sorted(post.jobs.all(), key=lambda job: job.pk):
        watch = watch_of(job)
        told += [str(job.pk), job.state, job.updated_at.isoformat(), watch.updated_at.isoformat() if watch else ""]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def require_unchanged(tenant: Tenant, post: Post, tags: Collection[str] | None) -> None:
    """Hold a post's row and raise ``PreconditionFailed`` unless it still has one of these tags; None: whatever it is.

    To be called in the transaction that changes it.
    """
    if tags is None:
        return
    Post.objects.select_for_update().filter(pk=post.pk).first()
    if tag_of(post_of(tenant, post.pk)) not in tags:
        raise PreconditionFailed(
            "The post is no longer as you know it, so nothing was changed.",
            remedy="Get it again, look at what changed, and send your change with its new ETag.",
        )


def letter_of(tenant: Tenant, letter_id: UUID) -> DeadLetter:
    """Return one dead letter of a tenant, open or closed; raises ``NotFound``, also for another tenant's."""
    found = DeadLetter.objects.filter(tenant=tenant, pk=letter_id)
    letter = found.select_related("job__post", "job__destination__connection", "job__watch", "platform").first()
    if letter is None:
        raise NotFound("There is no such dead letter.", remedy="List your dead letters to find its id.")
    return letter


def jobs_of(tenant: Tenant) -> QuerySet[PublishJob]:
    """Return a tenant's jobs, newest first."""
    return (
        PublishJob.objects.filter(tenant=tenant)
        .select_related("post", "destination__connection", "platform", "watch")
        .order_by("-id")
    )


def job_of(tenant: Tenant, job_id: UUID) -> PublishJob:
    """Return one job of a tenant; raises ``NotFound``, also for another tenant's."""
    found = jobs_of(tenant).filter(pk=job_id).first()
    if found is None:
        raise NotFound("There is no such job.", remedy="List your jobs to find its id.")
    return found


def watch_of(job: PublishJob) -> Watch | None:
    """Return what is known of how a published job stands now; None where nobody looks. Costs no query for other jobs."""
    return getattr(job, "watch", None) if job.state == State.PUBLISHED else None


def taken_back(tenant: Tenant) -> QuerySet[PublishJob]:
    """Return a tenant's posts that their platforms took back and of which nobody took note, the latest first.

    Those that somebody here deleted are left out.
    """
    told = jobs_of(tenant).filter(watch__state__in=sorted(TAKEN_BACK), watch__seen_at=None, watch__tenant=tenant)
    return told.filter(state=State.PUBLISHED, removed_at=None).order_by("-watch__changed_at", "-id")


def open_letters_of(tenant: Tenant) -> QuerySet[DeadLetter]:
    """Return a tenant's dead letters that nobody has dealt with, newest first."""
    return (
        DeadLetter.objects.filter(tenant=tenant, closed_at=None)
        .select_related("job__post", "job__destination__connection", "job__destination__platform", "platform")
        .order_by("-id")
    )


def letters_of(tenant: Tenant, ids: Sequence[UUID]) -> list[DeadLetter]:
    """Return these dead letters of a tenant, open or closed; raises ``NotFound`` if one of them is not there."""
    rows = DeadLetter.objects.filter(tenant=tenant, pk__in=ids).select_related(
        "job__post", "job__destination__connection", "job__destination__platform"
    )
    found = {letter.pk: letter for letter in rows}
    if missing := [pk for pk in ids if pk not in found]:
        raise NotFound(f"There is no dead letter {missing[0]}.", remedy="List your dead letters to find their ids.")
    return [found[pk] for pk in dict.fromkeys(ids)]


def letters_of_cause(tenant: Tenant, fingerprint: str, *, most: int = 1000) -> list[DeadLetter]:
    """Return a tenant's open dead letters of one cause, the oldest first."""
    return list(open_letters_of(tenant).filter(fingerprint=fingerprint).order_by("id")[:most])


@dataclass(frozen=True, slots=True)
class Cause:
    """Open dead letters that share a cause."""

    fingerprint: str
    platform: str
    count: int
    since: datetime
    latest: datetime
    letters: tuple[DeadLetter, ...]

    @property
    def first(self) -> DeadLetter:
        """The newest of them, whose words stand for all."""
        return self.letters[0]


def causes_of(tenant: Tenant, *, shown: int = 50) -> list[Cause]:
    """Return a tenant's open dead letters grouped by cause, the largest group first, each with its newest letters."""
    groups = (
        DeadLetter.objects.filter(tenant=tenant, closed_at=None)
        .values("fingerprint", "platform_id")
        .annotate(count=Count("id"), since=Min("opened_at"), latest=Max("opened_at"))
        .order_by("-count", "fingerprint")
    )
    return [
        Cause(
            fingerprint=group["fingerprint"],
            platform=group["platform_id"],
            count=group["count"],
            since=group["since"],
            latest=group["latest"],
            letters=tuple(
                open_letters_of(tenant).filter(fingerprint=group["fingerprint"], platform_id=group["platform_id"])[
                    :shown
                ]
            ),
        )
        for group in groups
    ]


def state_of_post(jobs: Sequence[PublishJob]) -> str:
    """Return how a post as a whole is doing: published, partly_published, failed, cancelled, scheduled or publishing.

    Comments under it do not count.
    """
    return overall_state({job.state for job in jobs if job.role == PublishJob.Role.POST})


def overall_state(states: Set[str]) -> str:
    """Return how a post is doing whose jobs are in these states."""
    found = {State(state) for state in states}
    if found <= {State.PUBLISHED}:
        return "published"
    if found <= {State.SCHEDULED}:
        return "scheduled"
    if found <= {State.CANCELLED}:
        return "cancelled"
    if found <= FINAL | NEEDS_A_PERSON:
        return "partly_published" if State.PUBLISHED in found else "failed"
    return "publishing"
