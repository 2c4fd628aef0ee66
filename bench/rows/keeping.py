"""Looks of the clock over full tables: due tokens, due health checks, waiting webhooks, watched posts, grants that end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from bench.figures import Row, percentile
from bench.hub import Hub
from bench.rows import Options
from bench.rows.sweeps import insert, plans_of, scans_of, uuid_of
from connectors import expiring, token_plans, webhook_processing
from connectors.models import Connection, Destination, TokenPlan, WebhookEvent
from connectors.refreshing import hand_out_due
from monitoring.health import claim_due_connections
from publishing import watching
from publishing.models import Post, PublishJob, Watch
from tenants.services import create_tenant

TITLE: Final = "looks of the clock in full tables"
SIZES: Final = (10_000, 100_000)
QUICK_SIZES: Final = (1_000, 10_000)
CALLS: Final = 20
MOST_MS: Final = 50.0
PLATFORMS: Final = ("meta", "linkedin", "google_business", "tiktok")
TABLES: Final = ("connections", "token_plans", "webhook_events", "publish_watches", "destinations", "publish_jobs")


def measure(hub: Hub, options: Options) -> Row:
    """Fill the tables, look again and again, then once more with PostgreSQL telling its plans; small, then large."""
    sizes = QUICK_SIZES if options.quick else SIZES
    row = Row("keeping", f"{TITLE}: {' and '.join(f'{size:,}' for size in sizes)} rows in each")
    for size in sizes:
        _fill(size)
        _look(row, "a few due", size)
    _make_all_due()
    _look(row, "all due", sizes[-1], only=("tokens", "health"))
    return row


def _looks() -> dict[str, Callable[[], int]]:
    now = timezone.now()
    hold = timedelta(minutes=5)
    return {
        "tokens": lambda: len(hand_out_due(now=now)),
        "health": lambda: len(claim_due_connections(now=now)),
        "webhooks": lambda: len(webhook_processing.due_events(now=now)),
        "watches": lambda: len(watching.due_watches(now=now)),
        "endings": lambda: len(expiring.due_endings(now=now)),
        "tokens of one platform": lambda: len(token_plans.hand_out(now=now, hold=hold, platform="tiktok", limit=1)),
    }


def _look(row: Row, state: str, size: int, *, only: tuple[str, ...] = ()) -> None:
    for name, look in _looks().items():
        if only and name not in only:
            continue
        what = f"{name}, {size:,} rows, {state}"
        found, times = look(), []
        for _ in range(CALLS):
            began = time.perf_counter()
            found += look()
            times.append((time.perf_counter() - began) * 1000)
            # What a worker would have done by now; else the platforms' shares would be used up after two looks.
            TokenPlan.objects.filter(held_until__isnull=False).update(held_until=None)
        row.tell(f"{what}: p95", percentile(times, 0.95), "ms", at_most=MOST_MS)
        with plans_of() as plans:
            look()
        scans, whole = scans_of(plans, TABLES)
        row.facts[what] = {"found": found, "ms": [round(one, 2) for one in times], "scans": scans, "plans": plans}
        row.notes.append(
            f"{what}: " + (f"READS ALL OF {', '.join(whole)}" if whole else f"by index ({'; '.join(scans)})")
        )


def _fill(size: int) -> None:
    """Make the rows in the database itself; one in a thousand is due, the others in the hours and days to come."""
    tenant = f"'{create_tenant(name=f'Keeping {size}').pk}'::uuid"
    due = "(n % 1000 = 0)"
    later = "now() + interval '1 minute' * (10 + n % 10000)"
    platform = f"('{{{','.join(PLATFORMS)}}}'::text[])[1 + n % {len(PLATFORMS)}]"
    soon = f"CASE WHEN {due} THEN now() - interval '1 second' * (n % 600) ELSE {later} END"
    common = {"tenant_id": tenant, "platform_id": platform}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "TRUNCATE publish_jobs, posts, destinations, connections, token_plans, webhook_events, publish_watches CASCADE"
        )
        _insert_all(cursor, size, common, platform=platform, soon=soon, due=due, tenant=tenant)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


def _insert_all(
    cursor: Any, size: int, common: dict[str, str], *, platform: str, soon: str, due: str, tenant: str
) -> None:
    connected = uuid_of("c", "n")
    insert(
        cursor,
        Connection,
        size,
        {
            **common,
            "id": connected,
            "external_user_id": "'keep' || n",
            "display_name": "'Account ' || n",
            "status": "'active'",
            "next_health_at": soon,
            "access_expires_at": f"{soon} + interval '1 hour'",
        },
    )
    insert(
        cursor,
        TokenPlan,
        size,
        {
            "connection_id": connected,
            "platform_id": platform,
            "due_at": soon,
            "ends_at": f"{soon} + interval '1 hour'",
            "tell_at": soon,
        },
    )
    insert(
        cursor,
        Destination,
        size,
        {
            **common,
            "id": uuid_of("d", "n"),
            "connection_id": connected,
            "kind": "'place'",
            "external_id": "'8' || n",
            "name": "'Place ' || n",
        },
    )
    insert(cursor, Post, 1, {"id": uuid_of("b", "n"), "tenant_id": tenant})
    insert(
        cursor,
        PublishJob,
        size,
        {
            **common,
            "id": uuid_of("a", "n"),
            "post_id": uuid_of("b", "0"),
            "destination_id": uuid_of("d", "n"),
            "state": "'published'",
            "published_at": "now()",
            "external_id": "'8_' || n",
        },
    )
    insert(
        cursor,
        Watch,
        size,
        {
            "job_id": uuid_of("a", "n"),
            "tenant_id": tenant,
            "platform_id": platform,
            "due_at": soon,
            "id": uuid_of("e", "n"),
        },
    )
    insert(
        cursor,
        WebhookEvent,
        size,
        {
            "id": uuid_of("f", "n"),
            "platform_id": platform,
            "key": "'k' || n",
            "kind": "'unknown'",
            "state": f"CASE WHEN {due} THEN 'received' ELSE 'processed' END",
            "due_at": f"CASE WHEN {due} THEN now() - interval '1 second' END",
        },
    )


def _make_all_due() -> None:
    """After an outage everything is due at once."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE token_plans SET due_at = now() - random() * interval '1 hour', held_until = NULL")
        cursor.execute("UPDATE connections SET next_health_at = now() - random() * interval '1 hour'")
        cursor.execute("VACUUM ANALYZE token_plans, connections")
