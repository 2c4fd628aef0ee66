"""Who opened what, when and what for, without a write for every opening.

Openings are counted in memory, by minute, purpose, connection and kind, and written in batches by a thread of this process and
at its end: a killed process loses at most ``VAULT_ACCESS_FLUSH_SECONDS`` of its counts. A failure to open is a row of its own,
written at once; beyond a bound they are counted like the rest, so that a broken hub fills no table.
"""

import atexit
import hashlib
import os
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from vault.models import Access

log = structlog.get_logger(__name__)

#: Different counts a process holds; beyond it they are written early, and dropped when they cannot be.
MOST_COUNTS: Final = 20_000
#: Failures to open that get rows of their own, in a minute of a process.
MOST_REFUSALS: Final = 100
_ROWS_AT_ONCE: Final = 500
_INSERT: Final = "INSERT INTO vault_access_log (id, minute, tenant_id, connection_id, kind, purpose, process, outcome, count, detail) VALUES"
_OR_ADD: Final = "ON CONFLICT (id) DO UPDATE SET count = vault_access_log.count + excluded.count"
#: Minute, outcome, purpose, tenant, connection (0: of none), kind. Ids as numbers, which are compared and hashed in no time.
Key = tuple[int, str, str, int, int, str]

_lock = threading.Lock()
_flushing = threading.Lock()
_wake = threading.Event()
_counts: dict[Key, int] = {}
#: Rows of failures that came up inside a transaction, which may be rolled back: the thread writes them in one of its own.
_refusals: deque[Access] = deque(maxlen=1000)
_refused_in: dict[int, int] = {}
_thread: threading.Thread | None = None
_dropped = 0


def note(purpose: str, opened: Iterable[tuple[UUID, UUID | None, str]]) -> None:
    """Count secrets that were opened for a purpose: tenant, connection and kind of each."""
    if settings.VAULT_ACCESS_LOG:
        _count(Access.Outcome.OPENED, purpose, opened)


def refused(
    *, purpose: str, tenant_id: UUID, connection_id: UUID | None, kind: str, why: str, now: datetime | None = None
) -> None:
    """Write down that something did not open. Never raises: who asked is told by an error of its own."""
    moment = now or datetime.now(UTC)
    minute = _minute_of(moment.timestamp())
    with _lock:
        for old in [one for one in _refused_in if one < minute]:
            del _refused_in[old]
        _refused_in[minute] = _refused_in.get(minute, 0) + 1
        too_many = _refused_in[minute] > MOST_REFUSALS
    if too_many:
        _count(Access.Outcome.REFUSED, purpose, [(tenant_id, connection_id, kind)])
        return
    row = Access(
        minute=moment,
        tenant_id=tenant_id,
        connection_id=connection_id,
        kind=kind[:160],
        purpose=purpose[:80],
        process=process_name(),
        outcome=Access.Outcome.REFUSED,
        detail=why[:300],
    )
    if connection.in_atomic_block and _start_thread():
        _refusals.append(row)
        _wake.set()
        return
    try:
        row.save(force_insert=True)
    except DatabaseError as error:
        log.error("vault.refusal_not_written", error=type(error).__name__, kind=kind, purpose=purpose)


def flush() -> int:
    """Write all that was counted; return how many rows. What cannot be written is kept for the next time."""
    global _dropped
    with _flushing:
        with _lock:
            counts, dropped = dict(_counts), _dropped
            _counts.clear()
            _dropped = 0
        rows = [_refusals.popleft() for _ in range(len(_refusals))]
        try:
            if rows:
                Access.objects.bulk_create(rows)
                rows = []
            ordered = list(counts.items())
            for start in range(0, len(ordered), _ROWS_AT_ONCE):
                batch = ordered[start : start + _ROWS_AT_ONCE]
                _add(batch)
                for key, _ in batch:
                    counts.pop(key)
        except DatabaseError as error:
            log.warning("vault.accesses_not_written", error=type(error).__name__, counts=len(counts))
            _refusals.extendleft(reversed(rows))
            with _lock:
                for key, count in counts.items():
                    _counts[key] = _counts.get(key, 0) + count
                _dropped += dropped
            return 0
    if dropped:
        log.error("vault.accesses_dropped", openings=dropped)
    return len(ordered)


