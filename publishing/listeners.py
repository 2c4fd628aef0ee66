"""Listens to the news of the rooms below, and rings for a worker."""

from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Left, Replace
from django.dispatch import receiver

from connectors.services import connection_granted, person_forgotten
from connectors.types import EventKind
from connectors.webhook_processing import webhook_received
from publishing import doorbell
from publishing.models import Attempt, DeadLetter, Post, PublishJob
from tenants.models import Tenant
from tenants.signals import feature_switched, tenant_erased


@receiver(feature_switched)
def _switched(**kwargs: Any) -> None:
    """Have what waited for a switch taken at once, and not only when the timer looks."""
    doorbell.ring_after_commit()


@receiver(connection_granted)
def _granted(connection_id: UUID, **kwargs: Any) -> None:
    doorbell.ring_after_reconnect(connection_id)


@receiver(webhook_received)
def _told_by_platform(platform: str, kind: EventKind, external_id: str, post_id: str, **kwargs: Any) -> None:
    if kind is EventKind.POST_REMOVED and post_id:
        doorbell.ring_for_removed(platform=platform, external_id=external_id, post_id=post_id)
    elif kind in {EventKind.POST_CREATED, EventKind.POST_CHANGED} and external_id:
        doorbell.ring_for_news(platform=platform, external_id=external_id)


@receiver(tenant_erased)
def _erased(tenant: Tenant, **kwargs: Any) -> None:
    """Delete a tenant's posts with their jobs, which keep its destinations from being deleted."""
    Post.objects.filter(tenant=tenant).delete()


@receiver(person_forgotten)
def _forgotten(connection_id: UUID, names: tuple[str, ...], instead: str, **kwargs: Any) -> None:
    """Strike a person's names out of why jobs to their places failed."""
    jobs = PublishJob.objects.filter(destination__connection=connection_id)
    told: list[tuple[QuerySet[Any], str]] = [
        (jobs, "error_cause"),
        (Attempt.objects.filter(job__in=jobs.values("pk")), "cause"),
        (DeadLetter.objects.filter(job__in=jobs.values("pk")), "cause"),
    ]
    for name in names:
        for rows, column in told:
            rows.filter(**{f"{column}__contains": name}).update(
                **{column: Left(Replace(F(column), Value(name), Value(instead)), 600)}
            )
