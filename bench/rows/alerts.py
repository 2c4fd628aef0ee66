"""Rules of alerts over a million jobs: what each look costs, which beat takes every half minute."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from django.db import connection
from django.utils import timezone

from bench.figures import Row, percentile
from bench.hub import Hub
from bench.rows import Options, sweeps
from connectors.models import TokenPlan, WebhookEvent
from monitoring.alerting import looks
from outbox.models import WebhookEndpoint
from publishing.models import Attempt, DeadLetter
from publishing.selectors import overdue_jobs

TITLE: Final = "looks by the rules of alerts in full tables"
LETTERS, ATTEMPTS, EVENTS = 50_000, 1_000_000, 100_000
CALLS: Final = 10
MOST_MS: Final = 50.0


def measure(hub: Hub, options: Options) -> Row:
    """Fill the tables, and take every look again and again."""
    jobs, connections = (
        (sweeps.QUICK_JOBS, sweeps.QUICK_CONNECTIONS) if options.quick else (sweeps.JOBS, sweeps.CONNECTIONS)
    )
    share = jobs / sweeps.JOBS
    row = Row("alerts", f"{TITLE}: {jobs:,} jobs and {connections:,} connections")
    sweeps.fill(jobs, connections, due_per_mille=5)
    _fill(jobs, connections, share)
    for name, look in _looks().items():
        times, found = [], look()
        for _ in range(CALLS):
            began = time.perf_counter()
            found = look()
            times.append((time.perf_counter() - began) * 1000)
        row.tell(f"{name}, p50", percentile(times, 0.5), "ms")
        row.tell(f"{name}, p95", percentile(times, 0.95), "ms", at_most=MOST_MS)
        row.facts[name] = {"seen": found, "ms": [round(one, 2) for one in times]}
    return row


def _looks() -> dict[str, Callable[[], int]]:
    def count(look: Callable[..., object]) -> int:
        return len(list(look(now=timezone.now())))  # type: ignore[call-overload]

    found: dict[str, Callable[[], int]] = {look.__name__: partial(count, look) for look in looks.LOOKS}
    return found | {"overdue_jobs": lambda: overdue_jobs(now=timezone.now()).count}


def _fill(jobs: int, connections: int, share: float) -> None:
    """Make what the rules look at: dead letters and tries of the last days, plans, endpoints, events."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        tenant = f"(SELECT tenant_id FROM publish_jobs WHERE id = {sweeps.uuid_of('a', '{0}')})"  # noqa: S608 - ours
        letters, attempts, events = (max(1, int(many * share)) for many in (LETTERS, ATTEMPTS, EVENTS))
        job = f"n % {jobs}"
        ago = "now() - interval '30 days' * (n::float8 / {0})"
        moment = ago.format(letters)
        sweeps.insert(
            cursor,
            DeadLetter,
            letters,
            {
                "id": _id_at(moment),
                "job_id": sweeps.uuid_of("a", job),
                "tenant_id": tenant.format(job),
                "platform_id": "'meta'",
                "fingerprint": "'f' || n % 40",
                "opened_at": moment,
                "closed_at": f"CASE WHEN n % 5 > 0 THEN {moment} END",
                "resolution": "CASE WHEN n % 5 > 0 THEN 'discarded' ELSE '' END",
            },
        )
        # Half of the tries were made within the last hour: the busiest hour is what the look must bear.
        moment = f"now() - interval '1 hour' * (CASE WHEN n % 2 = 0 THEN 1 ELSE 720 END) * (n::float8 / {attempts})"
        sweeps.insert(
            cursor,
            Attempt,
            attempts,
            {
                "id": _id_at(moment),
                "job_id": sweeps.uuid_of("a", job),
                "number": "1 + n / 1000000",
                "purpose": "'publish'",
                "worker": "'bench'",
                "opened_at": moment,
                "closed_at": moment,
                "outcome": "CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'published' END",
                "error_kind": "CASE WHEN n % 20 = 0 THEN 'transient' ELSE '' END",
            },
        )
        sweeps.insert(
            cursor,
            TokenPlan,
            connections,
            {
                "connection_id": sweeps.uuid_of("c", "n"),
                "platform_id": "'meta'",
                "due_at": "now() + interval '1 minute' * (n % 80000 - 60)",
            },
        )
        moment = ago.format(events)
        sweeps.insert(
            cursor,
            WebhookEvent,
            events,
            {
                "id": _id_at(moment),
                "platform_id": "'meta'",
                "key": "'k' || n",
                "state": "CASE WHEN n % 1000 = 0 THEN 'received' ELSE 'processed' END",
                "due_at": "CASE WHEN n % 1000 = 0 THEN now() - interval '10 minutes' END",
                "received_at": moment,
            },
        )
        sweeps.insert(
            cursor,
            WebhookEndpoint,
            2_000,
            {
                "id": sweeps.uuid_of("e", "n"),
                "tenant_id": tenant.format("n"),
                "url": "'https://client.example/' || n",
                "listens_since": "now()",
                "failing_since": "CASE WHEN n % 10 = 0 THEN now() - interval '2 hours' END",
            },
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


def _id_at(moment: str) -> str:
    """Return SQL for the id of something that was made at a moment, as the hub's own are."""
    return (
        f"(lpad(to_hex((extract(epoch FROM {moment}) * 1000)::bigint), 12, '0') "
        "|| '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid"
    )
