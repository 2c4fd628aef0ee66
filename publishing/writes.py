"""What is written about held jobs, many at a time in one transaction: announcements, notes, and how attempts ended.

Every write of a held job asks for its lease; one that has lost it is answered with ``LeaseLost`` and changes nothing.
PostgreSQL takes a whole batch in one statement a kind; elsewhere the same is done row by row.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.dispatch import Signal

from foundation import prepared
from foundation.ids import new_id
from publishing import follow_ups, watches
from publishing.follow_ups import FollowUp
from publishing.models import Attempt, DeadLetter, JournalEntry, PublishJob
from publishing.states import State
from publishing.watches import NewWatch

#: An announcement this close to the lease's end is refused: the call could outlive the lease.
LEASE_MARGIN: Final = timedelta(seconds=2)


class LeaseLost(Exception):
    """The job is no longer ours: stop, send nothing, write nothing."""


class AlreadyTaken(Exception):
    """Another job of this destination is recorded as this very post."""


@dataclass(frozen=True, slots=True)
class Note:
    """Add to a job's journal. No lease is asked for: what happened at a platform did happen."""

    job_id: UUID
    attempt_number: int
    kind: JournalEntry.Kind
    key: str
    value: Any
    now: datetime


@dataclass(frozen=True, slots=True)
class Announce:
    """Say, before it is sent, that a job's irreversible step comes next."""

    job_id: UUID
    token: UUID
    attempt_number: int
    step: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Renew:
    """Hold a job for longer, while a long upload goes on."""

    job_id: UUID
    token: UUID
    until: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """What a dead letter will say."""

    state: State
    kind: str
    fingerprint: str
    cause: str
    remedy: str
    who: str


@dataclass(frozen=True, slots=True)
class Failure:
    """What an attempt row says of a failure."""

    kind: str = ""
    cause: str = ""
    remedy: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class News:
    """What listeners are told of a job that came somewhere."""

    job_id: UUID
    tenant_id: UUID
    platform: str
    #: The kind of its destination.
    kind: str
    #: The kind of the error that brought it there, if one did.
    error: str = ""
    #: How long ago it was first meant to go out.
    waited: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Settle:
    """End the hold on a job and close its attempt. ``None`` leaves a column as it is."""

    job_id: UUID
    tenant_id: UUID
    platform: str
    token: UUID
    attempt_id: UUID
    there: State
    outcome: Attempt.Outcome
    now: datetime
    due_at: datetime | None = None
    tries: int = 0
    looks: int = 0
    #: Whether the announced step, if any, has found its end.
    settled: bool = True
    external_id: str | None = None
    permalink: str | None = None
    published_at: datetime | None = None
    #: What the job itself says of its failure: kind, cause, remedy, who can mend it.
    error: tuple[str, str, str, str] | None = None
    attempt: Failure = Failure()
    letter: Letter | None = None
    news: Signal | None = None
    #: The kind of the place, and how long ago the job was to go out: for whoever counts.
    kind: str = ""
    waited: timedelta | None = None
    #: What is to follow once this is settled.
    follow_up: FollowUp | None = None
    #: When it is looked at again, once this is settled.
    watch: NewWatch | None = None


_ERROR: Final = ("error_kind", "error_cause", "error_remedy", "error_who")

Write = Note | Announce | Renew | Settle


def perform(writes: Sequence[Write]) -> list[Exception | None]:
    """Write all in one transaction; return for each what kept it from being written, or None.

    Raises ``OperationalError`` or ``InterfaceError`` when the database is out of reach: then nothing was written.
    """
    try:
        with transaction.atomic():
            return _perform(writes)
    except IntegrityError:
        if len(writes) == 1:
            return [AlreadyTaken("another job of this destination is recorded as this post")]
    # One of them clashes with a constraint: find out which, and let the others through.
    return [perform([write])[0] for write in writes]


def _perform(writes: Sequence[Write]) -> list[Exception | None]:
    announces = [write for write in writes if isinstance(write, Announce)]
    settles = [write for write in writes if isinstance(write, Settle)]
    batched = connection.vendor == "postgresql"
    held = (_announce_many if batched else _announce_each)(announces) if announces else set()
    settled = (_settle_many if batched else _settle_each)(settles) if settles else set()
    held |= {write.job_id for write in writes if isinstance(write, Renew) and _renewed(write)}
    notes = [_entry(write) for write in writes if isinstance(write, Note)]
    if notes:
        JournalEntry.objects.bulk_create(notes)
    letters = [
        letter_row(write.letter, write.job_id, write.tenant_id, write.platform, now=write.now)
        for write in settles
        if write.letter is not None and write.job_id in settled
    ]
    if letters:
        DeadLetter.objects.bulk_create(letters)
    follow_ups.insert([write.follow_up for write in settles if write.follow_up and write.job_id in settled])
    for write in settles:
        if write.news is not None and write.job_id in settled:
            told = News(write.job_id, write.tenant_id, write.platform, write.kind, write.attempt.kind, write.waited)
            tell(write.news, told)
    return [_verdict(write, held, settled) for write in writes]


