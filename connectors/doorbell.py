"""Rings for a worker after a commit. A bell that cannot be rung is no loss: the sweep finds what is due."""

from django.db import transaction

from connectors import tasks
from foundation import bells


def ring_for_webhooks() -> None:
    """Ask a worker to process events once the present transaction is committed."""
    transaction.on_commit(lambda: bells.ring(tasks.process_webhooks), robust=True)


def ring_for_subscriptions() -> None:
    """Ask a worker to subscribe chosen places once the present transaction is committed."""
    transaction.on_commit(lambda: bells.ring(tasks.subscribe_webhooks), robust=True)
