"""Alarm clocks of the embassy: each makes one call. The rows say what is due; losing or doubling a task changes nothing."""

from uuid import UUID

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from connectors import (
    connect_links,
    expiring,
    refreshing,
    subscribing,
    token_plans,
    unsubscribing,
    webhook_processing,
)
from connectors.models import Connection

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
    """Process what the broker lost and what is to be tried again."""
    webhook_processing.process_due(now=timezone.now())


@shared_task(
    name="connectors.subscribe_webhooks",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def subscribe_webhooks() -> None:
    """Ask platforms to be silent about places that were given up, and to tell us what happens at chosen ones."""
    unsubscribing.unsubscribe_due(make_ready=refreshing.make_ready, now=timezone.now())
    subscribing.subscribe_due(now=timezone.now())


@shared_task(
    name="connectors.refresh_due_tokens",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def refresh_due_tokens() -> None:
    """Hand tokens that end soon to workers, a task for each."""
    _hand_on(refreshing.hand_out_due(now=timezone.now()))


@shared_task(
    name="connectors.renew_tokens",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def renew_tokens(connection_id: str, version: int) -> None:
    """Trade the tokens of one connection for fresh ones, then hand on the next one of its platform."""
    handed = token_plans.Handed(UUID(connection_id), version)
    refreshing.renew_due(handed=handed, clock=timezone.now)
    platform = Connection.objects.filter(pk=handed.connection_id).values_list("platform_id", flat=True).first()
    if platform is not None:
        _hand_on(refreshing.hand_out_due(now=timezone.now(), platform=platform))


def _hand_on(handed: list[token_plans.Handed]) -> None:
    for one in handed:
        renew_tokens.delay(str(one.connection_id), one.version)


@shared_task(
    name="connectors.tell_ending_tokens",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def tell_ending_tokens() -> None:
    """Tell tenants of grants that end, and that only a person can renew."""
    expiring.tell_due(now=timezone.now())


@shared_task(
    name="connectors.plan_tokens",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def plan_tokens() -> None:
    """Plan anew what no longer fits its connection or the settings."""
    token_plans.mend(now=timezone.now())


@shared_task(
    name="connectors.sweep_connect_links",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def sweep_connect_links() -> None:
    """Write down which connect links have expired."""
    connect_links.sweep(now=timezone.now())
