"""Deleting what is old beside somebody who publishes: rows a second, the longest piece, and what the others notice.

Beside it the other way, for comparison: the same checks in partitions by day, of which old ones are dropped.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg
from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from bench.figures import percentile
from bench.scale.filling import DAYS, Filled
from bench.scale.looks import backend_of_ours, cpu_of
from monitoring.retention.pruning import prune
from outbox.stable import first_id_at

#: Half of everything is too old.
KEEP: Final = timedelta(days=DAYS / 2)
#: No table is worked at for longer.
MOST: Final = timedelta(seconds=30)
#: What is asked of the probe: as often as a worker writes when it has little to do.
_EVERY: Final = 0.005
_TABLES: Final = (
    *("connection_health_log", "vault_access_log", "outgoing_events", "webhook_events", "token_refreshes"),
    *("post_metric_history", "publish_journal", "publish_attempts", "posts"),
)
_SETTINGS: Final = dict.fromkeys(
    (
        *("POST_RETENTION", "POST_DETAILS_RETENTION", "HEALTH_LOG_RETENTION", "VAULT_ACCESS_RETENTION"),
        *("WEBHOOK_OUT_RETENTION", "WEBHOOK_RETENTION", "TOKEN_REFRESH_RETENTION", "METRICS_KEEP"),
    ),
    KEEP,
)


def forget(filled: Filled, url: str) -> dict[str, dict[str, Any]]:
    """Delete half of every big table, one after the other, while a probe writes jobs; and once nothing, to compare."""
    told: dict[str, dict[str, Any]] = {}
    with _probe(url) as times:
        time.sleep(3)
        told["nothing"] = _noticed(times)
        with override_settings(**_SETTINGS):
            for table in _TABLES:
                times.clear()
                told[table] = {**_pruned(table), **_noticed(times)}
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM publish_journal, publish_attempts, connection_health_log")
    told["VACUUM of three of them"] = {"seconds": round(time.perf_counter() - began, 2)}
    return told


def _pruned(table: str) -> dict[str, Any]:
    backend = backend_of_ours()
    began, spent, theirs = time.perf_counter(), time.process_time(), cpu_of(backend)
    (done,) = prune(now=timezone.now(), budget=MOST, tables=[table], every_table=True, pause=False)
    seconds = time.perf_counter() - began
    return {
        "rows": done.removed,
        "rows_per_second": round(done.removed / seconds),
        "seconds": round(seconds, 1),
        "python_cpu_ms_per_row": round((time.process_time() - spent) * 1000 / max(done.removed, 1), 4),
        "database_cpu_ms_per_row": round((cpu_of(backend) - theirs) * 1000 / max(done.removed, 1), 4),
        "pieces": done.pieces,
        "longest_piece_ms": round(done.longest_seconds * 1000, 1),
        "all_gone": done.finished,
    }


@contextmanager
def _probe(url: str) -> Iterator[list[float]]:
    """Write and read jobs that are not old, again and again, in a connection of its own; each time taken goes to the list."""
    times: list[float] = []
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(url, autocommit=True) as db:
            keys = [row[0] for row in db.execute("SELECT id FROM publish_jobs ORDER BY id DESC LIMIT 500").fetchall()]
            number = 0
            while not stop.wait(_EVERY):
                number += 1
                key = keys[number % len(keys)]
                began = time.perf_counter()
                with db.transaction():
                    db.execute("UPDATE publish_jobs SET looks = looks + 1 WHERE id = %s", [key])
                    db.execute("SELECT count(*) FROM publish_attempts WHERE job_id = %s", [key])
                times.append((time.perf_counter() - began) * 1000)

    thread = threading.Thread(target=write, name="probe", daemon=True)
    thread.start()
    try:
        yield times
    finally:
        stop.set()
        thread.join(timeout=30)


def _noticed(times: list[float]) -> dict[str, Any]:
    seen = list(times)
    return {
        "probe_p50_ms": round(percentile(seen, 0.5), 2),
        "probe_p95_ms": round(percentile(seen, 0.95), 2),
        "probe_most_ms": round(max(seen, default=0.0), 1),
        "probes": len(seen),
    }


# --- partitions, for comparison ------------------------------------------------------------------------------------------------

#: One with the same rows in one table, and one with a partition a day, by the time-ordered ids that all rows have: so the
#: key stays the key, and a look for an id goes to one partition.
_PLAIN, _PARTS = "scale_plain", "scale_parts"
_MADE: Final = """
CREATE TABLE {0} (LIKE connection_health_log INCLUDING DEFAULTS){1};
ALTER TABLE {0} ADD PRIMARY KEY (id);
CREATE INDEX ON {0} (connection_id, id DESC);
CREATE INDEX ON {0} (checked_at);
CREATE INDEX ON {0} (checked_at) WHERE state <> 'healthy'
"""
_READS: Final = {
    "newest_of_an_account_ms": "SELECT * FROM {0} WHERE connection_id = %(account)s ORDER BY id DESC LIMIT 25",
    "one_by_its_id_ms": "SELECT * FROM {0} WHERE id = %(key)s",
    "gone_wrong_this_week_ms": "SELECT count(*) FROM {0} WHERE state <> 'healthy' AND checked_at > now() - interval '7 days'",
}
_PIECE: Final = """
DELETE FROM scale_plain WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM scale_plain WHERE checked_at < %s ORDER BY checked_at LIMIT 500))
"""


def partitions(filled: Filled) -> dict[str, dict[str, Any]]:
    """Put the checks once more into a plain table and into one of a partition a day; read both, and forget half of each."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - timedelta(days=DAYS + 1 - number) for number in range(DAYS + 3)]
    told: dict[str, dict[str, Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_PLAIN}, {_PARTS}")
        for table, words in ((_PLAIN, ""), (_PARTS, " PARTITION BY RANGE (id)")):
            cursor.execute(_MADE.format(table, words))
        for number, day in enumerate(days):
            first, last = first_id_at(day), first_id_at(day + timedelta(days=1))
            cursor.execute(
                f"CREATE TABLE scale_part_{number} PARTITION OF {_PARTS} FOR VALUES FROM ('{first}') TO ('{last}')"
            )
        for table in (_PLAIN, _PARTS):
            began = time.perf_counter()
            cursor.execute(f"INSERT INTO {table} SELECT * FROM connection_health_log")  # noqa: S608 - all of it is ours
            told[table] = {"rows": cursor.rowcount, "filled_seconds": round(time.perf_counter() - began, 2)}
            cursor.execute(f"ANALYZE {table}")
            told[table] |= _read(cursor, table)
        old = [number for number, day in enumerate(days) if day + timedelta(days=1) <= midnight - KEEP]
        told[_PLAIN] |= _delete_in_pieces(cursor, midnight - KEEP)
        told[_PARTS] |= _drop(cursor, old)
        cursor.execute(f"DROP TABLE {_PLAIN}, {_PARTS}")
    return told


def _read(cursor: Any, table: str) -> dict[str, Any]:
    """Read as the hub does."""
    cursor.execute(f"SELECT id AS key, connection_id AS account FROM {table} LIMIT 1")  # noqa: S608 - all of it is ours
    key, account = cursor.fetchone()
    told = {}
    for name, statement in _READS.items():
        times = []
        for _ in range(20):
            began = time.perf_counter()
            cursor.execute(statement.format(table), {"key": key, "account": account})
            cursor.fetchall()
            times.append((time.perf_counter() - began) * 1000)
        told[name] = round(percentile(times, 0.5), 2)
    return told


def _delete_in_pieces(cursor: Any, before: datetime) -> dict[str, Any]:
    began, longest, rows = time.perf_counter(), 0.0, 0
    while True:
        piece = time.perf_counter()
        cursor.execute(_PIECE, [before])
        longest = max(longest, time.perf_counter() - piece)
        if not cursor.rowcount:
            break
        rows += cursor.rowcount
    deleted = time.perf_counter() - began
    began = time.perf_counter()
    cursor.execute(f"VACUUM {_PLAIN}")
    return {
        "forgotten_rows": rows,
        "forgotten_seconds": round(deleted, 2),
        "vacuum_seconds": round(time.perf_counter() - began, 2),
        "longest_ms": round(longest * 1000, 1),
    }


def _drop(cursor: Any, old: list[int]) -> dict[str, Any]:
    began, longest = time.perf_counter(), 0.0
    for number in old:
        piece = time.perf_counter()
        cursor.execute(f"DROP TABLE scale_part_{number}")
        longest = max(longest, time.perf_counter() - piece)
    return {"forgotten_seconds": round(time.perf_counter() - began, 2), "longest_ms": round(longest * 1000, 1)}
