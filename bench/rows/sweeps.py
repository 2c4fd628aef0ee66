"""Due sweeps over a million jobs and a hundred thousand connections: what a look for due work costs, and by which plan."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench.figures import Row, percentile
from bench.hub import Hub
from bench.processes import NotMeasurable
from bench.rows import Options
from connectors.models import Connection, Destination
from monitoring.health import claim_due_connections
from publishing import ledger
from publishing.claims import Rotation
from publishing.models import Post, PublishJob
from tenants.services import create_tenant

TITLE: Final = "looks for due work in full tables"
JOBS, CONNECTIONS, TENANTS = 1_000_000, 100_000, 200
#: The harness can be tried on less.
QUICK_JOBS, QUICK_CONNECTIONS = 20_000, 2_000
CALLS: Final = 20
MOST_MS: Final = 50.0
_TABLES: Final = ("publish_jobs", "connections", "posts", "destinations", "publish_attempts")
_SCANS: Final = re.compile(r"((?:Parallel )?(?:Seq|Index Only|Index|Bitmap Heap|Bitmap Index) Scan(?: Backward)?[^(]*)")
#: What a column that we do not name is filled with, by its type.
_FILLING: Final = {
    "boolean": "false",
    "character varying": "''",
    "text": "''",
    "integer": "0",
    "smallint": "0",
    "bigint": "0",
    "timestamp with time zone": "now()",
    "jsonb": "'{}'::jsonb",
    "double precision": "0",
    "date": "current_date",
}


def measure(hub: Hub, options: Options) -> Row:
    """Fill the tables, look for due work again and again, then once more with PostgreSQL telling its plans."""
    jobs, connections = (QUICK_JOBS, QUICK_CONNECTIONS) if options.quick else (JOBS, CONNECTIONS)
    row = Row("sweeps", f"{TITLE}: {jobs:,} jobs and {connections:,} connections")
    started = time.monotonic()
    fill(jobs, connections, due_per_mille=150 if options.quick else 5)
    row.facts |= {"jobs": jobs, "connections": connections, "filled_in_seconds": round(time.monotonic() - started, 1)}
    lease, rotation = settings.PUBLISH_LEASE, Rotation()

    def claim() -> int:
        # Each as the first after a pause, so that every one of them also makes jobs ready.
        rotation.looked_until = 0.0
        limit = settings.WORKER_CALLS_IN_FLIGHT
        return len(ledger.claim(now=timezone.now(), limit=limit, lease=lease, rotation=rotation))

    def recover() -> int:
        return ledger.recover(now=timezone.now(), landing=settings.PUBLISH_LANDING)

    def health() -> int:
        return len(claim_due_connections(now=timezone.now()))

    looks: dict[str, Callable[[], int]] = {
        f"claim {settings.WORKER_CALLS_IN_FLIGHT} jobs": claim,
        "recover, nothing lost": recover,
        "claim_due_connections": health,
    }
    for name, look in looks.items():
        times = []
        found = look()  # once unmeasured: the first call pays for caches
        for _ in range(CALLS):
            began = time.perf_counter()
            found += look()
            times.append((time.perf_counter() - began) * 1000)
        row.tell(f"{name}, p50", percentile(times, 0.5), "ms")
        row.tell(f"{name}, p95", percentile(times, 0.95), "ms", at_most=MOST_MS)
        with plans_of() as plans:
            look()
        scans, whole = scans_of(plans, _TABLES)
        asked = [plan for plan in plans if "FROM ONLY" not in plan.partition("\n")[0]]
        row.facts[name] = {
            "found": found,
            "ms": [round(one, 2) for one in times],
            "statements": len(asked),
            "foreign_key_checks_at_commit": len(plans) - len(asked),
            "scans": scans,
            "plans": asked,
        }
        row.tell(f"{name}: statements", len(asked), "")
        row.notes.append(f"{name}: " + (f"READS ALL OF {', '.join(whole)}" if whole else "every big table by an index"))
    return row


def scans_of(plans: list[str], tables: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return how plans read, and which of these tables they read from end to end."""
    scans = {" ".join(scan.split()) for plan in plans for scan in _SCANS.findall(plan)}
    whole = re.compile(rf"Seq Scan on ({'|'.join(tables)})\b")
    return sorted(scans), sorted({hit for plan in plans for hit in whole.findall(plan)})