def forget() -> None:
    """Forget what was counted and not yet written."""
    global _dropped
    with _lock:
        _counts.clear()
        _refused_in.clear()
        _refusals.clear()
        _dropped = 0


def process_name() -> str:
    """Return who we are in the log: the program, the machine, the process id."""
    program = Path(sys.argv[0] or "python").name
    command = f" {sys.argv[1]}" if program in {"manage.py", "__main__.py"} and len(sys.argv) > 1 else ""
    return f"{program}{command} {socket.gethostname()}:{os.getpid()}"[:120]


def _count(outcome: Access.Outcome, purpose: str, things: Iterable[tuple[UUID, UUID | None, str]]) -> None:
    global _dropped
    minute, word = _minute_of(time.time()), outcome.value
    with _lock:
        for tenant_id, connection_id, kind in things:
            key = (minute, word, purpose, tenant_id.int, connection_id.int if connection_id else 0, kind)
            known = _counts.get(key)
            if known is not None:
                _counts[key] = known + 1
            elif len(_counts) < MOST_COUNTS:
                _counts[key] = 1
            else:
                _dropped += 1
        crowded = len(_counts) >= MOST_COUNTS
    if crowded:
        _wake.set()
    if _thread is None:
        _start_thread()


def _minute_of(seconds: float) -> int:
    return int(seconds // 60)


def _row_id(key: Key, process: str) -> UUID:
    """Return the key of a count's row: led by its minute like our other ids, then what is counted, digested."""
    digest = int.from_bytes(hashlib.sha256(repr((key, process)).encode()).digest()[:10], "big")
    return UUID(int=(key[0] * 60_000) << 80 | digest)


def _add(batch: list[tuple[Key, int]]) -> None:
    process = process_name()
    values: list[Any] = []
    for key, count in batch:
        minute, outcome, purpose, tenant_id, connection_id, kind = key
        moment = datetime.fromtimestamp(minute * 60, tz=UTC)
        whose, where = UUID(int=tenant_id), UUID(int=connection_id) if connection_id else None
        ours = (_row_id(key, process), moment, whose, where, kind[:160], purpose[:80], process, outcome)
        values += [*map(_adapted, ours), count, ""]
    line = f"({', '.join(['%s'] * 10)})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_INSERT} {', '.join([line] * len(batch))} {_OR_ADD}",  # places for values, and nothing of them
            values,
        )


def _adapted(value: Any) -> Any:
    """Return a value as this database takes it past the ORM."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _start_thread() -> bool:
    """Have a thread that writes, unless the settings want none; a process that was forked makes its own."""
    global _thread
    if not settings.VAULT_ACCESS_FLUSH:
        return False
    with _lock:
        if _thread is None:
            _thread = threading.Thread(target=_run, name="vault-accesses", daemon=True)
            _thread.start()
            atexit.register(_at_end)
    return True


def _run() -> None:
    while True:
        _wake.wait(settings.VAULT_ACCESS_FLUSH.total_seconds())
        _wake.clear()
        try:
            if _counts or _refusals:
                flush()
        except Exception as error:  # the thread must outlive whatever a database can come up with
            log.error("vault.accesses_crashed", error=type(error).__name__)
        finally:
            connection.close()
        _wake.wait(1.0)  # however often it is woken, it does not write more often than this


def _at_end() -> None:
    try:
        flush()
    except Exception as error:  # the process ends all the same
        log.error("vault.accesses_lost_at_end", error=type(error).__name__)


def _after_fork() -> None:
    """A child has its parent's counts and not its thread: it counts for itself, and from nothing."""
    global _thread, _lock, _flushing, _wake
    _thread, _lock, _flushing, _wake = None, threading.Lock(), threading.Lock(), threading.Event()
    forget()


os.register_at_fork(after_in_child=_after_fork)
