"""The ledger: who holds which job, what was announced, how it ended.

Celery may lose a message or deliver it twice; these rows decide what is done. A worker whose lease has gone to another
finds its writes refused (``LeaseLost``) and stops, so that it sends nothing more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from connectors.errors import OPERATOR, PlatformReply
from connectors.manager import look_ahead, open_for_publishing
from connectors.types import Published
from foundation import tracing
from foundation.ids import new_id
from foundation.secret import Secret
from foundation.text import storable
from publishing import blame, claims, moments, signals, taking, traces, workers
from publishing.claims import Rotation
from publishing.follow_ups import follow_up_of
from publishing.held import HeldJob, OpenAttempt
from publishing.models import Attempt, JournalEntry, PublishJob
from publishing.states import State, may_go
from publishing.watches import watch_of
from publishing.writer import InlineWriter, Otherwise, Writer
from publishing.writes import (
    LEASE_MARGIN,
    AlreadyTaken,
    Announce,
    Failure,
    LeaseLost,
    Letter,
    News,
    Note,
    Renew,
    Settle,
    letter_row,
    tell,
)

__all__ = ["LEASE_MARGIN", "AlreadyTaken", "Claimed", "LeaseLost", "Letter", "claim", "recover"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in our hands, with its post, destination and connection loaded, and the attempt that is open for it."""

    job: HeldJob
    attempt: OpenAttempt
    token: UUID
    #: ``moments.steady()`` at which the lease ends; it goes on while a process or a machine stands still, which is the point.
    ends_steady: float
    #: How long it was; a long upload asks for as much again.
    lease: timedelta
    #: Who writes what becomes of it.
    writer: Writer
    #: Secrets of the job's connection that are open already, by kind.
    at_hand: Mapping[str, Secret]

    @property
    def state(self) -> State:
        """What the job was claimed as."""
        return State(self.job.state)


