"""The alarm clock of the strongroom."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from vault import accesses

#: Faults of the infrastructure heal: Celery makes the same call again, with growing and jittered waits.
INFRASTRUCTURE = (OperationalError, InterfaceError)


@shared_task(name="vault.sweep", autoretry_for=INFRASTRUCTURE, retry_backoff=True, retry_backoff_max=60, max_retries=5)
def sweep() -> None:
    """Remove old lines of who opened which secret."""
    accesses.purge(now=timezone.now())
