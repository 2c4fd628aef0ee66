"""Alarm clocks of the embassy: each makes one call. The rows say what is due; losing or doubling a task changes nothing."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from connectors import connect_links, refreshing, subscribing, unsubscribing, webhook_processing

#: Faults of the infrastructure heal: Celery makes the same call again, with growing and jittered waits.
INFRASTRUCTURE = (OperationalError, InterfaceError)


@shared_task(
    name="connectors.process_webhooks",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def process_webhooks() -> None:
    """Do what the events that have come ask for."""
    webhook_processing.process_due(now=timezone.now())


@shared_task(
    name="connectors.sweep_webhooks",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def sweep_webhooks() -> None:
    """Process what the broker lost and what is to be tried again, and forget what is old."""
    webhook_processing.process_due(now=timezone.now())
    webhook_processing.forget_old(now=timezone.now())


@shared_task(
    name="connectors.subscribe_webhooks",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def subscribe_webhooks() -> None:
    """Ask platforms to be silent about places that were given up, and to tell us what happens at chosen ones."""
    unsubscribing.unsubscribe_due(now=timezone.now())
    subscribing.subscribe_due(now=timezone.now())


@shared_task(
    name="connectors.refresh_due_tokens",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def refresh_due_tokens() -> None:
    """Trade tokens that end soon for fresh ones."""
    refreshing.refresh_due(clock=timezone.now)


@shared_task(
    name="connectors.sweep_connect_links",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def sweep_connect_links() -> None:
    """Write down which connect links have expired, and forget old ones."""
    connect_links.sweep(now=timezone.now())
