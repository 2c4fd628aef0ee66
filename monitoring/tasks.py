"""Alarm clocks of the watchtower."""

from uuid import UUID

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from connectors.models import Connection
from monitoring import health

#: Faults of the infrastructure heal: Celery makes the same call again, with growing and jittered waits.
INFRASTRUCTURE = (OperationalError, InterfaceError)


@shared_task(
    name="monitoring.check_due_connections",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def check_due_connections() -> None:
    """Hand out the health checks that are due, ten at a time."""
    for connection_id in health.claim_due_connections(now=timezone.now()):
        check_connection.delay(str(connection_id))


@shared_task(
    name="monitoring.check_connection",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def check_connection(connection_id: str) -> None:
    """Check the health of one connection."""
    connection = Connection.objects.exclude(status=Connection.Status.INACTIVE).filter(pk=UUID(connection_id)).first()
    if connection is not None:
        health.check_connection(connection=connection, now=timezone.now())
