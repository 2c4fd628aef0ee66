"""The drain: claim what is due, call the platforms side by side, until nothing is due.

One drain runs per process. The doorbell (a Celery task) starts it; so does a timer in every worker, so that publishing
goes on while the broker is dead.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, connections

from publishing import ledger
from publishing.attempts import attempt_job
from publishing.claims import Rotation
from publishing.ledger import Claimed
from publishing.writer import GroupWriter

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
_running = threading.Lock()
_rung_again = threading.Event()
#: One drain runs at a time, so one rotation serves the process.
_rotation = Rotation()
#: How long free seats are gathered before the next claim. A claim costs about as much as twenty jobs more in it do, so
#: claiming for half the seats at once is cheaper than claiming for each as it falls free (docs/performance.md).
GATHER_SECONDS: Final = 0.03


def drain(*, clock: Clock) -> int:
    """Publish everything that is due; return how many attempts were made.

    When a drain is running already, it is told to look once more, and this call returns 0 at once.
    """
    _rung_again.set()
    made = 0
    while _rung_again.is_set() and _running.acquire(blocking=False):
        try:
            _rung_again.clear()
            made += _drain(clock=clock)
        finally:
            _running.release()
    return made


def _drain(*, clock: Clock) -> int:
    seats = settings.WORKER_CALLS_IN_FLIGHT
    batch = ledger.claim(now=clock(), limit=seats, lease=settings.PUBLISH_LEASE, rotation=_rotation)
    if not batch:  # the usual case: an idle hub looks once a second and should cost next to nothing
        return 0
    writer = GroupWriter()
    made = 0
    in_flight: dict[Future[None], UUID] = {}
    try:
        with ThreadPoolExecutor(max_workers=seats, thread_name_prefix="publish") as executor:
            while batch or in_flight:
                made += len(batch)
                for claimed in batch:
                    _rotation.held[claimed.job.tenant_id] += 1
                    in_flight[executor.submit(_attempt, replace(claimed, writer=writer), clock)] = claimed.job.tenant_id
                done, _ = wait(in_flight, timeout=0.2, return_when=FIRST_COMPLETED)
                if len(in_flight) - len(done) > seats // 2:
                    done, _ = wait(in_flight, timeout=GATHER_SECONDS, return_when=ALL_COMPLETED)
                for future in done:
                    _rotation.held[in_flight.pop(future)] -= 1
                    future.result()
                free = seats - len(in_flight)
                batch = (
                    ledger.claim(now=clock(), limit=free, lease=settings.PUBLISH_LEASE, rotation=_rotation)
                    if free
                    else []
                )
    finally:
        writer.close()
        _rotation.held.clear()
    return made


def _attempt(claimed: Claimed, clock: Clock) -> None:
    try:
        attempt_job(claimed, clock=clock)
    except DatabaseError as error:
        # The lease runs out by itself and the sweep takes the job back; crashing the drain would strand its neighbours.
        log.error("job.ledger_unreachable", job=str(claimed.job.pk), error=type(error).__name__)
    finally:
        if connection.connection is not None and connection.vendor == "postgresql":
            connection.close()  # back to the pool


def close_connections() -> None:
    """Give this thread's database connections back."""
    connections.close_all()
