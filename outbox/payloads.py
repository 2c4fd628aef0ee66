"""What receivers are told: the data of each kind of news, and the body that is signed and sent."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from connectors.models import Connection
from outbox.events import VERSION
from outbox.models import OutgoingEvent
from publishing.models import DeadLetter, PublishJob

_JOB_COLUMNS: Final = (
    "id",
    "tenant_id",
    "post_id",
    "post__idempotency_key",
    "role",
    "state",
    "platform_id",
    "destination_id",
    "destination__connection_id",
    "external_id",
    "permalink",
    "published_at",
)


def envelope_of(event: OutgoingEvent) -> dict[str, Any]:
    """Return the whole message, as it is sent and as the API lists it."""
    return {
        "id": str(event.pk),
        "type": event.type,
        "version": VERSION,
        "sequence": event.sequence,
        "timestamp": event.happened_at.isoformat(),
        "data": event.data,
    }


def body_of(event: OutgoingEvent) -> bytes:
    """Return the bytes that are signed and sent: the same for every delivery of an event."""
    return json.dumps(envelope_of(event), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


#: What ``_job`` says of a published job, for PostgreSQL to write by itself; a test compares the two.
PUBLISHED_SQL: Final = """
jsonb_build_object(
  'job_id', job.id, 'post_id', job.post_id, 'idempotency_key', post.idempotency_key, 'role', job.role, 'state', job.state,
  'platform', job.platform_id, 'destination_id', job.destination_id, 'connection_id', destination.connection_id,
  'external_id', job.external_id, 'permalink', job.permalink, 'published_at', told.published_at, 'error', NULL, 'dead_letter_id', NULL
)
"""


@dataclass(frozen=True, slots=True)
class JobData:
    """What is told of a job."""

    job_id: UUID
    tenant_id: UUID
    published_at: datetime | None
    data: dict[str, Any]


def jobs_data(job_ids: Iterable[UUID]) -> list[JobData]:
    """Return what is told of jobs, with one query. Names of places and people are left out: ids lead to them."""
    rows = PublishJob.objects.filter(pk__in=list(job_ids)).values_list(*_JOB_COLUMNS)
    told = (dict(zip(_JOB_COLUMNS, row, strict=True)) for row in rows)
    return [JobData(row["id"], row["tenant_id"], row["published_at"], _job(row)) for row in told]


def job_failure(data: dict[str, Any], letter: DeadLetter, *, state: str) -> dict[str, Any]:
    """Return a job's data as its dead letter tells it, whatever has become of the job since."""
    error = {"code": letter.kind, "cause": letter.cause, "remedy": letter.remedy, "who": letter.who}
    unpublished = {"external_id": "", "permalink": "", "published_at": None}
    return {**data, **unpublished, "state": state, "error": error, "dead_letter_id": str(letter.pk)}


def connection_data(connection: Connection, **more: Any) -> dict[str, Any]:
    """Return the data of a connection."""
    error = None
    if connection.status == Connection.Status.ATTENTION:
        error = {
            "code": connection.status_code,
            "cause": connection.status_cause,
            "remedy": connection.status_remedy,
        }
    return {
        "connection_id": str(connection.pk),
        "platform": connection.platform_id,
        "status": connection.status,
        "error": error,
        **more,
    }


def _job(row: dict[str, Any]) -> dict[str, Any]:
    published_at: datetime | None = row["published_at"]
    return {
        "job_id": str(row["id"]),
        "post_id": str(row["post_id"]),
        "idempotency_key": row["post__idempotency_key"],
        "role": row["role"],
        "state": row["state"],
        "platform": row["platform_id"],
        "destination_id": str(row["destination_id"]),
        "connection_id": str(row["destination__connection_id"]),
        "external_id": row["external_id"],
        "permalink": row["permalink"],
        "published_at": published_at.isoformat() if published_at else None,
        "error": None,
        "dead_letter_id": None,
    }
