"""The drain: claim what is due, call the platforms side by side, until nothing is due.

One drain runs per process. The doorbell (a Celery task) starts it; so does a timer in every worker, so that publishing
goes on while the broker is dead.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from django.conf import settings
from django.db import connection, connections

from foundation import tracing
from publishing import ledger, restoring
from publishing.attempts import attempt_job, give_back
from publishing.claims import Rotation
from publishing.ledger import Claimed
from publishing.writer import GroupWriter

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
_running = threading.Lock()
_rung_again = threading.Event()
#: This process is about to end.
_finishing = threading.Event()
#: One drain runs at a time, so one rotation serves the process.
_rotation = Rotation()
#: How long free seats are gathered before the next claim. A claim costs about as much as twenty jobs more in it do, so
#: claiming for half the seats at once is cheaper than claiming for each as it falls free (docs/performance.md).
GATHER_SECONDS: Final = 0.03
#: While attempts take less than this, a worker holds as many jobs at the door as it has seats.
QUICK_SECONDS: Final = 1.0
#: While they take less than this, twice as many: claims are then half as many and twice as large, and no job waits for long.
VERY_QUICK_SECONDS: Final = 0.15
#: What has not begun after this long is given back. Far below a lease, far above a quick attempt.
MOST_SECONDS_AT_THE_DOOR: Final = 3.0


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


def begin() -> None:
    """Let this process take jobs (again)."""
    _finishing.clear()


def finish() -> None:
    """Let this process take no more jobs: what is on its way to a platform ends there, what has not begun is given back.

    So a process that is asked to stop leaves no lease behind for others to wait for.
    """
    _finishing.set()


def has_ended(*, within: float) -> bool:
    """Wait until no drain runs in this process, so many seconds at most; tell whether that is so."""
    if not _running.acquire(timeout=within):
        return False
    _running.release()
    return True


def _drain(*, clock: Clock) -> int:
    if not restoring.is_over():
        return 0
    hold = _Hold(clock)
    if not hold.claim():  # the usual case: an idle hub looks once a second and should cost next to nothing
        return 0
    try:
        with ThreadPoolExecutor(max_workers=hold.seats, thread_name_prefix="publish") as executor:
            while hold.jobs or hold.claimed:
                hold.begin(executor)
                hold.wait()
                hold.claim()
    finally:
        hold.close()
    return hold.made


@dataclass(slots=True)
class _Held:
    """A job in this process's hands."""

    claimed: Claimed
    since: float
    begun: bool = False


class _Hold:
    """What one drain holds: jobs on their way, and as many again at the door while calls are quick, or twice as many.

    With jobs at the door no seat waits for a claim, and a claim takes many at once. When the platforms grow slow, nothing
    more is taken ahead, and what has stood at the door for too long is given back, so that it does not age in our hands.
    """

    def __init__(self, clock: Clock) -> None:
        self.seats: int = settings.WORKER_CALLS_IN_FLIGHT
        self.made = 0
        self.claimed: list[Claimed] = []
        self.jobs: dict[Future[None], _Held] = {}
        self._clock = clock
        self._writer = GroupWriter(crowd=self.jobs.__len__)
        #: How long attempts take now, in seconds: a mean that forgets. Not very little, before anything is known.
        self._pace = VERY_QUICK_SECONDS

    def claim(self) -> bool:
        """Take what fits, when enough fits to be worth a claim; tell whether anything is in hand."""
        if _finishing.is_set():
            self.claimed = []
            return False
        ahead = self.seats * (2 if self._pace < VERY_QUICK_SECONDS else 1 if self._pace < QUICK_SECONDS else 0)
        room = self.seats + ahead - len(self.jobs)
        if room >= max(ahead, self.seats) // 2 or (room > 0 and len(self.jobs) < self.seats):
            with tracing.apart("publish.claim", resource="ledger", kind="worker") as span:
                self.claimed = ledger.claim(
                    now=self._clock(), limit=room, lease=settings.PUBLISH_LEASE, rotation=_rotation, writer=self._writer
                )
                if span is not None:
                    tracing.say(span, {"jobs": len(self.claimed)})
        return bool(self.claimed)

    def begin(self, executor: ThreadPoolExecutor) -> None:
        """Put what was claimed at the door; seats take it in this order."""
        self.made += len(self.claimed)
        for claimed in self.claimed:
            _rotation.held[claimed.job.tenant_id] += 1
            held = _Held(claimed, time.monotonic())
            self.jobs[executor.submit(self._attempt, held)] = held
        self.claimed = []

    def wait(self) -> None:
        """Wait until there is something to do: an attempt has ended, or a moment has passed."""
        done, _ = wait(self.jobs, timeout=0.2, return_when=FIRST_COMPLETED)
        if done and len(self.jobs) - len(done) > self.seats // 2:
            done, _ = wait(self.jobs, timeout=GATHER_SECONDS, return_when=ALL_COMPLETED)
        self._writer.hand_on()
        for future in done:
            self._let_go(future)
            future.result()
        self._give_back()

    def close(self) -> None:
        """Write what is left to write."""
        self._writer.close()
        _rotation.held.clear()

    def _let_go(self, future: Future[None]) -> _Held:
        held = self.jobs.pop(future)
        _rotation.held[held.claimed.job.tenant_id] -= 1
        return held

    def _give_back(self) -> None:
        late = time.monotonic() - (0 if _finishing.is_set() else MOST_SECONDS_AT_THE_DOOR)
        waiting = [future for future, held in self.jobs.items() if not held.begun and held.since < late]
        for future in waiting:
            if future.cancel():
                give_back(self._let_go(future).claimed, clock=self._clock)
                self.made -= 1
                self._pace = max(self._pace, QUICK_SECONDS)

    def _attempt(self, held: _Held) -> None:
        held.begun = True
        started = time.monotonic()
        try:
            attempt_job(held.claimed, clock=self._clock)
        finally:
            self._pace += (time.monotonic() - started - self._pace) / self.seats
            if connection.connection is not None and connection.vendor == "postgresql":
                connection.close()  # back to the pool


def close_connections() -> None:
    """Give this thread's database connections back."""
    connections.close_all()
