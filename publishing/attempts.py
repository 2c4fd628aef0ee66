"""One attempt, told once: call the connector, and write down what happened.

No transaction is open during a call. Anticipated failures are recorded, never raised; ``retries`` decides what follows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError

from connectors.base import Connector
from connectors.errors import (
    AUTHOR,
    OPERATOR,
    TENANT,
    ConfigurationError,
    ConnectorError,
    OutcomeUnknown,
    ReconnectRequired,
    TransientError,
    VersionRetired,
)
from connectors.manager import get_connector, target_of
from connectors.models import Connection
from connectors.refreshing import Outcome
from connectors.services import mark_attention
from connectors.types import CannotTell, NotThere, Processing, Published, Target
from foundation import tracing
from publishing import blame, ledger, retries, traces
from publishing.deeds import deed_of
from publishing.held import HeldJob
from publishing.journal import NOTES_LOST, Clock, JobJournal
from publishing.ledger import AlreadyTaken, Claimed, LeaseLost, Letter
from publishing.models import Attempt
from publishing.renewing import renew_ending, renew_token
from publishing.retries import History, Next
from publishing.states import State
from publishing.unsendable import Unsendable
from publishing.writes import Failure

log = structlog.get_logger(__name__)

#: Another worker is at it, and one exchange serves all.
WAIT_FOR_ANOTHERS_REFRESH: Final = timedelta(seconds=2)
_LOOK_YOURSELF = (
    "Open the destination and look for the post. If it is live, choose 'It is live' and paste its link; "
    "if it is not, choose 'It is not: publish again'."
)


def attempt_job(claimed: Claimed, *, clock: Clock) -> None:
    """Try a claimed job once and write down what happened. Raises nothing that a platform or a lost lease can cause."""
    with _told_of(claimed.job):
        if tracing.ON:
            with traces.attempt(claimed.job, claimed.attempt):
                _attempt(claimed, clock=clock)
        else:
            _attempt(claimed, clock=clock)


def give_back(claimed: Claimed, *, clock: Clock) -> None:
    """Give a job back that was not begun: due again at once, at no cost of tries."""
    now = clock()
    failure = ledger.failure_of(kind="", cause="The worker had no seat free for it.")
    with _told_of(claimed.job):
        if claimed.state is State.RECONCILING:
            ledger.record_doubt(
                claimed, look_at=now, failure=failure, outcome=Attempt.Outcome.POSTPONED, looked=True, now=now
            )
        elif claimed.state is State.POLLING:
            ledger.record_processing(claimed, look_again_at=now, note=failure.cause, now=now)
        else:
            ledger.record_retry(
                claimed, at=now, costs_a_try=False, settled=True, failure=failure,
                outcome=Attempt.Outcome.POSTPONED, now=now,
            )  # fmt: skip


@contextmanager
def _told_of(job: HeldJob) -> Iterator[None]:
    """Name the job in whatever is logged meanwhile; a lost lease, or a ledger out of reach, is told there and ends it.

    In both cases the lease runs out, or has, and the sweep takes the job back; raising would strand its neighbours.
    """
    with structlog.contextvars.bound_contextvars(
        job_id=str(job.pk),
        tenant_id=str(job.tenant_id),
        connection_id=str(job.destination.connection_id),
        platform=job.platform_id,
    ):
        try:
            yield
        except LeaseLost as error:
            log.warning("job.lease_lost", reason=str(error))
        except DatabaseError as error:
            log.error("job.ledger_unreachable", error=type(error).__name__)


def _attempt(claimed: Claimed, *, clock: Clock) -> None:
    journal = JobJournal(claimed, clock)
    try:
        _require_standing(claimed.job)
        stale = renew_ending(claimed, journal, clock=clock)
        connection = claimed.job.destination.connection
        connector = get_connector(claimed.job.platform_id, connection, at_hand={} if stale else claimed.at_hand)
        if claimed.state is State.RECONCILING:
            _reconcile(claimed, connector, journal, clock=clock)
        else:
            _publish(claimed, connector, journal, clock=clock)
    except ReconnectRequired as error:
        if not (error.connection_ended and _goes_on_with_a_fresh_token(claimed, error, journal, clock=clock)):
            _record_failure(claimed, error, journal, now=clock())
    except ConnectorError as error:
        _record_failure(claimed, error, journal, now=clock())
    except ConfigurationError as error:
        _record_misconfigured(claimed, error, journal, now=clock())
    except Unsendable as error:
        _record_unsendable(claimed, error, journal, now=clock())
    except (LeaseLost, OperationalError, InterfaceError):
        # Not the job's fault. When the database is gone, the lease runs out and the sweep takes the job back.
        raise
    except Exception as error:  # a fault of ours must not leave the job to the lease's end again and again
        log.exception("job.crashed", error=type(error).__name__)
        _record_crash(claimed, error, journal, now=clock())


def _require_standing(job: HeldJob) -> None:
    """Refuse before any call what cannot work: an account that was disconnected, a place the grant lost."""
    destination = job.destination
    if destination.connection.status == Connection.Status.INACTIVE:
        cause = f"{destination.connection.display_name} was disconnected."
        remedy = "Connect the account again, then redrive."
    elif destination.gone_at is not None:
        cause = f"{destination.name} is no longer opened by this account."
        remedy = "Reconnect the account and grant access to it again, then redrive."
    else:
        return
    raise ReconnectRequired(cause, connection_ended=False, remedy=remedy, platform=job.platform_id, operation="publish")


def _publish(claimed: Claimed, connector: Connector, journal: JobJournal, *, clock: Clock) -> None:
    result = deed_of(claimed.job).do(connector, _target(claimed), journal)
    now = clock()
    if isinstance(result, Processing):
        ledger.record_processing(claimed, look_again_at=now + result.look_again_after, note=result.note, now=now)
    else:
        _record_published(claimed, result, now=now)


def _reconcile(claimed: Claimed, connector: Connector, journal: JobJournal, *, clock: Clock) -> None:
    answered = journal.recall("published")
    if answered:  # a worker that lost its lease still left us the answer
        _record_published(claimed, Published(**answered), now=clock())
        return
    notes_lost = bool(journal.recall(NOTES_LOST))
    result = deed_of(claimed.job).find(connector, _target(claimed), journal, now=clock(), notes_lost=notes_lost)
    now = clock()
    match result:
        case Published():
            _record_published(claimed, result, now=now)
        case NotThere(final=False):
            at = retries.look_again(_history(claimed, journal), now=now)
            failure = ledger.failure_of(kind="not_there_yet", cause="It is not to be seen at the platform yet.")
            ledger.record_doubt(
                claimed, look_at=at, failure=failure, outcome=Attempt.Outcome.NOT_THERE, looked=True, now=now
            )
        case NotThere():
            if notes_lost:  # what may have been done before is settled; from here on the journal is whole
                journal.note(NOTES_LOST, None)
            _record_surely_not_there(claimed, journal, now=now)
        case CannotTell(reason=reason):
            _record_cannot_tell(claimed, reason, outcome=Attempt.Outcome.CANNOT_TELL, now=now)


def _record_published(claimed: Claimed, published: Published, *, now: datetime) -> None:
    """Leave the good end with the writer: the seat need not wait for the disk. What goes wrong with it comes back here."""

    def otherwise(error: Exception) -> None:
        with _told_of(claimed.job):
            if isinstance(error, AlreadyTaken):
                reason = "The platform named a post that already belongs to another job of this destination."
                _record_cannot_tell(claimed, reason, outcome=Attempt.Outcome.CANNOT_TELL, now=now)
            elif isinstance(error, LeaseLost | DatabaseError):
                raise error
            else:  # a fault of ours: the lease runs out, and the job is looked for
                log.error("job.not_recorded", error=type(error).__name__)

    ledger.record_published(claimed, published, now=now, otherwise=otherwise)


def _record_surely_not_there(claimed: Claimed, journal: JobJournal, *, now: datetime) -> None:
    """The platform had time enough to show it and does not: it was never published, so it may be sent."""
    job = claimed.job
    cause = "It is not at the platform: the earlier try did not arrive."
    if job.error_kind == "duplicate":
        cause = "The platform refuses this text as a duplicate, and the post it means is not one of ours."
        letter = Letter(
            State.FAILED,
            "duplicate",
            f"{job.platform_id}:duplicate",
            cause,
            "Change the text and publish it again.",
            AUTHOR,
        )
    elif blame.is_to_blame(job.pk, deaths=job.deaths, now=now):
        letter = ledger.poisoned(job, deaths=job.deaths)
    elif job.tries >= len(retries.WAITS):
        letter = Letter(
            State.DLQ,
            "exhausted",
            f"{job.platform_id}:exhausted:{job.error_kind}",
            f"It failed {job.tries + 1} times in a row, and surely was not published.",
            "Look at the platform's status; then redrive.",
            OPERATOR,
        )
    else:
        failure = ledger.failure_of(kind="not_there", cause=cause)
        ledger.record_retry(
            claimed, at=now, costs_a_try=True, settled=True, failure=failure, outcome=Attempt.Outcome.NOT_THERE, now=now
        )
        return
    failure = ledger.failure_of(kind=letter.kind, cause=letter.cause, remedy=letter.remedy)
    ledger.record_dead_letter(
        claimed, letter, settled=True, failure=failure, outcome=Attempt.Outcome.NOT_THERE, now=now
    )


def _record_cannot_tell(claimed: Claimed, reason: str, *, outcome: Attempt.Outcome, now: datetime) -> None:
    letter = Letter(
        State.DLQ,
        "outcome_unknown",
        f"{claimed.job.platform_id}:outcome_unknown",
        f"Nobody can tell whether it was published. {reason}",
        _LOOK_YOURSELF,
        TENANT,
    )
    failure = ledger.failure_of(kind=letter.kind, cause=letter.cause, remedy=letter.remedy)
    ledger.record_dead_letter(claimed, letter, settled=False, failure=failure, outcome=outcome, now=now)


def _record_failure(claimed: Claimed, error: ConnectorError, journal: JobJournal, *, now: datetime) -> None:
    log.info("job.failed_try", kind=error.kind, operation=error.operation, **error.reply.facts())
    if isinstance(error, VersionRetired):
        log.error("platform.version_retired", platform=error.platform, cause=error.cause, remedy=error.remedy)
    kind = "duplicate" if isinstance(error, OutcomeUnknown) and error.duplicate else error.kind
    failure = ledger.failure_of(kind=kind, cause=error.cause, remedy=error.remedy, reply=error.reply)
    if isinstance(error, ReconnectRequired) and error.connection_ended:
        mark_attention(
            connection_id=claimed.job.destination.connection_id,
            code=error.fingerprint,
            cause=error.cause,
            remedy=error.remedy,
            now=now,
        )
    history = _history(claimed, journal)
    if claimed.state is State.RECONCILING and not isinstance(error, ReconnectRequired):
        _record_failed_look(claimed, error, failure, history, now=now)
        return
    step = retries.next_step(error, history, now=now, landing=settings.PUBLISH_LANDING)
    if claimed.state is State.RECONCILING:
        # Looking failed; what was announced before is as open as it was.
        step = retries.Step(step.next, step.at, settled=False, who=step.who)
    if step.next is Next.RECONCILE and step.at is not None:
        ledger.record_doubt(
            claimed, look_at=step.at, failure=failure, outcome=Attempt.Outcome.UNKNOWN, looked=False, now=now
        )
    elif step.next is Next.RETRY and step.at is not None:
        ledger.record_retry(
            claimed, at=step.at, costs_a_try=step.costs_a_try, settled=step.settled, failure=failure, now=now
        )
    else:
        letter = Letter(
            State.FAILED if step.next is Next.FAIL else State.DLQ,
            error.kind,
            error.fingerprint,
            f"{error.cause} {step.reason}".strip(),
            error.remedy or "Look at the attempts of this job; then redrive it.",
            step.who,
        )
        ledger.record_dead_letter(claimed, letter, settled=step.settled, failure=failure, now=now)


def _goes_on_with_a_fresh_token(
    claimed: Claimed, error: ReconnectRequired, journal: JobJournal, *, clock: Clock
) -> bool:
    """Refresh a refused token once and let the job go on; False when that cannot help, and the tenant must act."""
    outcome = renew_token(claimed, journal, clock=clock)
    if outcome in {Outcome.ENDED, Outcome.IMPOSSIBLE}:
        return False
    now = clock()
    if outcome is Outcome.FAILED:
        cause = f"{error.cause} A fresh token could not be had for the moment."
        _record_failure(claimed, TransientError(cause, platform=error.platform, operation="refresh"), journal, now=now)
        return True
    at = now + (WAIT_FOR_ANOTHERS_REFRESH if outcome is Outcome.UNDER_WAY else timedelta())
    failure = ledger.failure_of(
        kind=error.kind, cause=f"{error.cause} It goes on with a fresh token.", reply=error.reply
    )
    if claimed.state is State.RECONCILING:
        ledger.record_doubt(claimed, look_at=at, failure=failure, outcome=Attempt.Outcome.FAILED, looked=False, now=now)
    else:
        ledger.record_retry(claimed, at=at, costs_a_try=False, settled=True, failure=failure, now=now)
    return True


def _record_failed_look(
    claimed: Claimed, error: ConnectorError, failure: Failure, history: History, *, now: datetime
) -> None:
    """The platform could not be asked. Ask again later: that costs nothing, but not for ever."""
    since = claimed.job.announced_at or history.first_tried_at
    if isinstance(error, VersionRetired) and error.retry_after is not None:
        # No question is answered before the operator acts; the job stays parked, in doubt as it is.
        at = now + error.retry_after
        ledger.record_doubt(claimed, look_at=at, failure=failure, outcome=Attempt.Outcome.FAILED, looked=False, now=now)
        return
    if retries.out_of_patience(since, now=now):
        _record_cannot_tell(
            claimed, "The platform could not be asked for a day.", outcome=Attempt.Outcome.CANNOT_TELL, now=now
        )
        return
    at = retries.look_again(history, now=now)
    ledger.record_doubt(claimed, look_at=at, failure=failure, outcome=Attempt.Outcome.FAILED, looked=True, now=now)


def _record_misconfigured(claimed: Claimed, error: ConfigurationError, journal: JobJournal, *, now: datetime) -> None:
    failure = ledger.failure_of(kind="configuration", cause=error.detail, remedy=error.remedy)
    if error.wait is not None:
        # Every job meets the same until the operator has acted at the platform: it is parked, however long that takes.
        log.error("platform.app_refused", platform=claimed.job.platform_id, cause=error.detail, remedy=error.remedy)
        at = retries.parked_until(error.wait, now=now)
        if claimed.state is State.RECONCILING:
            ledger.record_doubt(
                claimed, look_at=at, failure=failure, outcome=Attempt.Outcome.FAILED, looked=False, now=now
            )
        else:
            ledger.record_retry(claimed, at=at, costs_a_try=False, settled=True, failure=failure, now=now)
        return
    letter = Letter(
        State.DLQ,
        "configuration",
        f"{claimed.job.platform_id}:configuration:{error.detail}",
        error.detail,
        f"{error.remedy} Then redrive.",
        OPERATOR,
    )
    # Looking may fail for this reason too: then the earlier announcement stays open.
    settled = claimed.state is not State.RECONCILING
    ledger.record_dead_letter(claimed, letter, settled=settled, failure=failure, now=now)


def _record_unsendable(claimed: Claimed, error: Unsendable, journal: JobJournal, *, now: datetime) -> None:
    """What was accepted cannot be put together any more. Nothing was sent for it now; what was announced stays open."""
    platform = claimed.job.platform_id
    letter = Letter(State.FAILED, error.kind, f"{platform}:{error.kind}", error.cause, error.remedy, AUTHOR)
    failure = ledger.failure_of(kind=letter.kind, cause=letter.cause, remedy=letter.remedy)
    ledger.record_dead_letter(claimed, letter, settled=not journal.announced, failure=failure, now=now)


def _record_crash(claimed: Claimed, error: Exception, journal: JobJournal, *, now: datetime) -> None:
    cause = f"Switchboard itself failed on this job ({type(error).__name__})."
    remedy = "Find this job's id in the workers' log and report what stands there; then redrive."
    letter = Letter(
        State.DLQ, "crash", f"{claimed.job.platform_id}:crash:{type(error).__name__}", cause, remedy, OPERATOR
    )
    failure = ledger.failure_of(kind="crash", cause=cause, remedy=remedy)
    ledger.record_dead_letter(claimed, letter, settled=not journal.announced, failure=failure, now=now)


def _history(claimed: Claimed, journal: JobJournal) -> History:
    job = claimed.job
    return History(
        tries=job.tries,
        looks=job.looks,
        announced=journal.announced,
        first_tried_at=job.first_tried_at or claimed.attempt.opened_at,
    )


def _target(claimed: Claimed) -> Target:
    return target_of(claimed.job.destination)