def claim(
    *, now: datetime, limit: int, lease: timedelta, rotation: Rotation | None = None, writer: Writer | None = None
) -> list[Claimed]:
    """Take up to ``limit`` due jobs, tenant by tenant, and open an attempt for each; all in one transaction.

    Two workers never hold one job: PostgreSQL passes over locked rows, SQLite has one writer at a time, and the update
    takes only what is still ready.
    """
    token = new_id()
    started = moments.steady()
    room = max(1, settings.WORKER_CALLS_IN_FLIGHT * settings.PUBLISH_TENANT_SHARE_PERCENT // 100)
    rotation = rotation or Rotation()
    with transaction.atomic():
        claims.make_ready(now=now, least=limit, rotation=rotation)
        picked = claims.pick(rotation=rotation, limit=limit, room_per_tenant=room)
        if not picked:
            return []
        taken = taking.take(picked, token=token, lease=lease, now=now)
    rings = _rings([job for job, _ in taken])
    ends = started + lease.total_seconds()
    hand = writer or InlineWriter()
    return [
        Claimed(job, attempt, token, ends, lease, hand, rings.get(job.destination.connection_id, {}))
        for job, attempt in taken
    ]


def next_due() -> datetime | None:
    """Return when the next job falls due whose moment has not been seen to come yet; None when nothing waits."""
    waiting = PublishJob.objects.filter(due_at__isnull=False, ready=False).order_by("due_at")
    return waiting.values_list("due_at", flat=True).first()


def _rings(jobs: Sequence[HeldJob]) -> Mapping[UUID, Mapping[str, Secret]]:
    """Open the tokens of a batch together. The jobs are ours by now, so no trouble here may leave them unattended."""
    try:
        look_ahead([job.destination for job in jobs])
        return open_for_publishing(job.destination for job in jobs)
    except Exception as error:  # each attempt asks again for its own, and records what is wrong
        log.warning("ledger.tokens_not_opened_together", error=type(error).__name__)
        return {}


def announce(claimed: Claimed, *, step: str, now: datetime) -> datetime:
    """Write down, before it is sent, that the irreversible step comes next; return since when that is open.

    Raises ``LeaseLost`` when the job is no longer ours or the lease is about to end.
    """
    claimed.writer.write(Announce(claimed.job.pk, claimed.token, claimed.attempt.number, step, now))
    return claimed.job.announced_at or now


def renew(claimed: Claimed, *, now: datetime) -> float:
    """Hold a job for a whole lease from now on; return the end by ``moments.steady()``. Raises ``LeaseLost``."""
    started = moments.steady()
    claimed.writer.write(Renew(claimed.job.pk, claimed.token, now + claimed.lease, now))
    return started + claimed.lease.total_seconds()


def note(claimed: Claimed, *, kind: JournalEntry.Kind, key: str, value: Any, now: datetime) -> None:
    """Add to the journal. A remote effect is written down even when the lease is lost: it did happen."""
    claimed.writer.write(Note(claimed.job.pk, claimed.attempt.number, kind, key, value, now))


def record_published(
    claimed: Claimed, published: Published, *, now: datetime, otherwise: Otherwise | None = None
) -> None:
    """Write down that the post is public: at once, or with the writer's next batch when ``otherwise`` takes what goes wrong.

    What goes wrong is ``AlreadyTaken`` when another job is recorded as this post, a ``DatabaseError``, or ``LeaseLost``
    after the answer was left in the journal, where the next holder finds it.
    """
    what = _settling(
        claimed,
        State.PUBLISHED,
        outcome=Attempt.Outcome.PUBLISHED,
        now=now,
        external_id=published.external_id,
        permalink=published.permalink,
        published_at=now,
        error=("", "", "", ""),
        attempt=Failure(cause=published.note[:600]),
        news=signals.job_published,
        follow_up=follow_up_of(claimed.job, now=now),
        watch=watch_of(claimed.job, now=now),
    )

    def refused(error: Exception) -> None:
        if isinstance(error, LeaseLost):
            answer = {"external_id": published.external_id, "permalink": published.permalink}
            note(claimed, kind=JournalEntry.Kind.ANSWERED, key="published", value=answer, now=now)
        if otherwise is None:
            raise error
        otherwise(error)

    if otherwise is not None:
        claimed.writer.leave(what, refused)
        return
    try:
        claimed.writer.write(what)
    except Exception as error:
        refused(error)


def record_processing(claimed: Claimed, *, look_again_at: datetime, note: str, now: datetime) -> None:
    """Write down that the platform is still working on it."""
    _settle(
        claimed,
        State.PROCESSING,
        outcome=Attempt.Outcome.PROCESSING,
        now=now,
        due_at=look_again_at,
        attempt=Failure(cause=note[:600]),
    )


def record_retry(
    claimed: Claimed,
    *,
    at: datetime,
    costs_a_try: bool,
    settled: bool,
    failure: Failure,
    outcome: Attempt.Outcome = Attempt.Outcome.FAILED,
    now: datetime,
) -> None:
    """Write down that the job is tried again at a moment."""
    _settle(
        claimed,
        State.RETRYING,
        outcome=outcome,
        now=now,
        due_at=at,
        tries=int(costs_a_try),
        settled=settled,
        error=_error(failure),
        attempt=failure,
        news=signals.job_retried,
    )


def record_doubt(
    claimed: Claimed, *, look_at: datetime, failure: Failure, outcome: Attempt.Outcome, looked: bool, now: datetime
) -> None:
    """Write down that the outcome is open, and when to look at the platform (again).

    The job keeps saying why it is in doubt; what a single look brought stands with its attempt.
    """
    _settle(
        claimed,
        State.RECONCILING,
        outcome=outcome,
        now=now,
        due_at=look_at,
        looks=int(looked),
        settled=False,
        error=None if looked else _error(failure),
        attempt=failure,
    )


def record_dead_letter(
    claimed: Claimed,
    letter: Letter,
    *,
    settled: bool,
    failure: Failure,
    outcome: Attempt.Outcome = Attempt.Outcome.FAILED,
    now: datetime,
) -> None:
    """Write down that a person is needed: the job rests, and a dead letter says why and what to do."""
    _settle(
        claimed,
        letter.state,
        outcome=outcome,
        now=now,
        settled=settled,
        error=(letter.kind, letter.cause[:600], letter.remedy[:600], letter.who),
        attempt=failure,
        letter=letter,
        news=signals.job_failed if letter.state is State.FAILED else signals.job_dead_lettered,
    )


def recover(*, now: datetime, landing: timedelta, limit: int = 500) -> int:
    """Take jobs back from workers that died or stalled; return how many.

    What was announced may have been sent, so it is looked for, and not before a request in flight can have landed.
    What was not announced was surely not sent, and is tried again at once. A job that its workers died of is handed to
    a person (see ``blame``).
    """
    owners = (
        PublishJob.objects.filter(lease_until__isnull=False).order_by().values_list("lease_owner", flat=True).distinct()
    )
    dead = [owner for owner in owners if workers.surely_dead(owner)]
    lost = Q(lease_until__lt=now) | Q(lease_owner__in=dead, lease_until__isnull=False)
    jobs = list(PublishJob.objects.filter(lost).order_by("lease_until")[:limit])
    # A worker that lives and only lost its lease (it stood still, or its database was away) did not die of its jobs.
    died = {job.pk for job in jobs if not workers.surely_alive(job.lease_owner)}
    # All deaths are written down before the first job is judged by them.
    gone = {job.pk for job in jobs if job.lease_owner in dead}
    blame.write_down_deaths(gone, surely=True, now=now)
    blame.write_down_deaths(died - gone, surely=False, now=now)
    count = 0
    for job in jobs:
        with transaction.atomic():
            count += _take_back(job, died=job.pk in died, now=now, landing=landing)
    return count


#: What a job becomes that was held in one of these states, when nothing it announced can be in flight.
_TAKEN_BACK_AS: Final = {
    State.PUBLISHING: State.RETRYING,
    State.POLLING: State.PROCESSING,
    State.RECONCILING: State.RECONCILING,
}


def _take_back(job: PublishJob, *, died: bool, now: datetime, landing: timedelta) -> int:
    here = State(job.state)
    deaths = job.deaths + int(died)
    fields: dict[str, Any] = {"deaths": deaths}
    letter = None
    if job.announced_at is not None and here is not State.RECONCILING:
        there, fields["due_at"] = State.RECONCILING, now + landing
    elif died and blame.is_to_blame(job.pk, deaths=deaths, now=now):
        letter = poisoned(job, deaths=deaths)
        there = letter.state
        fields |= dict(zip(("error_kind", "error_cause", "error_remedy", "error_who"), _words(letter), strict=True))
    else:
        there = _TAKEN_BACK_AS[here]
        fields["due_at"] = now + blame.wait_after(deaths)
    taken = PublishJob.objects.filter(pk=job.pk, lease_token=job.lease_token).update(
        state=there, lease_owner="", lease_token=None, lease_until=None, updated_at=now, **fields
    )
    if not taken:
        return 0
    Attempt.objects.filter(job=job, closed_at=None).update(
        closed_at=now,
        outcome=Attempt.Outcome.ABANDONED,
        cause="The worker stood still so long that another took the job over.",
        next_at=fields.get("due_at"),
        updated_at=now,
    )
    if letter is not None:
        letter_row(letter, job.pk, job.tenant_id, job.platform_id, now=now).save(force_insert=True)
        told = News(job.pk, job.tenant_id, job.platform_id, job.destination.kind, letter.kind)
        tell(signals.job_dead_lettered, told)
    log.warning(
        "job.taken_back",
        job_id=str(job.pk),
        tenant_id=str(job.tenant_id),
        worker=job.lease_owner,
        announced=job.announced_at is not None,
    )
    return 1


def poisoned(job: PublishJob | HeldJob, *, deaths: int) -> Letter:
    """Return the letter of a job on which its workers died too often."""
    return Letter(
        State.DLQ,
        "poison",
        f"{job.platform_id}:poison",
        f"{deaths} workers died while they held this job, and it alone can have been the cause."
        if deaths < blame.MOST_DEATHS
        else f"{deaths} workers died while they held this job.",
        "Look into the workers' logs for this job's id; when the cause is mended, redrive it.",
        OPERATOR,
    )


def failure_of(*, kind: str, cause: str, remedy: str = "", reply: PlatformReply | None = None) -> Failure:
    """Return what an attempt row says of a failure."""
    return Failure(kind, storable(cause[:600]), storable(remedy[:600]), reply.facts() if reply else {})


def _settle(claimed: Claimed, there: State, **said: Any) -> None:
    """End the hold on a job and close its attempt together, if the job is still ours."""
    claimed.writer.write(_settling(claimed, there, **said))


def _settling(claimed: Claimed, there: State, **said: Any) -> Settle:
    if not may_go(claimed.state, there):
        raise ValueError(f"a job cannot go from {claimed.state} to {there}")
    job = claimed.job
    if tracing.ON:
        traces.tell_end(said["outcome"], said.get("attempt", Failure()).kind)
    kind, waited = job.destination.kind, said["now"] - job.planned_at
    return Settle(
        job.pk,
        job.tenant_id,
        job.platform_id,
        claimed.token,
        claimed.attempt.pk,
        there,
        kind=kind,
        waited=waited,
        **said,
    )


def _error(failure: Failure) -> tuple[str, str, str, str]:
    return failure.kind, failure.cause, failure.remedy, ""


def _words(letter: Letter) -> tuple[str, str, str, str]:
    return letter.kind, letter.cause, letter.remedy, letter.who
