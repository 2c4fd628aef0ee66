"""Taking jobs into a worker's hands: the lease, the open attempt and all that publishing needs, in one statement.

PostgreSQL does it in one round trip for the whole batch; elsewhere the same is done by the ORM.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce

from foundation import prepared, tracing
from foundation.ids import new_id
from publishing import workers
from publishing.held import HeldConnection, HeldJob, HeldPlace, HeldPost, OpenAttempt
from publishing.models import Attempt, PublishJob
from publishing.states import CLAIMED_AS, State

Taken = tuple[HeldJob, OpenAttempt]

#: Columns in the order of the fields of ``held``: those of the job, of its post, its destination and its connection.
_JOB: Final = (
    *("id", "tenant_id", "platform_id", "post_id", "destination_id", "role", "state", "tries", "deaths", "looks"),
    *("attempt_count", "first_tried_at", "announced_at", "error_kind", "planned_at"),
)
_POST: Final = (
    *("id", "tenant_id", "text", "link", "first_comment", "overrides", "settings", "media"),
    *(("trace_parent",) if tracing.ON else ()),
)
_PLACE: Final = ("id", "tenant_id", "platform_id", "connection_id", "kind", "external_id", "name", "gone_at", "facts")
_CONNECTION: Final = (
    *("id", "tenant_id", "display_name", "status", "token_version", "access_expires_at", "scopes_granted"),
)
_POST_AT: Final = len(_JOB)
_PLACE_AT: Final = _POST_AT + len(_POST)
_CONNECTION_AT: Final = _PLACE_AT + len(_PLACE)
#: Plain JSON, which is asked for as text: most of it is empty, and need not be read then.
_JSON: Final = frozenset({"overrides", "settings", "media", "facts", "scopes_granted"})
_JSON_AT: Final = tuple(at for at, name in enumerate((*_JOB, *_POST, *_PLACE, *_CONNECTION)) if name in _JSON)
_PURPOSES: Final = {State.POLLING: Attempt.Purpose.POLL, State.RECONCILING: Attempt.Purpose.RECONCILE}


def take(picked: Sequence[UUID], *, token: UUID, lease: timedelta, now: datetime) -> list[Taken]:
    """Lease those of the picked jobs that are still ready, in this order, and open an attempt for each."""
    rows = (_take_by_one_statement if connection.vendor == "postgresql" else _take_by_orm)(
        picked, token=token, lease=lease, now=now
    )
    order = {pk: position for position, pk in enumerate(picked)}
    return sorted((_held(*row) for row in rows), key=lambda taken: order[taken[0].pk])


def _held(attempt_id: UUID, opened_at: datetime, columns: Sequence[Any]) -> Taken:
    read = list(columns)
    for at in _JSON_AT:
        read[at] = prepared.plain(read[at])
    said = HeldPost(*read[_POST_AT:_PLACE_AT])
    place = HeldPlace(*[*read[_PLACE_AT:_CONNECTION_AT], HeldConnection(*read[_CONNECTION_AT:])])
    held = HeldJob(*[*read[:_POST_AT], said, place])
    return held, OpenAttempt(attempt_id, held.attempt_count, opened_at)


# --- PostgreSQL: one statement -----------------------------------------------------------------------------------------


def _cases(mapping: Iterable[tuple[str, str]], otherwise: str) -> str:
    branches = " ".join(f"WHEN '{here}' THEN '{there}'" for here, there in mapping)
    return f"{branches} ELSE {otherwise}"


def _listed(alias: str, columns: Iterable[str]) -> str:
    return ", ".join(f"{alias}.{column}{'::text' if column in _JSON else ''}" for column in columns)


# Built from constants of the code alone; every value travels as a parameter.
_TAKE_SQL: Final = f"""
WITH wanted AS (
  SELECT * FROM unnest(%(jobs)s::uuid[], %(attempts)s::uuid[]) AS w(job_id, attempt_id)
), taken AS (
  UPDATE publish_jobs AS j SET
    state = CASE j.state {_cases(((str(h), str(t)) for h, t in CLAIMED_AS.items()), "j.state")} END,
    due_at = NULL, ready = false, lease_owner = %(owner)s, lease_token = %(token)s, lease_until = %(until)s,
    attempt_count = j.attempt_count + 1, first_tried_at = COALESCE(j.first_tried_at, %(now)s), updated_at = %(now)s
  FROM wanted WHERE j.id = ANY(%(jobs)s::uuid[]) AND j.id = wanted.job_id AND j.ready
  RETURNING wanted.attempt_id, {_listed("j", _JOB)}
), opened AS (
  INSERT INTO publish_attempts
    (id, job_id, number, purpose, worker, opened_at, outcome, error_kind, cause, remedy, facts, created_at, updated_at)
  SELECT t.attempt_id, t.id, t.attempt_count,
    CASE t.state {_cases(((str(s), str(p.value)) for s, p in _PURPOSES.items()), f"'{Attempt.Purpose.PUBLISH.value}'")} END,
    %(owner)s, %(now)s, '', '', '', '', '{{}}', %(now)s, %(now)s
  FROM taken t
)
SELECT t.attempt_id, {_listed("t", _JOB)}, {_listed("p", _POST)}, {_listed("d", _PLACE)}, {_listed("c", _CONNECTION)}
FROM taken t
JOIN posts p ON p.id = t.post_id
JOIN destinations d ON d.id = t.destination_id
JOIN connections c ON c.id = d.connection_id
"""  # noqa: S608 - names of our columns


def _take_by_one_statement(
    picked: Sequence[UUID], *, token: UUID, lease: timedelta, now: datetime
) -> list[tuple[UUID, datetime, Sequence[Any]]]:
    told = {
        "jobs": list(picked),
        "attempts": [new_id() for _ in picked],
        "owner": workers.own_name(),
        "token": token,
        "until": now + lease,
        "now": now,
    }
    return [(row[0], now, row[1:]) for row in prepared.fetch_all(_TAKE_SQL, told)]


# --- elsewhere: the same by the ORM --------------------------------------------------------------------------------------


def _take_by_orm(
    picked: Sequence[UUID], *, token: UUID, lease: timedelta, now: datetime
) -> list[tuple[UUID, datetime, Sequence[Any]]]:
    PublishJob.objects.filter(pk__in=picked, ready=True).update(
        state=Case(*[When(state=here, then=Value(there)) for here, there in CLAIMED_AS.items()]),
        due_at=None,
        ready=False,
        lease_owner=workers.own_name(),
        lease_token=token,
        lease_until=now + lease,
        attempt_count=F("attempt_count") + 1,
        first_tried_at=Coalesce("first_tried_at", Value(now)),
        updated_at=now,
    )
    names = [
        *_JOB,
        *(f"post__{name}" for name in _POST),
        *(f"destination__{name}" for name in _PLACE),
        *(f"destination__connection__{name}" for name in _CONNECTION),
    ]
    rows = list(PublishJob.objects.filter(pk__in=picked, lease_token=token).order_by().values_list(*names))
    attempts = Attempt.objects.bulk_create(_opened(row, now=now) for row in rows)
    return [(attempt.pk, now, row) for attempt, row in zip(attempts, rows, strict=True)]


def _opened(row: Sequence[Any], *, now: datetime) -> Attempt:
    job = dict(zip(_JOB, row, strict=False))
    return Attempt(
        job_id=job["id"],
        number=job["attempt_count"],
        purpose=_PURPOSES.get(State(job["state"]), Attempt.Purpose.PUBLISH),
        worker=workers.own_name(),
        opened_at=now,
    )
