"""Rings for a worker after a commit. A bell that cannot be rung is no loss: workers look by themselves every second."""

from typing import Any, Final
from uuid import UUID

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import KombuError

from publishing import tasks

log = structlog.get_logger(__name__)

#: Every accepted post rings, so a message is made without what nobody needs: workers make sure of the queue themselves, and
#: nobody reads how its arguments look.
_PLAINLY: Final[dict[str, Any]] = {"declare": (), "argsrepr": "", "kwargsrepr": ""}


def ring_after_commit() -> None:
    """Ask a worker to look for due jobs once the present transaction is committed (at once when there is none)."""
    transaction.on_commit(lambda: _ring(tasks.drain), robust=True)


def ring_after_reconnect(connection_id: UUID) -> None:
    """Ask a worker to send again what failed because this account had to be reconnected."""
    _ring(tasks.redrive_after_reconnect, str(connection_id))


def ring_for_removed(*, platform: str, external_id: str, post_id: str) -> None:
    """Ask a worker to write down that the platform says a post at one of its places is gone."""
    _ring(tasks.note_removed, platform, external_id, post_id)


def ring_for_news(*, platform: str, external_id: str) -> None:
    """Ask a worker to look now at what waits at a place of which its platform tells news."""
    _ring(tasks.look_sooner, platform, external_id)


def _ring(task: Task[Any, Any], *args: str) -> None:
    try:
        task.apply_async(args, retry=False, **_PLAINLY)
    except (KombuError, OSError) as error:
        log.warning("doorbell.silent", task=task.name, error=type(error).__name__)
