"""The alarm clock of the archive."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from media import sweeping

#: Faults of the infrastructure heal: Celery makes the same call again, with growing and jittered waits.
INFRASTRUCTURE = (OperationalError, InterfaceError)


@shared_task(name="media.sweep", autoretry_for=INFRASTRUCTURE, retry_backoff=True, retry_backoff_max=60, max_retries=5)
def sweep() -> None:
    """Remove what has expired."""
    sweeping.sweep(now=timezone.now())
