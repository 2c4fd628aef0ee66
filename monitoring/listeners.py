"""Listens to the news of the rooms below, and counts."""

from typing import Any

from django.dispatch import receiver

from connectors.services import connection_changed
from monitoring import metrics
from publishing import signals


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
