"""Rings for a worker: sends a Celery message that says no more than that there is something to do.

A bell that cannot be rung is no loss, for what is to be done stands in the database; so whoever rings is never held up for long.
"""

import threading
import time
from typing import Any, Final

import structlog
from amqp.exceptions import AMQPError, MessageNacked
from celery import Task
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

#: What a broker that is out of reach, or takes nothing, is told by.
TROUBLE: Final = (KombuError, AMQPError, MessageNacked, RedisError, OSError)
#: How long nobody asks a broker that did not answer. To find out anew may take a second each time.
OUTAGE_SECONDS: Final = 5.0

#: Every accepted post rings, so a message that says nothing is made without what nobody needs: workers make sure of the queue
#: themselves, and nobody reads how its arguments look.
_PLAINLY: Final[dict[str, Any]] = {"declare": (), "argsrepr": "", "kwargsrepr": ""}
_outage = {"until": 0.0}
_lock = threading.Lock()


def ring(task: Task[Any, Any], *args: str) -> None:
    """Send a task, if the broker takes it; what it says beyond "look" (``args``) is tried even if the broker failed a moment ago."""
    if not args and time.monotonic() < _outage["until"]:
        return
    try:
        task.apply_async(args, **({} if args else _PLAINLY))
    except TROUBLE as error:
        with _lock:
            _outage["until"] = time.monotonic() + OUTAGE_SECONDS
        log.warning("doorbell.silent", task=task.name, error=type(error).__name__)


def forget() -> None:
    """Ask the broker again, for tests."""
    _outage["until"] = 0.0
