"""Going round: who looks by the rules, and when.

Beat has a worker do it every half minute. Whoever lives looks after that: a watchman in each worker, and in beat, goes round
himself when nobody has for a while. So a dead beat is told by the workers, and dead workers by beat, which then sends the mail
that says so, too.
"""

import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from monitoring import heartbeats, readiness
from monitoring.alerting import telling, turning
from outbox import mailing

log = structlog.get_logger(__name__)

#: The sign of life of whoever goes round, and the lease by which one does at a time.
ROUNDS: Final = "alerts"
LEASE: Final = timedelta(seconds=15)
#: After so long without a round a watchman takes one himself.
MISSED: Final = timedelta(seconds=45)
LOOK_EVERY: Final = 10.0  # seconds

_started = threading.Event()


def go_round(*, clock: Callable[[], datetime]) -> bool:
    """Look by every rule and tell of what turned, unless somebody else is just doing so; return whether it was done here."""
    now = clock()
    if not heartbeats.hold(ROUNDS, owner=_here(), lease=LEASE, now=now):
        return False
    turning.evaluate(readiness.parts(now=now), now=now)
    telling.tell(now=clock())
    return True


def is_missed(*, now: datetime) -> bool:
    """Tell whether nobody has gone round for a while."""
    last = heartbeats.last_seen(ROUNDS)
    return last is None or now - last > MISSED


def start(stop: threading.Event) -> threading.Thread | None:
    """Start this process's watchman, unless it has one; he ends soon after ``stop`` is set."""
    if _started.is_set():
        return None
    _started.set()
    thread = threading.Thread(target=_run, args=(stop,), name="watchman", daemon=True)
    thread.start()
    return thread


def _run(stop: threading.Event) -> None:
    try:
        # The first look is a while after the start: parts that start with this one must have had time to give a sign of life.
        while not stop.wait(LOOK_EVERY):
            try:
                look_after()
            finally:
                connection.close()
    finally:
        _started.clear()


def look_after() -> None:
    """Go round if nobody has for a while; and if no worker lives, send the mails that say so."""
    try:
        if is_missed(now=timezone.now()) and go_round(clock=timezone.now) and not _a_worker_lives():
            mailing.send_due(clock=timezone.now)
    except DatabaseError as error:
        log.error("watchman.database_unreachable", error=type(error).__name__)
    except Exception as error:  # a fault of ours must not end the thread
        log.exception("watchman.crashed", error=type(error).__name__)


def _a_worker_lives() -> bool:
    now = timezone.now()
    return any(now - worker.seen_at <= readiness.SILENCE for worker in heartbeats.workers())


def _here() -> str:
    return f"{socket.gethostname()[:40]}/{os.getpid()}/{threading.get_ident()}"
