"""Rings for a worker. A bell that cannot be rung is said in the log, and the person tries again."""

from foundation import bells
from tenants import tasks


def ring_for_password_reset(email: str) -> None:
    """Ask a worker to send a mail to this address if it has an account."""
    bells.ring(tasks.send_password_reset, email)
