"""A thread beside the worker that turns jobs come to rest into news, a moment later and many at once.

Publishing only puts an id on a list. What the list loses, because the process dies or the list is full, the sweep finds.
"""

import threading
from collections import deque
from typing import Final

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from outbox import doorbell, news, sorting
from outbox.news import Rest

log = structlog.get_logger(__name__)

#: How long news are gathered before they are written together.
GATHER_SECONDS: Final = 0.25
MOST_WAITING: Final = 20_000
_MOST_AT_ONCE: Final = 500
_waiting: deque[Rest] = deque(maxlen=MOST_WAITING)
_rung = threading.Event()


def note(rest: Rest) -> None:
    """Put a job that came to rest on the list."""
    _waiting.append(rest)
    _rung.set()


def start(stop: threading.Event) -> threading.Thread:
    """Start the thread; it ends soon after ``stop`` is set."""
    thread = threading.Thread(target=_run, args=(stop,), name="teller", daemon=True)
    thread.start()
    return thread


def tell_waiting() -> int:
    """Write the news of what is on the list, and hand them on; return how many jobs were on it.

    What comes meanwhile is left for the next time: under load something always does, and each look would be for a few jobs.
    """
    count = left = len(_waiting)
    while left:
        some = [_waiting.popleft() for _ in range(min(left, _MOST_AT_ONCE))]
        left -= len(some)
        if news.tell(some, now=timezone.now()) and sorting.sort(now=timezone.now()):
            doorbell.ring()
    return count


def _run(stop: threading.Event) -> None:
    while not stop.is_set():
        if not _rung.wait(timeout=1.0):
            continue
        stop.wait(GATHER_SECONDS)
        _rung.clear()
        try:
            tell_waiting()
        except DatabaseError as error:  # the sweep finds what was on the list
            log.error("teller.database_unreachable", error=type(error).__name__)
        except Exception as error:  # a fault of ours must not end the thread
            log.exception("teller.crashed", error=type(error).__name__)
        finally:
            connection.close()
