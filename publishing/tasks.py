"""Alarm clocks of the workshop: each makes one call. The rows say what is due; losing or doubling a task changes nothing."""

from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError

from publishing import draining, ledger, live, moments, redriving, watching

#: Faults of the infrastructure heal: Celery makes the same call again, with growing and jittered waits.
INFRASTRUCTURE = (OperationalError, InterfaceError)


@shared_task(
    name="publishing.drain",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=30,
    max_retries=5,
)
def drain() -> None:
    """Publish everything that is due."""
    draining.drain(clock=moments.now)


@shared_task(
    name="publishing.sweep",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=30,
    max_retries=5,
)
def sweep() -> None:
    """Take jobs back from dead workers, then publish everything that is due."""
    ledger.recover(now=moments.now(), landing=settings.PUBLISH_LANDING)
    draining.drain(clock=moments.now)


@shared_task(
    name="publishing.redrive_after_reconnect",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=8,
)
def redrive_after_reconnect(connection_id: str) -> None:
    """Send what failed for a connection again, where its tenant wishes so."""
    if redriving.redrive_after_reconnect(connection_id=UUID(connection_id), now=moments.now()):
        draining.drain(clock=moments.now)


@shared_task(
    name="publishing.note_removed",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=8,
)
def note_removed(platform: str, external_id: str, post_id: str) -> None:
    """Write down that a live post is gone at the platform, which told us so."""
    live.note_removed(platform=platform, external_id=external_id, post_id=post_id, now=moments.now())


@shared_task(
    name="publishing.look_again",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def look_again() -> None:
    """Look how published posts stand by now."""
    watching.look_due(clock=moments.now)


@shared_task(
    name="publishing.look_sooner",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=8,
)
def look_sooner(platform: str, external_id: str) -> None:
    """Look now at what waits at a place of which its platform tells news."""
    if live.look_sooner(platform=platform, external_id=external_id, now=moments.now()):
        draining.drain(clock=moments.now)
