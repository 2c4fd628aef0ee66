"""Rings for a worker that sends what is due. A bell that cannot be rung is no loss: the sweep comes every few seconds."""

import structlog
from kombu.exceptions import KombuError

from outbox import tasks

log = structlog.get_logger(__name__)


def ring() -> None:
    """Ask a worker to hand on news and to send what is due, now."""
    try:
        tasks.send_out.apply_async(retry=False)
    except (KombuError, OSError) as error:
        log.warning("doorbell.silent", task=tasks.send_out.name, error=type(error).__name__)