def _verdict(write: Write, held: set[UUID], settled: set[UUID]) -> Exception | None:
    if isinstance(write, Announce) and write.job_id not in held:
        return LeaseLost(f"job {write.job_id} went to another worker before {write.step} was sent")
    if isinstance(write, Renew) and write.job_id not in held:
        return LeaseLost(f"job {write.job_id} went to another worker while it was being sent")
    if isinstance(write, Settle) and write.job_id not in settled:
        return LeaseLost(f"job {write.job_id} went to another worker before its end was written")
    return None


def _renewed(write: Renew) -> bool:
    """Lengthen one lease; uploads are few, so these go one by one."""
    mine = PublishJob.objects.filter(pk=write.job_id, lease_token=write.token, lease_until__gt=write.now + LEASE_MARGIN)
    return bool(mine.update(lease_until=write.until, updated_at=write.now))


def tell(news: Signal, of: News) -> None:
    """Send news after commit; a listener that fails harms nobody."""
    transaction.on_commit(
        lambda: news.send(sender=PublishJob, job_id=of.job_id, tenant_id=of.tenant_id, news=of), robust=True
    )


def letter_row(letter: Letter, job_id: UUID, tenant_id: UUID, platform: str, *, now: datetime) -> DeadLetter:
    """Return the row of a dead letter, not yet saved."""
    return DeadLetter(
        job_id=job_id,
        tenant_id=tenant_id,
        platform_id=platform,
        fingerprint=letter.fingerprint[:120],
        kind=letter.kind,
        cause=letter.cause[:600],
        remedy=letter.remedy[:600],
        who=letter.who,
        opened_at=now,
    )


def _entry(write: Note) -> JournalEntry:
    return JournalEntry(
        job_id=write.job_id,
        attempt_number=write.attempt_number,
        kind=write.kind,
        key=write.key,
        value=write.value,
        at=write.now,
    )


# --- PostgreSQL: a batch is one statement --------------------------------------------------------------------------
# The planner takes any JSON for a hundred rows, and would read whole tables for them. The ids beside it tell how few.

_ANNOUNCE_SQL: Final = """
WITH said AS (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS v(id uuid, token uuid, entry uuid, number int, step text, now timestamptz)
), held AS (
  UPDATE publish_jobs AS j SET announced_at = COALESCE(j.announced_at, v.now), updated_at = v.now
  FROM said v
  WHERE j.id = ANY(%(jobs)s::uuid[]) AND j.id = v.id AND j.lease_token = v.token
    AND j.lease_until > v.now + make_interval(secs => %(margin)s)
  RETURNING j.id
)
INSERT INTO publish_journal (id, job_id, attempt_number, kind, key, value, at, created_at, updated_at)
SELECT v.entry, v.id, v.number, 'announced', v.step, NULL, v.now, v.now, v.now FROM said v JOIN held USING (id)
RETURNING job_id
"""

_SETTLE_SQL: Final = """
WITH said AS (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS v(
    id uuid, token uuid, attempt uuid, state text, due_at timestamptz, tries int, looks int, settled bool,
    external_id text, permalink text, published_at timestamptz,
    error_kind text, error_cause text, error_remedy text, error_who text,
    outcome text, kind text, cause text, remedy text, facts jsonb, watch uuid, look_at timestamptz, now timestamptz)
), settled AS (
  UPDATE publish_jobs AS j SET
    state = v.state, due_at = v.due_at, ready = false, lease_owner = '', lease_token = NULL, lease_until = NULL,
    tries = j.tries + v.tries, looks = j.looks + v.looks,
    announced_at = CASE WHEN v.settled THEN NULL ELSE j.announced_at END,
    external_id = COALESCE(v.external_id, j.external_id), permalink = COALESCE(v.permalink, j.permalink),
    published_at = COALESCE(v.published_at, j.published_at),
    error_kind = COALESCE(v.error_kind, j.error_kind), error_cause = COALESCE(v.error_cause, j.error_cause),
    error_remedy = COALESCE(v.error_remedy, j.error_remedy), error_who = COALESCE(v.error_who, j.error_who),
    updated_at = v.now
  FROM said v WHERE j.id = ANY(%(jobs)s::uuid[]) AND j.id = v.id AND j.lease_token = v.token
  RETURNING j.id, j.tenant_id, j.platform_id
), closed AS (
  UPDATE publish_attempts AS a SET
    closed_at = v.now, updated_at = v.now, outcome = v.outcome, error_kind = v.kind, cause = v.cause,
    remedy = v.remedy, facts = v.facts, next_at = v.due_at
  FROM said v JOIN settled USING (id)
  WHERE a.id = ANY(%(attempts)s::uuid[]) AND a.id = v.attempt AND a.closed_at IS NULL
), watched AS (
  INSERT INTO publish_watches
    (id, job_id, tenant_id, platform_id, due_at, tries, problem, state, reason, remedy, history, created_at, updated_at)
  SELECT v.watch, s.id, s.tenant_id, s.platform_id, v.look_at, 0, '', '', '', '', '[]', v.now, v.now
  FROM said v JOIN settled s USING (id) WHERE v.look_at IS NOT NULL
  ON CONFLICT (job_id) DO NOTHING
)
SELECT id FROM settled
"""


