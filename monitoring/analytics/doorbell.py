"""Rings for a worker after a commit. A bell that cannot be rung is no loss: beat finds what is due within half a minute."""

from django.db import transaction

from foundation import bells
from monitoring import tasks


def ring_after_commit() -> None:
    """Ask a worker to take the numbers that are due once the present transaction is committed."""
    transaction.on_commit(lambda: bells.ring(tasks.take_metrics), robust=True)
