"""Rings for a worker. A bell that cannot be rung is said in the log, and the person tries again."""

import structlog
from kombu.exceptions import KombuError

from tenants import tasks

log = structlog.get_logger(__name__)


def ring_for_password_reset(email: str) -> None:
    """Ask a worker to send a mail to this address if it has an account."""
    try:
        tasks.send_password_reset.apply_async(args=(email,), retry=False)
    except (KombuError, OSError) as error:
        log.warning("doorbell.silent", task="tenants.send_password_reset", error=type(error).__name__)
