"""After the database was restored from a backup: what it no longer knows to have done, it must not do again.

What was published since the backup stands there as waiting, and a worker would send it once more. So every job that was not
at its end is put in doubt, as if the irreversible step had been announced at the moment of the backup: workers look for it at
the platform and send only what is surely not there. The journal may lack what was noted last, which the look is told
(``journal.NOTES_LOST``); where it cannot do without, a person is asked.

``deploy/restore.sh`` leaves a mark in the database before it restores anything, and while it stands no worker takes a job:
between restoring and this there is no moment at which somebody could start the hub too early.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest

from publishing.journal import NOTES_LOST
from publishing.models import Attempt, JournalEntry, PublishJob
from publishing.states import FINAL, NEEDS_A_PERSON, State
from tenants.models import Tenant
from tenants.services import record

log = structlog.get_logger(__name__)

#: The table that ``deploy/restore.sh`` makes, with the moment of the backup in its one column.
MARK: Final = "restored_from_backup"
KIND: Final = "restored"
BATCH: Final = 500
_REMEDY: Final = "The hub looks at the platform before it sends anything."
_UUID_LEAST: Final = UUID(int=0)
_SAID_EVERY: Final = 30.0  # seconds

_unmarked = False
_said_until = 0.0


@dataclass(slots=True)
class Doubts:
    """What was put in doubt, and what was left as it was."""

    #: From when on anything may have been published that the database does not know of.
    since: datetime
    #: When the first look may be had.
    look_at: datetime
    #: Looked for by themselves.
    jobs: int = 0
    #: Looked for when they are redriven.
    dead_letters: int = 0
    #: Scheduled for later: sent at their moment, without a look.
    scheduled: int = 0
    tenants: int = 0


def is_over() -> bool:
    """Tell whether jobs may be taken: no restored database waits for ``after_restore``. Asked once, then known."""
    global _unmarked, _said_until
    if not _unmarked:
        _unmarked = not is_marked()
        if not _unmarked and time.monotonic() > _said_until:
            _said_until = time.monotonic() + _SAID_EVERY
            log.error("publishing.waits_for_after_restore", remedy="Run manage.py after_restore.")
    return _unmarked


def is_marked() -> bool:
    """Tell whether the mark of a restored database stands this moment."""
    return MARK in connection.introspection.table_names()


def marked_moment() -> datetime | None:
    """Return the moment of the backup that the mark tells; None without a mark."""
    if not is_marked():
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(taken_at) FROM {MARK}")  # noqa: S608 - a constant
        moment = cursor.fetchone()[0]
    return datetime.fromisoformat(moment) if isinstance(moment, str) else moment


def remove_mark() -> None:
    """Let jobs be taken again."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {MARK}")


def put_in_doubt(*, since: datetime, now: datetime, settle: timedelta, also_scheduled: bool = False) -> Doubts:
    """Put every unfinished job in doubt from ``since`` on; those whose moment is yet to come only with ``also_scheduled``.

    Nothing of the hub may run meanwhile. ``settle`` is how long a call that was under way when the hub ended, and then the
    platform's own lists, may take to show a post. Doing it again for the same moment changes nothing.
    """
    told = Doubts(since, now + settle)
    later = Q(state=State.SCHEDULED, due_at__gt=now)
    unfinished = PublishJob.objects.exclude(state__in=FINAL)
    if not also_scheduled:
        told.scheduled = unfinished.filter(later).count()
        unfinished = unfinished.exclude(later)
    of_tenants: dict[UUID, tuple[int, int]] = {}
    last = _UUID_LEAST
    while batch := list(_undoubted(unfinished, since).filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        _put_in_doubt(batch, told, now=now)
        for job in batch:
            jobs, letters = of_tenants.get(job.tenant_id, (0, 0))
            rests = job.state in NEEDS_A_PERSON
            of_tenants[job.tenant_id] = (jobs + (not rests), letters + rests)
    for tenant in Tenant.objects.filter(pk__in=of_tenants):
        jobs, letters = of_tenants[tenant.pk]
        told.jobs, told.dead_letters, told.tenants = told.jobs + jobs, told.dead_letters + letters, told.tenants + 1
        record(
            tenant=tenant,
            actor="system:after_restore",
            action="ledger.restored",
            subject=tenant,
            since=since.isoformat(),
            jobs=jobs,
            dead_letters=letters,
        )
    return told


def _undoubted(unfinished: QuerySet[PublishJob], since: datetime) -> QuerySet[PublishJob]:
    noted = JournalEntry.objects.filter(job=OuterRef("pk"), key=NOTES_LOST, value=since.isoformat())
    return unfinished.filter(~Exists(noted)).select_related(None).only("pk", "tenant_id", "state", "attempt_count")


@transaction.atomic
def _put_in_doubt(batch: list[PublishJob], told: Doubts, *, now: datetime) -> None:
    cause = f"The database was restored from a backup of {told.since:%Y-%m-%d %H:%M:%S} UTC, which does not know what was sent since."
    ids = [job.pk for job in batch]
    Attempt.objects.filter(job__in=ids, closed_at=None).update(
        closed_at=now, outcome=Attempt.Outcome.ABANDONED, error_kind=KIND, cause=cause, updated_at=now
    )
    Attempt.objects.bulk_create(
        Attempt(
            job_id=job.pk, number=job.attempt_count + 1, purpose=Attempt.Purpose.RECONCILE, worker="after_restore",
            opened_at=now, closed_at=now, outcome=Attempt.Outcome.ABANDONED, error_kind=KIND, cause=cause, remedy=_REMEDY,
        )
        for job in batch
    )  # fmt: skip
    JournalEntry.objects.bulk_create(
        JournalEntry(
            job_id=job.pk, attempt_number=job.attempt_count + 1, kind=JournalEntry.Kind.NOTED,
            key=NOTES_LOST, value=told.since.isoformat(), at=now,
        )
        for job in batch
    )  # fmt: skip
    common: dict[str, Any] = {
        "announced_at": Coalesce("announced_at", Value(told.since)),
        "attempt_count": F("attempt_count") + 1,
        "updated_at": now,
    }
    rows = PublishJob.objects.filter(pk__in=ids)
    rows.filter(state__in=NEEDS_A_PERSON).update(**common)
    rows.exclude(state__in=NEEDS_A_PERSON).update(
        **common,
        state=State.RECONCILING,
        # What is scheduled for later is looked for at its moment.
        due_at=Case(When(state=State.SCHEDULED, then=Greatest("due_at", Value(told.look_at))), default=told.look_at),
        ready=False,
        lease_owner="",
        lease_token=None,
        lease_until=None,
        tries=0,
        deaths=0,
        looks=0,
        first_tried_at=Coalesce("first_tried_at", Value(told.since)),
        error_kind=KIND,
        error_cause=cause,
        error_remedy=_REMEDY,
        error_who="",
    )