@contextmanager
def plans_of() -> Iterator[list[str]]:
    """Gather the plan of every statement of a block, as PostgreSQL ran it (its module auto_explain)."""
    plans: list[str] = []

    def take(diagnostic: Any) -> None:
        if "plan:" in (diagnostic.message_primary or ""):
            plans.append(diagnostic.message_primary.partition("plan:")[2].strip())

    connection.ensure_connection()
    raw: Any = connection.connection
    with connection.cursor() as cursor:
        cursor.execute("LOAD 'auto_explain'")
        cursor.execute("SET client_min_messages = log")
        cursor.execute("SET auto_explain.log_min_duration = 0")
    raw.add_notice_handler(take)
    try:
        yield plans
    finally:
        raw.remove_notice_handler(take)
        with connection.cursor() as cursor:
            cursor.execute("RESET auto_explain.log_min_duration")
            cursor.execute("RESET client_min_messages")


def fill(jobs: int, connections: int, *, due_per_mille: int) -> None:
    """Make the rows in the database itself: some jobs due now, two percent scheduled, the rest published long ago."""
    due, waiting = due_per_mille, due_per_mille + 20
    tenants = [str(create_tenant(name=f"Sweep {number}").pk) for number in range(TENANTS)]
    tenant = f"('{{{','.join(tenants)}}}'::uuid[])[1 + %s]"
    chance = "abs(hashint8(n)::bigint) % 1000"
    with connection.cursor() as cursor:
        # Foreign keys are right by construction; a million look-ups of each would take minutes.
        cursor.execute("SET session_replication_role = replica")
        # Those of a row before this one, too: it filled them with the same ids.
        cursor.execute("TRUNCATE publish_jobs, posts, connections, destinations CASCADE")
        owner = tenant % f"(n % {TENANTS})::int"
        # A share of the connections is due for a look at their health, the rest in the hours to come.
        soon = "now() + interval '6 hours' * ((hashint8(n)::bigint + 2147483648) / 4294967296.0 - 0.2)"
        common = {"tenant_id": owner, "platform_id": "'meta'"}
        insert(
            cursor,
            Connection,
            connections,
            {
                **common,
                "id": uuid_of("c", "n"),
                "external_user_id": "'sweep' || n",
                "display_name": "'Account ' || n",
                "status": "'active'",
                "next_health_at": soon,
            },
        )
        insert(
            cursor,
            Destination,
            connections,
            {
                **common,
                "id": uuid_of("d", "n"),
                "connection_id": uuid_of("c", "n"),
                "kind": "'facebook_page'",
                "external_id": "'8' || n",
                "name": "'Page ' || n",
                "enabled": "true",
            },
        )
        insert(
            cursor,
            Post,
            jobs // 4 + 1,
            {"id": uuid_of("b", "n"), "tenant_id": tenant % f"(n * 37 % {TENANTS})::int", "text": "'Sweep ' || n"},
        )
        place = f"((n / 4) * 37 + (n % 4) * {TENANTS}) % {connections}"
        state = (
            f"CASE WHEN {chance} < {due} THEN 'queued' WHEN {chance} < {waiting} THEN 'scheduled' ELSE 'published' END"
        )
        insert(
            cursor,
            PublishJob,
            jobs,
            {
                "id": uuid_of("a", "n"),
                "tenant_id": tenant % f"((n / 4) * 37 % {TENANTS})::int",
                "post_id": uuid_of("b", "n / 4"),
                "destination_id": uuid_of("d", place),
                "platform_id": "'meta'",
                "state": state,
                "due_at": f"CASE WHEN {chance} < {due} THEN now() - interval '1 second' * (n % 600) "
                f"WHEN {chance} < {waiting} THEN now() + interval '1 minute' * (60 + n % 10000) END",
                "external_id": f"CASE WHEN {chance} < {waiting} THEN '' ELSE '8_' || n END",
                "published_at": f"CASE WHEN {chance} < {waiting} THEN NULL ELSE now() - interval '1 second' * n END",
            },
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


def insert(cursor: Any, model: Any, count: int, values: dict[str, str]) -> None:
    """Insert so many rows, n = 0 and up; columns that are not named get an empty value of their type."""
    table = model._meta.db_table
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name = %s AND is_nullable = 'NO' AND column_default IS NULL",
        [table],
    )
    for name, kind in cursor.fetchall():
        if name not in values:
            if kind not in _FILLING:
                raise NotMeasurable(f"The bench does not know how to fill {table}.{name} ({kind}).")
            values[name] = _FILLING[kind]
    names = ", ".join(values)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values.values())} "  # noqa: S608 - all of it is ours
        f"FROM generate_series(0, {count - 1}::bigint) AS n"
    )


def uuid_of(kind: str, number: str) -> str:
    """Return SQL for a UUID that grows with a number, as the hub's time-ordered ids do."""
    return (
        f"(lpad(to_hex(1700000000000 + ({number})), 12, '0') || '7{kind}00' || '8' "
        f"|| lpad(to_hex({number}), 15, '0'))::uuid"
    )
