"""The timer in every worker: it looks for due jobs each second, at the very moment when one falls due before that, and for
jobs of dead workers every ten.

So publishing goes on while the broker is dead or beat is stopped, and a post for nine o'clock leaves at nine o'clock.
"""

import threading
import time
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from monitoring import figures, heartbeats, surroundings
from monitoring.alerting import watching
from outbox import telling
from publishing import blame, draining, ledger, moments

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 1.0
#: At least so long between two looks, however many jobs fall due.
AT_LEAST_SECONDS: Final = 0.05
BEATS_EVERY: Final = 10.0  # seconds


def start_timer(stop: threading.Event, *, queues: Collection[str]) -> threading.Thread:
    """Start the timer in a thread of its own, the teller of news and the watchman beside it; all end when ``stop`` is set.

    ``queues`` are those this worker takes from.
    """
    telling.start(stop)
    watching.start(stop)
    thread = threading.Thread(target=_run, args=(stop, frozenset(queues)), name="drain-timer", daemon=True)
    thread.start()
    return thread


def _run(stop: threading.Event, queues: frozenset[str]) -> None:
    next_beat = 0.0
    while True:
        pause = EVERY_SECONDS
        try:
            if time.monotonic() >= next_beat:
                next_beat = time.monotonic() + BEATS_EVERY
                facts = surroundings.facts_here()
                moments.set_right(timedelta(seconds=facts[surroundings.CLOCK_OFF]))
                heartbeats.beat_worker(queues, now=timezone.now(), facts=facts)
                figures.tell_signs_of_life(now=timezone.now())
                blame.put_right(now=moments.now())
                ledger.recover(now=moments.now(), landing=settings.PUBLISH_LANDING)
            draining.drain(clock=moments.now)
            pause = _pause(ledger.next_due(), now=moments.now())
        except DatabaseError as error:
            log.error("timer.database_unreachable", error=type(error).__name__)
        finally:
            draining.close_connections()
        if stop.wait(pause):
            _take_leave()
            return


def _take_leave() -> None:
    try:
        heartbeats.end_worker()
    except DatabaseError as error:  # it is missed in a minute and forgotten in a quarter of an hour
        log.warning("timer.left_without_a_word", error=type(error).__name__)
    finally:
        draining.close_connections()


def _pause(due: datetime | None, *, now: datetime) -> float:
    """Return how long to wait for the next look, in seconds: until the next job falls due, within bounds."""
    if due is None:
        return EVERY_SECONDS
    return min(EVERY_SECONDS, max(AT_LEAST_SECONDS, (due - now).total_seconds()))
