"""News of jobs. They are written after the fact, from the rows themselves, so that publishing waits for nobody.

Workers say which jobs have come to rest (``tell``), which is quick and may be lost with the worker; the sweep then finds
what was not told. An event's id is made from what it tells, so that one change is one event, whoever sees it and how often.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min

from connectors.errors import OPERATOR
from outbox import digests, hearing, payloads
from outbox.batches import batches
from outbox.events import EventType
from outbox.models import Bookmark, OutgoingEvent
from outbox.services import say_written
from outbox.stable import first_id_at, stable_id
from publishing.models import Attempt, DeadLetter, PublishJob
from publishing.states import NEEDS_A_PERSON, State

#: How far the clocks of two machines may be apart, and how long a write without a lease may take.
MARGIN: Final = timedelta(seconds=20)
#: What is older than this when the sweep begins for the first time is no news.
FIRST_LOOK: Final = timedelta(minutes=10)
_BATCH: Final = 1000
_BOOKMARK: Final = "jobs"


@dataclass(frozen=True, slots=True)
class Rest:
    """A job that came to rest."""

    job_id: UUID
    tenant_id: UUID
    published: bool


def tell(rests: Sequence[Rest], *, now: datetime) -> int:
    """Write the news of these jobs, for those tenants who listen; return how many were looked at."""
    published = [rest for rest in rests if rest.published]
    stopped = [rest for rest in rests if not rest.published]
    told = 0
    if published:
        hearers = hearing.hearers(EventType.JOB_PUBLISHED, (rest.tenant_id for rest in published))
        told += _tell_published([rest.job_id for rest in published if rest.tenant_id in hearers])
    if stopped:
        letters = DeadLetter.objects.filter(job_id__in=[rest.job_id for rest in stopped], closed_at=None)
        told += _tell_stopped(list(letters.select_related("job")), now=now)
    return told


def sweep(*, now: datetime) -> int:
    """Write the news that nobody has told yet; return how many were written. One sweeper goes through at a time."""
    with transaction.atomic():
        Bookmark.objects.get_or_create(name=_BOOKMARK)
        place = Bookmark.objects.select_for_update().get(name=_BOOKMARK)
        horizon = min(_oldest_held() or now, now) - MARGIN  # asked before looking: what is held now is seen later
        since = place.at or min(now - FIRST_LOOK, horizon)
        told = _sweep_published(since=since) + _sweep_stopped(since=since, now=now)
        Bookmark.objects.filter(pk=place.pk).update(at=max(since, horizon))
    return told


def _oldest_held() -> datetime | None:
    """Return since when the longest-held job is held: it may yet be recorded with any moment since."""
    held = Attempt.objects.filter(job__lease_until__isnull=False, closed_at=None)
    oldest: datetime | None = held.aggregate(oldest=Min("opened_at"))["oldest"]
    return oldest


def _sweep_published(*, since: datetime) -> int:
    told = 0
    hearers = hearing.hearers(EventType.JOB_PUBLISHED)
    for tenants in batches(hearers, 500):
        rows = PublishJob.objects.filter(tenant_id__in=tenants, published_at__gt=since).order_by()
        found = {
            _published_id(job_id, published_at): job_id
            for job_id, tenant_id, published_at in rows.values_list("pk", "tenant_id", "published_at")
            if published_at is not None and published_at >= hearers[tenant_id]
        }
        told += _tell_published([found[event_id] for event_id in _untold(found)])
    return told


def _sweep_stopped(*, since: datetime, now: datetime) -> int:
    letters = DeadLetter.objects.filter(pk__gte=first_id_at(since)).order_by("pk").select_related("job")
    told = 0
    for some in batches(letters.iterator(chunk_size=_BATCH), _BATCH):
        told += _tell_stopped(list(some), now=now)
    return told


def _untold(event_ids: Collection[UUID]) -> list[UUID]:
    missing: list[UUID] = []
    for some in batches(event_ids, _BATCH):
        known = set(OutgoingEvent.objects.filter(pk__in=some).values_list("pk", flat=True))
        missing += [event_id for event_id in some if event_id not in known]
    return missing


def _tell_published(job_ids: Sequence[UUID]) -> int:
    told = 0
    for some in batches(job_ids, _BATCH):
        if connection.vendor == "postgresql":
            told += _write_published(some)
            continue
        rows = payloads.jobs_data(some)
        told += _write(
            OutgoingEvent(
                id=_published_id(row.job_id, row.published_at),
                tenant_id=row.tenant_id,
                type=EventType.JOB_PUBLISHED,
                happened_at=row.published_at,
                data=row.data,
            )
            for row in rows
            if row.published_at is not None
        )
    return told


#: The ids of news are made here, of moments as Python knows them; what they say goes from table to table.
_PUBLISHED_SQL: Final = f"""
INSERT INTO outgoing_events (id, created_at, updated_at, tenant_id, type, happened_at, data)
SELECT told.event_id, statement_timestamp(), statement_timestamp(), job.tenant_id, '{EventType.JOB_PUBLISHED}', job.published_at,
  {payloads.PUBLISHED_SQL}
