"""Listens to the news of the rooms below, and counts."""

from typing import Any
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Left, Replace
from django.dispatch import receiver
from django.utils import timezone

from connectors.services import connection_changed, person_forgotten
from connectors.webhook_processing import webhook_dead_lettered, webhook_received
from connectors.webhooks import webhook_refused
from monitoring import metrics
from monitoring.alerting import refusals
from monitoring.models import ConnectionHealth, HealthLogEntry
from outbox import recording
from publishing import signals
from tenants.signals import api_key_refused, limits_unknown


@receiver(signals.job_published)
def _published(**kwargs: Any) -> None:
    metrics.count(metrics.JOBS_PUBLISHED)


@receiver(signals.job_failed)
def _failed(**kwargs: Any) -> None:
    metrics.count(metrics.JOBS_FAILED)


@receiver(signals.job_dead_lettered)
def _dead_lettered(**kwargs: Any) -> None:
    metrics.count(metrics.JOBS_DEAD_LETTERED)


@receiver(signals.job_retried)
def _retried(**kwargs: Any) -> None:
    metrics.count(metrics.JOBS_RETRIED)


@receiver(connection_changed)
def _connection_changed(**kwargs: Any) -> None:
    metrics.count(metrics.CONNECTIONS_CHANGED)


@receiver(webhook_received)
def _webhook_received(**kwargs: Any) -> None:
    metrics.count(metrics.WEBHOOKS_PROCESSED)


@receiver(webhook_dead_lettered)
def _webhook_dead_lettered(**kwargs: Any) -> None:
    metrics.count(metrics.WEBHOOKS_DEAD_LETTERED)


@receiver(webhook_refused)
def _webhook_refused(platform: str, **kwargs: Any) -> None:
    metrics.count(metrics.WEBHOOKS_REFUSED)
    refusals.note(platform, now=timezone.now())


@receiver(recording.delivered)
def _delivered(**kwargs: Any) -> None:
    metrics.count(metrics.WEBHOOKS_OUT_DELIVERED)


@receiver(recording.delivery_failed)
def _delivery_failed(**kwargs: Any) -> None:
    metrics.count(metrics.WEBHOOKS_OUT_FAILED)


@receiver(recording.endpoint_disabled)
def _endpoint_disabled(**kwargs: Any) -> None:
    metrics.count(metrics.WEBHOOKS_OUT_DISABLED)


@receiver(api_key_refused)
def _api_key_refused(**kwargs: Any) -> None:
    metrics.count(metrics.API_KEYS_REFUSED)


@receiver(limits_unknown)
def _limits_unknown(**kwargs: Any) -> None:
    metrics.count(metrics.API_UNCOUNTED)


@receiver(person_forgotten)
def _forgotten(connection_id: UUID, names: tuple[str, ...], instead: str, **kwargs: Any) -> None:
    """Strike a person's names out of what health checks of their account told."""
    entries = HealthLogEntry.objects.filter(connection=connection_id)
    verdicts = ConnectionHealth.objects.filter(connection=connection_id)
    for name in names:
        for rows in (entries, verdicts):
            for column in ("cause", "remedy"):
                named = rows.filter(**{f"{column}__contains": name})
                named.update(**{column: Left(Replace(F(column), Value(name), Value(instead)), 600)})
    entries.update(findings=[])
    verdicts.update(findings=[])
