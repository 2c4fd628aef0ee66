"""Thinning and forgetting: history grows old in small steps, each of which can be lost and made again."""

from collections import defaultdict
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from monitoring.analytics import rolling, thinning
from monitoring.analytics.rows import PostSnapshot
from tenants.models import Tenant

#: Snapshots looked at in one step, and steps in one call; the next call goes on.
STEP: Final = 2000
MOST_STEPS: Final = 100


def thin_all(*, now: datetime) -> int:
    """Thin the snapshots that are two days old by now; return how many were dropped."""
    thinned = 0
    for _ in range(MOST_STEPS):
        looked, dropped = thin(now=now)
        thinned += dropped
        if looked < STEP:
            break
    return thinned


def thin(*, now: datetime) -> tuple[int, int]:
    """Thin one step of the snapshots that have become two days old; return how many were looked at, and dropped."""
    fresh = PostSnapshot.objects.filter(settled=False, taken_at__lt=now - thinning.FRESH_FOR)
    due = list(fresh.order_by("taken_at").values_list("job_id", flat=True)[:STEP])
    if not due:
        return 0, 0
    jobs = set(due)
    by_job: dict[UUID, list[tuple[int, datetime]]] = defaultdict(list)
    for job, pk, taken_at in PostSnapshot.objects.filter(job__in=jobs).values_list("job_id", "pk", "taken_at"):
        by_job[job].append((pk, taken_at))
    drop: list[int] = []
    settle: list[int] = []
    for rows in by_job.values():
        kept = thinning.kept((taken_at for _, taken_at in rows), now=now)
        for pk, taken_at in rows:
            if taken_at not in kept:
                drop.append(pk)
            elif now - taken_at >= thinning.FRESH_FOR:
                settle.append(pk)
    with transaction.atomic():
        PostSnapshot.objects.filter(pk__in=drop).delete()
        PostSnapshot.objects.filter(pk__in=settle, settled=False).update(settled=True)
    return len(due), len(drop)


def forget(*, now: datetime) -> int:
    """Delete the days of places that are older than ``METRICS_KEEP``, with their sums; return how many values.

    Snapshots of posts go with what else is old (``monitoring.retention``). The latest value of a post (``post_metrics``) stays
    while its job is there, and what is summed up of it stays for good.
    """
    since = now - settings.METRICS_KEEP
    tenants = Tenant.objects.values_list("pk", flat=True)
    return sum(rolling.forget_places(tenant=tenant, before=since.date()) for tenant in tenants)
