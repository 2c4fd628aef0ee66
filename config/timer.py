"""The timer in every worker: it looks for due jobs each second, and for jobs of dead workers every ten.

So publishing goes on while the broker is dead or beat is stopped.
"""

import threading
from typing import Final

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from monitoring import heartbeats
from publishing import draining, ledger

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 1.0
BEATS_EVERY: Final = 10  # ticks


def start_timer(stop: threading.Event) -> threading.Thread:
    """Start the timer in a thread of its own; it ends when ``stop`` is set."""
    thread = threading.Thread(target=_run, args=(stop,), name="drain-timer", daemon=True)
    thread.start()
    return thread


def _run(stop: threading.Event) -> None:
    ticks = 0
    while True:
        try:
            if ticks % BEATS_EVERY == 0:
                heartbeats.beat(heartbeats.WORKER, now=timezone.now())
                ledger.recover(now=timezone.now(), landing=settings.PUBLISH_LANDING)
            draining.drain(clock=timezone.now)
        except DatabaseError as error:
            log.error("timer.database_unreachable", error=type(error).__name__)
        finally:
            draining.close_connections()
        ticks += 1
        if stop.wait(EVERY_SECONDS):
            return
