"""Rings for a worker after a commit. A bell that cannot be rung is no loss: the sweep finds what is due."""

from typing import Any

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import KombuError

from connectors import tasks

log = structlog.get_logger(__name__)


def ring_for_webhooks() -> None:
    """Ask a worker to process events once the present transaction is committed."""
    transaction.on_commit(lambda: _ring(tasks.process_webhooks), robust=True)


def ring_for_subscriptions() -> None:
    """Ask a worker to subscribe chosen places once the present transaction is committed."""
    transaction.on_commit(lambda: _ring(tasks.subscribe_webhooks), robust=True)


def _ring(task: Task[Any, Any]) -> None:
    try:
        task.apply_async(retry=False)
    except (KombuError, OSError) as error:
        log.warning("doorbell.silent", task=task.name, error=type(error).__name__)
