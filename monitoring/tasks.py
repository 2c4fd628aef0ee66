"""Alarm clocks of the watchtower."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from connectors.models import Connection
from monitoring import figures, health
from monitoring.alerting import watching
from monitoring.analytics import enrolling, looking, purging, rolling
from monitoring.reports import folding, telling
from monitoring.retention import pruning
from tenants import flags

#: Faults of the infrastructure heal: Celery makes the same call again, with growing and jittered waits.
INFRASTRUCTURE = (OperationalError, InterfaceError)
#: For so long the checks handed out by one tick hand on to the next ones that are due; then the next tick does.
HAND_ON_FOR: Final = timedelta(seconds=30)


@shared_task(
    name="monitoring.check_due_connections",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def check_due_connections() -> None:
    """Hand out the health checks that are due, so many side by side."""
    now = timezone.now()
    until = (now + HAND_ON_FOR).isoformat()
    for connection_id in health.claim_due_connections(now=now):
        check_connection.delay(str(connection_id), until)


@shared_task(
    name="monitoring.check_connection",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def check_connection(connection_id: str, until: str = "") -> None:
    """Check the health of one connection; until that moment, hand on to the one that is due longest."""
    connection = Connection.objects.exclude(status=Connection.Status.INACTIVE).filter(pk=UUID(connection_id)).first()
    if connection is not None and flags.is_on("health_checks", connection.tenant_id):
        health.check_connection(connection=connection, now=timezone.now())
    now = timezone.now()
    if until and now < datetime.fromisoformat(until):
        for next_id in health.claim_due_connections(now=now, limit=1):
            check_connection.delay(str(next_id), until)


@shared_task(name="monitoring.evaluate_alerts")
def evaluate_alerts() -> None:
    """Look by every rule of the alerts, and tell of what turned. A round that fails is followed by the next."""
    watching.go_round(clock=timezone.now)


@shared_task(
    name="monitoring.enrol_metrics",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def enrol_metrics() -> None:
    """Give published posts and chosen places their watch, let those go on whose account was mended, and keep sums in order."""
    now = timezone.now()
    rolling.build_missing(now=now)
    rolling.count_sent(now=now)
    enrolling.enrol_places(now=now)
    enrolling.enrol_posts(now=now)
    enrolling.resume(now=now)


@shared_task(
    name="monitoring.take_metrics",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def take_metrics() -> None:
    """Ask platforms for the numbers that are due."""
    # Threads of their own cannot share SQLite's one writer to any advantage.
    looking.look_due(clock=timezone.now, in_flight=1 if settings.EMBEDDED else settings.METRICS_CALLS_IN_FLIGHT)


@shared_task(
    name="monitoring.thin_metrics",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def thin_metrics() -> None:
    """Thin the history of numbers as it grows old."""
    purging.thin_all(now=timezone.now())


@shared_task(
    name="monitoring.forget_metrics",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def forget_metrics() -> None:
    """Forget numbers that are too old."""
    purging.forget(now=timezone.now())


@shared_task(
    name="monitoring.tell_readiness",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def tell_readiness() -> None:
    """Write down what settings say of each platform, for those who ask by SQL."""
    telling.tell_readiness(now=timezone.now())


@shared_task(
    name="monitoring.fold_reports",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def fold_reports() -> None:
    """Sum up what happened since the last time, for the SQL views."""
    folding.fold(now=timezone.now())


@shared_task(
    name="monitoring.refold_reports",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def refold_reports() -> None:
    """Sum up the last days anew, with what was written late; and forget sums that are too old."""
    now = timezone.now()
    folding.refold(now=now)
    folding.forget(now=now)


@shared_task(
    name="monitoring.prune",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=1,
)
def prune() -> None:
    """Delete rows that were kept long enough, for a share of the minute."""
    if settings.PRUNE_BUDGET:
        pruning.prune(now=timezone.now(), budget=settings.PRUNE_BUDGET)


@shared_task(name="monitoring.tell_figures")
def tell_figures() -> None:
    """Tell Datadog how the hub stands; the next minute tells anew, so nothing is tried again."""
    figures.tell(now=timezone.now())
