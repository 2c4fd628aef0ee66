"""Rings for a worker after a commit. A bell that cannot be rung is no loss: workers look by themselves every second."""

import structlog
from django.db import transaction
from kombu.exceptions import KombuError

from publishing import tasks

log = structlog.get_logger(__name__)


def ring_after_commit() -> None:
    """Ask a worker to look for due jobs once the present transaction is committed (at once when there is none)."""
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    try:
        tasks.drain.apply_async(retry=False)
    except (KombuError, OSError) as error:
        log.warning("doorbell.silent", error=type(error).__name__)
