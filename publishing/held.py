"""What a worker holds in its hands: a job with all that publishing it needs, read once when it was claimed.

Plain frozen data and no rows: making four model instances a job cost more than the call to the platform
(docs/performance.md), and what a worker holds must not change under it or be saved by accident.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class HeldPost:
    """What the author wants to say."""

    pk: UUID
    tenant_id: UUID
    text: str
    link: str
    first_comment: str
    overrides: Mapping[str, Any]
    settings: Mapping[str, Any]
    media: Sequence[Mapping[str, str]]
    #: Read only while traces are sent.
    trace_parent: str | None = None


@dataclass(frozen=True, slots=True)
class HeldConnection:
    """The grant that opens the place."""

    pk: UUID
    tenant_id: UUID
    display_name: str
    status: str
    token_version: int
    access_expires_at: datetime | None
    scopes_granted: Sequence[str]


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """Where it goes."""

    pk: UUID
    tenant_id: UUID
    platform_id: str
    connection_id: UUID
    kind: str
    external_id: str
    name: str
    gone_at: datetime | None
    facts: Mapping[str, Any]
    connection: HeldConnection


@dataclass(frozen=True, slots=True)
class HeldJob:
    """The job as it was when it was claimed."""

    pk: UUID
    tenant_id: UUID
    platform_id: str
    post_id: UUID
    destination_id: UUID
    role: str
    state: str
    tries: int
    deaths: int
    looks: int
    attempt_count: int
    first_tried_at: datetime
    announced_at: datetime | None
    error_kind: str
    planned_at: datetime
    post: HeldPost
    destination: HeldPlace


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """The attempt that was opened with the claim."""

    pk: UUID
    number: int
    opened_at: datetime