def _announce_many(writes: Sequence[Announce]) -> set[UUID]:
    rows = [
        {
            "id": write.job_id,
            "token": write.token,
            "entry": new_id(),
            "number": write.attempt_number,
            "step": write.step,
            "now": write.now,
        }
        for write in writes
    ]
    told = {
        "rows": _as_json(rows),
        "jobs": [write.job_id for write in writes],
        "margin": LEASE_MARGIN.total_seconds(),
    }
    return {row[0] for row in prepared.fetch_all(_ANNOUNCE_SQL, told)}


def _settle_many(writes: Sequence[Settle]) -> set[UUID]:
    rows = []
    for write in writes:
        row: dict[str, Any] = {
            "id": write.job_id,
            "token": write.token,
            "attempt": write.attempt_id,
            "state": write.there,
            "due_at": write.due_at,
            "tries": write.tries,
            "looks": write.looks,
            "settled": write.settled,
            "external_id": write.external_id,
            "permalink": write.permalink,
            "published_at": write.published_at,
            "outcome": write.outcome,
            "kind": write.attempt.kind,
            "cause": write.attempt.cause,
            "remedy": write.attempt.remedy,
            "facts": write.attempt.facts,
            "now": write.now,
        }
        if write.error is not None:
            row |= zip(_ERROR, write.error, strict=True)
        if write.watch is not None:
            row |= {"watch": new_id(), "look_at": write.watch.due_at}
        rows.append(row)
    told = {
        "rows": _as_json(rows),
        "jobs": [write.job_id for write in writes],
        "attempts": [write.attempt_id for write in writes],
    }
    return {row[0] for row in prepared.fetch_all(_SETTLE_SQL, told)}


def _as_json(rows: Sequence[dict[str, Any]]) -> str:
    """Write a batch as one value: handing over columns as typed arrays costs many times as much."""
    return json.dumps(rows, default=str, ensure_ascii=False)


# --- elsewhere: row by row -----------------------------------------------------------------------------------------


def _announce_each(writes: Sequence[Announce]) -> set[UUID]:
    held = set()
    for write in writes:
        mine = PublishJob.objects.filter(
            pk=write.job_id, lease_token=write.token, lease_until__gt=write.now + LEASE_MARGIN
        )
        if mine.update(announced_at=Coalesce("announced_at", Value(write.now)), updated_at=write.now):
            held.add(write.job_id)
            announced = Note(
                write.job_id, write.attempt_number, JournalEntry.Kind.ANNOUNCED, write.step, None, write.now
            )
            _entry(announced).save(force_insert=True)
    return held


def _settle_each(writes: Sequence[Settle]) -> set[UUID]:
    settled = set()
    for write in writes:
        fields: dict[str, Any] = {
            "state": write.there,
            "due_at": write.due_at,
            "ready": False,
            "lease_owner": "",
            "lease_token": None,
            "lease_until": None,
            "tries": F("tries") + write.tries,
            "looks": F("looks") + write.looks,
            "updated_at": write.now,
        }
        if write.settled:
            fields["announced_at"] = None
        for name in ("external_id", "permalink", "published_at"):
            if (value := getattr(write, name)) is not None:
                fields[name] = value
        if write.error is not None:
            fields |= dict(zip(_ERROR, write.error, strict=True))
        if PublishJob.objects.filter(pk=write.job_id, lease_token=write.token).update(**fields):
            settled.add(write.job_id)
            Attempt.objects.filter(pk=write.attempt_id, closed_at=None).update(
                closed_at=write.now,
                updated_at=write.now,
                outcome=write.outcome,
                error_kind=write.attempt.kind,
                cause=write.attempt.cause,
                remedy=write.attempt.remedy,
                facts=write.attempt.facts,
                next_at=write.due_at,
            )
            if write.watch is not None:
                watches.insert(write.watch)
    return settled
