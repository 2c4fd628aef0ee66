"""Which published posts are looked at again, and when: a row for each, written with the success itself.

It is written in the transaction that records the post as published, so that no crash between the two loses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from connectors.manager import target_of
from connectors.registry import CONNECTORS
from connectors.types import Capability
from publishing.held import HeldJob
from publishing.models import PublishJob, Watch

#: Where no spans are set, how long after something was done with a post it is looked at.
SOON: Final = timedelta(minutes=5)
#: What is not public yet after the last look that was planned is looked at as often again, for so long in all: longer than
#: anything can be planned ahead at a platform, at the cost of one look a day.
STILL_PENDING: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class NewWatch:
    """A post that has just become public, to be looked at again at a moment."""

    job_id: UUID
    tenant_id: UUID
    platform: str
    due_at: datetime


def watch_of(job: HeldJob, *, now: datetime) -> NewWatch | None:
    """Return when a job is first looked at again, once it is published at ``now``; None where nothing would be learnt."""
    connector = CONNECTORS.get(job.platform_id)
    if job.role != PublishJob.Role.POST or connector is None or Capability.WATCH not in connector.capabilities:
        return None
    if connector.obstacle_to(Capability.WATCH, target_of(job.destination)) or not connector.stays(_settings_of(job)):
        return None
    first = next_look(published_at=now, now=now)
    return None if first is None else NewWatch(job.pk, job.tenant_id, job.platform_id, first)


def _settings_of(job: HeldJob) -> Mapping[str, Any]:
    said = job.post.overrides.get(str(job.destination_id), {})
    found: Mapping[str, Any] = said.get("settings") or job.post.settings.get(job.destination.kind) or {}
    return found


def next_look(*, published_at: datetime, pending: bool = False, now: datetime) -> datetime | None:
    """Return the next moment at which a post is to be looked at; None when there is none. Those missed are not made up for."""
    planned = next((published_at + span for span in settings.LOOK_AFTER if published_at + span > now), None)
    if planned is None and pending and settings.LOOK_AFTER and now - published_at < STILL_PENDING:
        return now + max(settings.LOOK_AFTER)
    return planned


def look_soon(job: PublishJob, *, now: datetime) -> None:
    """Have a watched post looked at in a few minutes: something was done with it."""
    soon = now + min(settings.LOOK_AFTER, default=SOON)
    Watch.objects.filter(job=job).exclude(due_at__lte=soon).update(due_at=soon, updated_at=now)


def insert(watch: NewWatch) -> None:
    """Write the row; one that is there already stays as it is. On PostgreSQL the statement that settles a job does it."""
    row = Watch(job_id=watch.job_id, tenant_id=watch.tenant_id, platform_id=watch.platform, due_at=watch.due_at)
    Watch.objects.bulk_create([row], ignore_conflicts=True)
