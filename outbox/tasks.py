"""Alarm clocks of the post room: each makes one call. The rows say what is due; losing or doubling a task changes nothing."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from outbox import digests, mailing, news, purging, sending, sorting

#: Faults of the infrastructure heal: Celery makes the same call again, with growing and jittered waits.
INFRASTRUCTURE = (OperationalError, InterfaceError)


def _out() -> None:
    sorting.sort(now=timezone.now())
    sending.send_due(clock=timezone.now)
    mailing.send_due(clock=timezone.now)


@shared_task(
    name="outbox.send_out",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=30,
    max_retries=3,
)
def send_out() -> None:
    """Hand on what is new, and send what is due."""
    _out()


@shared_task(
    name="outbox.sweep",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=30,
    max_retries=3,
)
def sweep() -> None:
    """Hand on and send what the broker lost and what is to be tried again."""
    digests.write_due(now=timezone.now())
    _out()


@shared_task(
    name="outbox.find_untold",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def find_untold() -> None:
    """Write the news of jobs that nobody has told yet."""
    if news.sweep(now=timezone.now()):
        _out()


@shared_task(
    name="outbox.purge",
    autoretry_for=INFRASTRUCTURE,
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=5,
)
def purge() -> None:
    """Forget what is old."""
    purging.purge(now=timezone.now())
