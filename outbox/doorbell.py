"""Rings for a worker that sends what is due. A bell that cannot be rung is no loss: the sweep comes every few seconds."""

from foundation import bells
from outbox import tasks


def ring() -> None:
    """Ask a worker to hand on news and to send what is due, now."""
    bells.ring(tasks.send_out)
