"""Rings for a worker after a commit. A bell that cannot be rung is no loss: workers look by themselves every second."""

from uuid import UUID

from django.db import transaction

from foundation import bells
from publishing import tasks


def ring_after_commit() -> None:
    """Ask a worker to look for due jobs once the present transaction is committed (at once when there is none)."""
    transaction.on_commit(lambda: bells.ring(tasks.drain), robust=True)


def ring_after_reconnect(connection_id: UUID) -> None:
    """Ask a worker to send again what failed because this account had to be reconnected."""
    bells.ring(tasks.redrive_after_reconnect, str(connection_id))


def ring_for_removed(*, platform: str, external_id: str, post_id: str) -> None:
    """Ask a worker to write down that the platform says a post at one of its places is gone."""
    bells.ring(tasks.note_removed, platform, external_id, post_id)


def ring_for_news(*, platform: str, external_id: str) -> None:
    """Ask a worker to look now at what waits at a place of which its platform tells news."""
    bells.ring(tasks.look_sooner, platform, external_id)
