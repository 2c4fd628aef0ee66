"""What follows a published post: its first comment, as a job of its own.

The row is written in the transaction that records the post as published, so that no crash between the two loses it; the same
machinery then retries, reconciles and dead-letters it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from connectors.registry import CONNECTORS
from connectors.types import Capability
from publishing.contents import content_of
from publishing.held import HeldJob
from publishing.models import PublishJob
from publishing.states import State


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A first comment to be written under a post that has just become public."""

    tenant_id: UUID
    post_id: UUID
    destination_id: UUID
    platform: str
    due_at: datetime


def follow_up_of(job: PublishJob | HeldJob, *, now: datetime) -> FollowUp | None:
    """Return what follows a job once it is published; its post must be loaded."""
    if job.role != PublishJob.Role.POST or not content_of(job.post, job.destination_id).first_comment:
        return None
    connector = CONNECTORS.get(job.platform_id)
    if connector is None or Capability.FIRST_COMMENT not in connector.capabilities:
        return None
    return FollowUp(job.tenant_id, job.post_id, job.destination_id, job.platform_id, now)


def insert(follow_ups: Sequence[FollowUp]) -> None:
    """Make the jobs of these comments, due at once; one that is there already stays as it is."""
    if not follow_ups:
        return
    PublishJob.objects.bulk_create(
        (
            PublishJob(
                tenant_id=one.tenant_id,
                post_id=one.post_id,
                destination_id=one.destination_id,
                platform_id=one.platform,
                role=PublishJob.Role.FIRST_COMMENT,
                state=State.QUEUED,
                due_at=one.due_at,
                planned_at=one.due_at,
            )
            for one in follow_ups
        ),
        ignore_conflicts=True,
    )
