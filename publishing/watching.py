"""Looking again at what was published: a platform may reject it, remove it, or tell its id, long after it said yes.

Nothing here publishes anything or moves a job; a look that brings no answer is made again later.
"""

import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from connectors import asking, switches
from connectors.errors import ConfigurationError, ConnectorError, OutcomeUnknown, RateLimited, TransientError
from connectors.models import Connection
from connectors.types import LiveState, Standing
from foundation import tracing
from foundation.errors import Conflict
from foundation.text import storable
from publishing import selectors, signals
from publishing.models import TAKEN_BACK, JournalEntry, PublishJob, Watch
from publishing.states import State
from publishing.watches import next_look
from tenants.principal import Principal
from tenants.scopes import POSTS_WRITE
from tenants.services import record

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

#: After looks that time may mend; the last wait goes on. And after one that somebody must mend first.
WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60))
LATER: Final = timedelta(hours=6)
#: So long after the last look that was planned, an answer is no longer waited for.
PATIENCE: Final = timedelta(days=7)
_BATCH: Final = 50
#: A platform that lets one look wait for so long is left alone until the next task, so that it does not use up the time of others.
_SLOW_SECONDS: Final = 5.0
#: A task ends after this long; the next one goes on.
_MOST_SECONDS: Final = 50.0


def look_due(*, clock: Clock) -> int:
    """Look at every post that is due, the longest waiting first; return how many were. Never inside a transaction."""
    end = time.monotonic() + _MOST_SECONDS
    looked = 0
    slow: set[str] = set()
    while time.monotonic() < end:
        now = clock()
        batch = due_watches(now=now, without=slow)
        for watch in batch:
            began = time.monotonic()
            if began < end and watch.platform_id not in slow and _claim(watch, now=now):
                _look(watch, now=clock())
                looked += 1
                if time.monotonic() - began > _SLOW_SECONDS:
                    slow.add(watch.platform_id)
        if len(batch) < _BATCH:
            break
    return looked


def due_watches(*, now: datetime, without: Collection[str] = ()) -> list[Watch]:
    """Return some of the looks that are due, the longest waiting first, those at some platforms left out."""
    due = Watch.objects.filter(due_at__lte=now).exclude(platform__in=list(without))
    return list(due.select_related("job__destination__connection", "platform").order_by("due_at")[:_BATCH])


def take_note(*, principal: Principal, job: PublishJob, now: datetime) -> PublishJob:
    """Record that somebody has seen that a post was taken back, so that it is no longer told. Audited, once.

    Raises ``Conflict`` for a post that was not.
    """
    principal.require(POSTS_WRITE)
    told = Watch.objects.filter(job=job, state__in=sorted(TAKEN_BACK))
    with transaction.atomic():
        if told.filter(seen_at=None).update(seen_at=now, updated_at=now):
            record(tenant=principal.tenant, actor=principal.actor, action="job.noted", subject=job)
        elif not told.exists():
            raise Conflict(
                "The platform did not take this post back, as far as the hub knows.",
                remedy="Nothing needs to be noted.",
                code="not_taken_back",
            )
    return selectors.job_of(principal.tenant, job.pk)


@transaction.atomic
def look_again(*, principal: Principal, watch: Watch, now: datetime) -> None:
    """Have a published post looked at again, at once: a worker does within a minute. Audited."""
    principal.require(POSTS_WRITE)
    Watch.objects.filter(pk=watch.pk).update(due_at=now, tries=0, updated_at=now)
    record(tenant=principal.tenant, actor=principal.actor, action="job.looked_at_again", subject=watch.job)


def _claim(watch: Watch, *, now: datetime) -> bool:
    """Move a look on before the call, so that two workers look once."""
    mine = Watch.objects.filter(pk=watch.pk, due_at=watch.due_at)
    return bool(mine.update(due_at=now + 3 * settings.HTTP_TOTAL_TIMEOUT))


