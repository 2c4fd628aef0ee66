"""Listens to the news of the rooms below, and counts."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Left, Replace
from django.dispatch import Signal, receiver
from django.utils import timezone

from connectors.http import platform_called
from connectors.refreshing import token_exchanged
from connectors.services import connection_changed, person_forgotten
from connectors.webhook_processing import webhook_dead_lettered, webhook_received
from connectors.webhooks import webhook_refused
from monitoring import metrics, refusals
from monitoring.models import ConnectionHealth, HealthLogEntry
from monitoring.reports import folding
from outbox import recording
from publishing import signals
from publishing.writes import News
from tenants.models import Tenant
from tenants.signals import api_key_refused, limits_unknown, tenant_erased


@receiver(signals.job_published)
def _published(news: News, **kwargs: Any) -> None:
    if metrics.on():
        tags = (f"platform:{news.platform}", f"kind:{news.kind}")
        metrics.count(metrics.JOBS_PUBLISHED, tags=tags)
        if news.waited is not None:
            metrics.took(metrics.JOBS_LATENCY, max(0.0, news.waited.total_seconds()), tags=tags)


@receiver(signals.job_failed)
def _failed(news: News, **kwargs: Any) -> None:
    metrics.count(metrics.JOBS_FAILED, tags=_error(news))


@receiver(signals.job_dead_lettered)
def _dead_lettered(news: News, **kwargs: Any) -> None:
    metrics.count(metrics.JOBS_DEAD_LETTERED, tags=_error(news))


@receiver(signals.job_retried)
def _retried(news: News, **kwargs: Any) -> None:
    metrics.count(metrics.JOBS_RETRIED, tags=_error(news))


def _error(news: News) -> metrics.Tags:
    return f"platform:{news.platform}", f"kind:{news.kind}", f"error:{news.error or 'none'}"


def listen_to_durations() -> None:
    """Listen to news that come with every call and every wish; nobody sends them where nobody listens."""
    for signal, listener in DURATIONS.items():
        signal.connect(listener, dispatch_uid="metrics")


def _called(platform: str, status: int | None, seconds: float, **kwargs: Any) -> None:
    told = f"{status // 100}xx" if status else "none"
    metrics.took(metrics.PLATFORM_CALLS, seconds, tags=(f"platform:{platform}", f"status:{told}"))


def _accepted(outcome: str, seconds: float, **kwargs: Any) -> None:
    metrics.took(metrics.POSTS_ACCEPTED, seconds, tags=(f"outcome:{outcome}",))


def _exchanged(platform: str, outcome: str, seconds: float, **kwargs: Any) -> None:
    metrics.took(metrics.TOKENS_EXCHANGED, seconds, tags=(f"platform:{platform}", f"outcome:{outcome}"))


@receiver(connection_changed)
def _connection_changed(**kwargs: Any) -> None:
    metrics.count(metrics.CONNECTIONS_CHANGED)


@receiver(webhook_received)
def _webhook_received(platform: str, kind: str, **kwargs: Any) -> None:
    metrics.count(metrics.WEBHOOKS_PROCESSED, tags=(f"platform:{platform}", f"kind:{kind}"))


@receiver(webhook_dead_lettered)
def _webhook_dead_lettered(platform: str, **kwargs: Any) -> None:
    metrics.count(metrics.WEBHOOKS_DEAD_LETTERED, tags=(f"platform:{platform}",))


@receiver(webhook_refused)
def _webhook_refused(platform: str, **kwargs: Any) -> None:
    metrics.count(metrics.WEBHOOKS_REFUSED, tags=(f"platform:{platform}",))
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


@receiver(tenant_erased)
def _erased(tenant: Tenant, **kwargs: Any) -> None:
    """Take what a tenant did out of what all tenants come to together."""
    folding.leave_out(tenant=tenant, now=timezone.now())


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


DURATIONS: Final[dict[Signal, Callable[..., None]]] = {
    platform_called: _called,
    signals.post_accepted: _accepted,
    token_exchanged: _exchanged,
}
if metrics.on():
    listen_to_durations()
