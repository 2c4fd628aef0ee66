"""Rings for a worker after a commit. A bell that cannot be rung is no loss: beat finds what is due within half a minute."""

import structlog
from django.db import transaction
from kombu.exceptions import KombuError

from monitoring import tasks

log = structlog.get_logger(__name__)


def ring_after_commit() -> None:
    """Ask a worker to take the numbers that are due once the present transaction is committed."""
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    try:
        tasks.take_metrics.apply_async(retry=False)
    except (KombuError, OSError) as error:
        log.warning("doorbell.silent", task=tasks.take_metrics.name, error=type(error).__name__)
