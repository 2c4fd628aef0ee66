"""The ledger: who holds which job, what was announced, how it ended. Every write of a held job asks for its lease.

Celery may lose a message or deliver it twice; these rows decide what is done. A worker whose lease has gone to another
finds its writes refused (``LeaseLost``) and stops, so that it sends nothing more.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.dispatch import Signal

from connectors.errors import OPERATOR, PlatformReply
from connectors.types import Published
from foundation.ids import new_id
from publishing import signals, workers
from publishing.models import Attempt, DeadLetter, JournalEntry, PublishJob
from publishing.retries import MOST_DEATHS
from publishing.states import CLAIMED_AS, HELD, State, may_go

log = structlog.get_logger(__name__)

#: An announcement this close to the lease's end is refused: the call could outlive the lease.
LEASE_MARGIN = timedelta(seconds=2)


class LeaseLost(Exception):
    """The job is no longer ours: stop, send nothing, write nothing."""


class AlreadyTaken(Exception):
    """Another job of this destination is recorded as this very post."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in our hands, with its post, destination and connection loaded, and the attempt that is open for it."""

    job: PublishJob
    attempt: Attempt
    token: UUID
    #: ``time.monotonic()`` at which the lease ends; it goes on while a process is stopped, which is the point.
    ends_monotonic: float

    @property
    def state(self) -> State:
        """What the job was claimed as."""
        return State(self.job.state)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a dead letter will say."""

    state: State
    kind: str
    fingerprint: str
    cause: str
    remedy: str
    who: str


def claim(*, now: datetime, limit: int, lease: timedelta) -> list[Claimed]:
    """Take up to ``limit`` due jobs by one atomic update, and open an attempt for each.

    Two workers never hold one job: PostgreSQL skips locked rows, SQLite has one writer at a time.
    """
    token = new_id()
    started = time.monotonic()
    claimed_state = Case(*[When(state=here, then=Value(there)) for here, there in CLAIMED_AS.items()])
    due = PublishJob.objects.filter(due_at__lte=now, platform__enabled=True).order_by("due_at", "id")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    with transaction.atomic():
        # The list is fetched first: a planner may run an IN (SELECT … LIMIT) more than once.
        picked = list(due.values_list("pk", flat=True)[:limit])
        if not picked:
            return []
        PublishJob.objects.filter(pk__in=picked, due_at__lte=now).update(
            state=claimed_state,
            due_at=None,
            lease_owner=workers.own_name(),
            lease_token=token,
            lease_until=now + lease,
            attempt_count=F("attempt_count") + 1,
            first_tried_at=Coalesce("first_tried_at", Value(now)),
            updated_at=now,
        )
        jobs = list(
            PublishJob.objects.filter(lease_token=token, pk__in=picked).select_related(
                "post", "destination__connection", "tenant"
            )
        )
        attempts = Attempt.objects.bulk_create([_opened(job, now=now) for job in jobs])
    ends = started + lease.total_seconds()
    return [Claimed(job, attempt, token, ends) for job, attempt in zip(jobs, attempts, strict=True)]


def announce(claimed: Claimed, *, step: str, now: datetime) -> datetime:
    """Write down, before it is sent, that the irreversible step comes next; return since when that is open.

    Raises ``LeaseLost`` when the job is no longer ours or the lease is about to end.
    """
    with transaction.atomic():
        mine = _mine(claimed).filter(lease_until__gt=now + LEASE_MARGIN)
        if not mine.update(announced_at=Coalesce("announced_at", Value(now)), updated_at=now):
            raise LeaseLost(f"job {claimed.job.pk} went to another worker before {step} was sent")
        write(claimed, kind=JournalEntry.Kind.ANNOUNCED, key=step, value=None, now=now)
    return claimed.job.announced_at or now


def write(claimed: Claimed, *, kind: JournalEntry.Kind, key: str, value: Any, now: datetime) -> None:
    """Add to the journal. A remote effect is written down even when the lease is lost: it did happen."""
    JournalEntry.objects.create(
        job=claimed.job, attempt_number=claimed.attempt.number, kind=kind, key=key, value=value, at=now
    )


def record_published(claimed: Claimed, published: Published, *, now: datetime) -> None:
    """Write down that the post is public.

    Raises ``LeaseLost`` after leaving the answer in the journal, where the next holder finds it; raises ``AlreadyTaken``
    when another job is recorded as this post.
    """
    fields = {
        "external_id": published.external_id,
        "permalink": published.permalink,
        "published_at": now,
        "announced_at": None,
        **_no_error(),
    }
    try:
        _settle(
            claimed, State.PUBLISHED, fields, outcome=Attempt.Outcome.PUBLISHED, now=now, news=signals.job_published
        )
    except LeaseLost:
        answer = {"external_id": published.external_id, "permalink": published.permalink}
        write(claimed, kind=JournalEntry.Kind.ANSWERED, key="published", value=answer, now=now)
        raise
    except IntegrityError as error:
        raise AlreadyTaken(f"{published.external_id} is recorded for another job") from error


def record_processing(claimed: Claimed, *, look_again_at: datetime, note: str, now: datetime) -> None:
    """Write down that the platform is still working on it."""
    fields = {"due_at": look_again_at, "announced_at": None}
    _settle(
        claimed,
        State.PROCESSING,
        fields,
        outcome=Attempt.Outcome.PROCESSING,
        closing={"cause": note, "next_at": look_again_at},
        now=now,
    )


def record_retry(
    claimed: Claimed,
    *,
    at: datetime,
    costs_a_try: bool,
    settled: bool,
    failure: dict[str, Any],
    outcome: Attempt.Outcome = Attempt.Outcome.FAILED,
    now: datetime,
) -> None:
    """Write down that the job is tried again at a moment."""
    fields: dict[str, Any] = {"due_at": at, **_job_error(failure)}
    if costs_a_try:
        fields["tries"] = F("tries") + 1
    if settled:
        fields["announced_at"] = None
    _settle(
        claimed,
        State.RETRYING,
        fields,
        outcome=outcome,
        closing={**failure, "next_at": at},
        now=now,
        news=signals.job_retried,
    )


def record_doubt(
    claimed: Claimed,
    *,
    look_at: datetime,
    failure: dict[str, Any],
    outcome: Attempt.Outcome,
    looked: bool,
    now: datetime,
) -> None:
    """Write down that the outcome is open, and when to look at the platform (again).

    The job keeps saying why it is in doubt; what a single look brought stands with its attempt.
    """
    fields: dict[str, Any] = {"due_at": look_at}
    fields |= {"looks": F("looks") + 1} if looked else _job_error(failure)
    _settle(claimed, State.RECONCILING, fields, outcome=outcome, closing={**failure, "next_at": look_at}, now=now)


def record_dead_letter(
    claimed: Claimed,
    letter: Letter,
    *,
    settled: bool,
    failure: dict[str, Any],
    outcome: Attempt.Outcome = Attempt.Outcome.FAILED,
    now: datetime,
) -> None:
    """Write down that a person is needed: the job rests, and a dead letter says why and what to do."""
    fields: dict[str, Any] = {
        "error_kind": letter.kind,
        "error_cause": letter.cause[:600],
        "error_remedy": letter.remedy[:600],
        "error_who": letter.who,
    }
    if settled:
        fields["announced_at"] = None
    news = signals.job_failed if letter.state is State.FAILED else signals.job_dead_lettered
    with transaction.atomic():
        _settle(claimed, letter.state, fields, outcome=outcome, closing=failure, now=now, news=news)
        open_letter(claimed.job, letter, now=now)


def open_letter(job: PublishJob, letter: Letter, *, now: datetime) -> DeadLetter:
    """Write the dead letter of a job that has come to rest."""
    return DeadLetter.objects.create(
        job=job,
        tenant_id=job.tenant_id,
        platform_id=job.platform_id,
        fingerprint=letter.fingerprint[:120],
        kind=letter.kind,
        cause=letter.cause[:600],
        remedy=letter.remedy[:600],
        who=letter.who,
        opened_at=now,
    )


def recover(*, now: datetime, landing: timedelta, limit: int = 500) -> int:
    """Take jobs back from workers that died or stalled; return how many.

    What was announced may have been sent, so it is looked for, and not before a request in flight can have landed.
    What was not announced was surely not sent, and is tried again at once. A job that its workers died on twice is
    handed to a person, for it is likely to be the cause.
    """
    owners = PublishJob.objects.filter(lease_until__isnull=False).values_list("lease_owner", flat=True).distinct()
    dead = [owner for owner in owners if workers.surely_dead(owner)]
    lost = Q(lease_until__lt=now) | Q(lease_owner__in=dead)
    count = 0
    for job in PublishJob.objects.filter(lost, lease_token__isnull=False).order_by("lease_until")[:limit]:
        with transaction.atomic():
            count += _take_back(job, now=now, landing=landing)
    return count


def _take_back(job: PublishJob, *, now: datetime, landing: timedelta) -> int:
    here = State(job.state)
    fields: dict[str, Any] = {"deaths": F("deaths") + 1}
    letter = None
    if job.announced_at is not None:
        there, fields["due_at"] = State.RECONCILING, now + landing
    elif job.deaths + 1 >= MOST_DEATHS:
        letter = Letter(
            State.DLQ,
            "poison",
            f"{job.platform_id}:poison",
            f"{job.deaths + 1} workers died or stalled while they held this job.",
            "Look into the workers' logs for this job's id; when the cause is mended, redrive it.",
            OPERATOR,
        )
        there = letter.state
        fields |= {
            "error_kind": letter.kind,
            "error_cause": letter.cause,
            "error_remedy": letter.remedy,
            "error_who": letter.who,
        }
    else:
        there = State.PROCESSING if here is State.POLLING else State.RETRYING
        fields["due_at"] = now
    taken = PublishJob.objects.filter(pk=job.pk, lease_token=job.lease_token).update(
        state=there, lease_owner="", lease_token=None, lease_until=None, updated_at=now, **fields
    )
    if not taken:
        return 0
    cause = "The worker died or stalled before it could tell what happened."
    Attempt.objects.filter(job=job, closed_at=None).update(
        closed_at=now, outcome=Attempt.Outcome.ABANDONED, cause=cause, next_at=fields.get("due_at"), updated_at=now
    )
    if letter is not None:
        open_letter(job, letter, now=now)
        _tell(signals.job_dead_lettered, job)
    log.warning("job.taken_back", job=str(job.pk), worker=job.lease_owner, announced=job.announced_at is not None)
    return 1


def failure_of(*, kind: str, cause: str, remedy: str = "", reply: PlatformReply | None = None) -> dict[str, Any]:
    """Return what an attempt row says of a failure."""
    return {
        "error_kind": kind,
        "cause": cause[:600],
        "remedy": remedy[:600],
        "facts": reply.facts() if reply else {},
    }


def _opened(job: PublishJob, *, now: datetime) -> Attempt:
    purpose = {State.POLLING: Attempt.Purpose.POLL, State.RECONCILING: Attempt.Purpose.RECONCILE}.get(
        State(job.state), Attempt.Purpose.PUBLISH
    )
    return Attempt(job=job, number=job.attempt_count, purpose=purpose, worker=job.lease_owner, opened_at=now)


def _settle(
    claimed: Claimed,
    there: State,
    fields: dict[str, Any],
    *,
    outcome: Attempt.Outcome,
    closing: dict[str, Any] | None = None,
    now: datetime,
    news: Signal | None = None,
) -> None:
    """End the hold on a job and close its attempt together, if the job is still ours."""
    if not may_go(claimed.state, there):
        raise ValueError(f"a job cannot go from {claimed.state} to {there}")
    with transaction.atomic():
        settled = _mine(claimed).update(
            state=there, lease_owner="", lease_token=None, lease_until=None, updated_at=now, **fields
        )
        if not settled:
            raise LeaseLost(f"job {claimed.job.pk} went to another worker before its end was written")
        Attempt.objects.filter(pk=claimed.attempt.pk, closed_at=None).update(
            closed_at=now, outcome=outcome, updated_at=now, **(closing or {})
        )
        if news is not None:
            _tell(news, claimed.job)


def _mine(claimed: Claimed) -> models.QuerySet[PublishJob]:
    return PublishJob.objects.filter(pk=claimed.job.pk, lease_token=claimed.token, state__in=[*HELD, State.RECONCILING])


def _tell(news: Signal, job: PublishJob) -> None:
    transaction.on_commit(lambda: news.send(sender=PublishJob, job_id=job.pk, tenant_id=job.tenant_id), robust=True)


def _job_error(failure: dict[str, Any]) -> dict[str, Any]:
    return {
        "error_kind": failure["error_kind"],
        "error_cause": failure["cause"],
        "error_remedy": failure["remedy"],
        "error_who": "",
    }


def _no_error() -> dict[str, Any]:
    return {"error_kind": "", "error_cause": "", "error_remedy": "", "error_who": ""}