FROM jsonb_to_recordset(%s::jsonb) AS told (event_id uuid, job_id uuid, published_at text)
JOIN publish_jobs job ON job.id = told.job_id
JOIN posts post ON post.id = job.post_id
JOIN destinations destination ON destination.id = job.destination_id
WHERE job.published_at IS NOT NULL AND job.id = ANY(%s)
ON CONFLICT DO NOTHING
"""  # noqa: S608 - every word of it is ours


def _write_published(job_ids: Sequence[UUID]) -> int:
    found = PublishJob.objects.filter(pk__in=job_ids, published_at__isnull=False).values_list("pk", "published_at")
    told = [
        {"event_id": str(_published_id(pk, at)), "job_id": str(pk), "published_at": at.isoformat()}
        for pk, at in found.order_by()
        if at is not None
    ]
    if told:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PUBLISHED_SQL, [json.dumps(told), list(job_ids)])
            say_written()
    return len(told)


def _tell_stopped(letters: Sequence[DeadLetter], *, now: datetime) -> int:
    if not letters:
        return 0
    digests.expect(letters, now=now)
    wanted: list[tuple[UUID, EventType, DeadLetter]] = []
    tenants = {letter.tenant_id for letter in letters}
    for kind in (EventType.JOB_FAILED, EventType.JOB_DEAD_LETTERED):
        hearers = hearing.hearers(kind, tenants)
        wanted += [
            (stable_id(happened_at=letter.opened_at, about=f"letter:{letter.pk}"), kind, letter)
            for letter in letters
            if _kind_of(letter) is kind
            and letter.tenant_id in hearers
            and letter.opened_at >= hearers[letter.tenant_id]
        ]
    untold = set(_untold([event_id for event_id, _, _ in wanted]))
    wanted = [one for one in wanted if one[0] in untold]
    jobs = {row.job_id: row.data for row in payloads.jobs_data(letter.job_id for _, _, letter in wanted)}
    return _write(
        OutgoingEvent(
            id=event_id,
            tenant_id=letter.tenant_id,
            type=kind,
            happened_at=letter.opened_at,
            data=payloads.job_failure(
                jobs[letter.job_id], letter, state=State.FAILED if kind is EventType.JOB_FAILED else State.DLQ
            ),
        )
        for event_id, kind, letter in wanted
        if letter.job_id in jobs
    )


def _write(events: Iterable[OutgoingEvent]) -> int:
    rows = list(events)
    if rows:
        with transaction.atomic():
            OutgoingEvent.objects.bulk_create(rows, ignore_conflicts=True)
            say_written()
    return len(rows)


def _published_id(job_id: UUID, published_at: datetime) -> UUID:
    return stable_id(happened_at=published_at, about=f"published:{job_id}")


def _kind_of(letter: DeadLetter) -> EventType:
    """Return which news a letter is: by where its job rests, or by who is asked once that has been sent on."""
    if letter.closed_at is None and letter.job.state in NEEDS_A_PERSON:
        return EventType.JOB_FAILED if letter.job.state == State.FAILED else EventType.JOB_DEAD_LETTERED
    return EventType.JOB_DEAD_LETTERED if letter.who == OPERATOR else EventType.JOB_FAILED


def standing_data(job: PublishJob, **standing: Any) -> dict[str, Any]:
    """Return the data of a post that stands otherwise than before."""
    (row,) = payloads.jobs_data([job.pk])
    return {**row.data, "standing": standing}