def _look(watch: Watch, *, now: datetime) -> None:
    job = watch.job
    if job.state != State.PUBLISHED or job.removed_at is not None or not job.external_id:
        Watch.objects.filter(pk=watch.pk).update(due_at=None, updated_at=now)
        return
    ids = {
        "job_id": str(job.pk),
        "tenant_id": str(job.tenant_id),
        "connection_id": str(job.destination.connection_id),
        "platform": job.platform_id,
    }
    with tracing.work("post.look", ids, resource=job.platform_id, alone=True):
        try:
            _look_at(watch, now=now)
        except ConnectorError as error:
            wait = _wait_after(error, watch.tries)
            log.info("watch.no_answer", kind=error.kind, operation=error.operation, **error.reply.facts())
            _put_off(watch, f"{error.cause} {error.remedy}", wait, now=now)
        except ConfigurationError as error:
            _put_off(watch, f"{error.detail} {error.remedy}", LATER, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # a fault of ours must not keep the looks behind it waiting
            log.exception("watch.crashed", error=type(error).__name__)
            _put_off(watch, "The hub failed on it; its log says why.", LATER, now=now)


def _look_at(watch: Watch, *, now: datetime) -> None:
    job, connection = watch.job, watch.job.destination.connection
    if connection.status == Connection.Status.INACTIVE:
        _put_off(watch, f"{connection.display_name} was disconnected.", LATER, now=now)
    elif not switches.is_on(watch.platform, watch.tenant_id):
        _put_off(watch, switches.cause_of(watch.platform), LATER, now=now)
    else:
        noted = _noted(job)
        standing = asking.put(
            job.destination,
            lambda connector, target: connector.look_after(job.external_id, target, noted, now=now),
            now=now,
        )
        _store(watch, standing, now=now)


def _noted(job: PublishJob) -> dict[str, Any]:
    """Return what the publish wrote into its journal, the latest word under each key."""
    entries = JournalEntry.objects.filter(job=job).exclude(kind=JournalEntry.Kind.ANNOUNCED).order_by("id")
    return dict(entries.values_list("key", "value"))


def _store(watch: Watch, standing: Standing, *, now: datetime) -> None:
    """Write down how a post stands. The job learns what was not known of it, and stays where it is."""
    job = watch.job
    state, reason = LiveState(standing.state), storable(standing.reason)[:600]
    remedy = storable(standing.remedy)[:600]
    with transaction.atomic():
        news = _learn(job, standing, now=now)
        entry = {"at": now.isoformat(), "state": state.value, "reason": reason, "remedy": remedy, **news}
        changes: dict[str, Any] = {}
        if state != watch.state:
            changes = {"changed_at": now, "seen_at": None}
        Watch.objects.filter(pk=watch.pk).update(
            state=state,
            reason=reason,
            remedy=remedy,
            looked_at=now,
            due_at=next_look(published_at=job.published_at or now, pending=state is LiveState.PENDING, now=now),
            tries=0,
            problem="",
            history=[*watch.history, {name: value for name, value in entry.items() if value}],
            updated_at=now,
            **changes,
        )
        # That it is live is no news when nobody had heard otherwise.
        if changes and (watch.state or state is not LiveState.LIVE):
            signals.post_standing_changed.send(
                sender=PublishJob, job_id=job.pk, tenant_id=job.tenant_id, before=watch.state, state=state.value,
                reason=reason, remedy=remedy, now=now,
            )  # fmt: skip
    if state in TAKEN_BACK and changes:
        log.warning("job.taken_back_by_platform", standing=state.value)


def _learn(job: PublishJob, standing: Standing, *, now: datetime) -> dict[str, str]:
    """Fill in the id and the link that a platform tells late; return what was new."""
    told = {"external_id": storable(standing.external_id)[:200], "permalink": storable(standing.permalink)[:2000]}
    news = {name: value for name, value in told.items() if value and value != getattr(job, name)}
    mine = PublishJob.objects.filter(pk=job.pk, state=State.PUBLISHED)
    if "external_id" in news:
        try:
            with transaction.atomic():
                mine.update(external_id=news["external_id"], updated_at=now)
        except IntegrityError:
            # Another job of this place is recorded as that post; which of them is right, nobody can tell from here.
            log.warning("watch.id_belongs_to_another_job")
            return {}
    if "permalink" in news:
        mine.update(permalink=news["permalink"], updated_at=now)
    return news


def _wait_after(error: ConnectorError, tries: int) -> timedelta:
    if not isinstance(error, TransientError | OutcomeUnknown):
        return LATER
    asked = error.retry_after if isinstance(error, RateLimited) else None
    return max(asked or timedelta(), WAITS[min(tries, len(WAITS) - 1)])


def _put_off(watch: Watch, problem: str, wait: timedelta, *, now: datetime) -> None:
    """Write down why nothing was learnt, and look again after a wait, but not for ever."""
    since = watch.job.published_at or now
    given_up = now - since > PATIENCE + max(settings.LOOK_AFTER, default=timedelta())
    Watch.objects.filter(pk=watch.pk).update(
        due_at=None if given_up else now + wait,
        tries=watch.tries + 1,
        problem=storable(problem.strip())[:600],
        updated_at=now,
    )
