"""The SQL views over a million jobs and a million health checks: what reading them costs, as pages, the API and operators do."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Sum
from django.utils import timezone

from bench.figures import Row, percentile
from bench.hub import Hub
from bench.rows import Options
from bench.rows.sweeps import insert, plans_of, scans_of, uuid_of
from connectors.models import Connection, Destination, TokenPlan, TokenRefresh
from monitoring.models import HealthLogEntry, ReportMark
from monitoring.reports import folding, selectors
from publishing.models import Attempt, DeadLetter, Post, PublishJob
from tenants.models import Tenant
from tenants.services import create_tenant

TITLE: Final = "the SQL views"
SIZES: Final = (10_000, 100_000, 1_000_000)
QUICK_SIZES: Final = (2_000, 20_000)
TENANTS: Final = 200
#: One tenant has a tenth of everything, on all platforms; each of the others has accounts on two of them.
BIG, USUAL = 0, 7
JOBS_PER_CONNECTION: Final = 10
DAYS: Final = 30
CALLS: Final = 12
MOST_MS: Final = 300.0
_PLATFORMS: Final = ("meta", "linkedin", "tiktok", "google_business", "mailchimp")
_BIG: Final = ("publish_jobs", "posts", "publish_attempts", "connection_health_log")


def measure(hub: Hub, options: Options) -> Row:
    """Fill the tables, sum up, read every view again and again; then once more with ten times as many rows."""
    row = Row("views", TITLE)
    sizes = QUICK_SIZES if options.quick else SIZES
    tenants = [create_tenant(name=f"View {number}") for number in range(TENANTS)]
    for size in sizes:
        full = size == sizes[-1]
        facts: dict[str, Any] = {}
        began = time.monotonic()
        fill(tenants, size)
        facts["filled_in_seconds"] = round(time.monotonic() - began, 1)
        began = time.monotonic()
        folding.fold(now=timezone.now())
        facts["summed_up_in_seconds"] = round(time.monotonic() - began, 1)
        began = time.monotonic()
        folding.fold(now=timezone.now() + timedelta(minutes=1))
        facts["a_minute_later_ms"] = round((time.monotonic() - began) * 1000, 1)
        for name, read in reads(tenants[USUAL]).items():
            times = []
            read()  # once unmeasured: the first call pays for caches
            for _ in range(CALLS):
                began = time.perf_counter()
                read()
                times.append((time.perf_counter() - began) * 1000)
            slow = percentile(times, 0.95)
            facts[name] = [round(one, 1) for one in times]
            if full:
                with plans_of() as plans:
                    read()
                _, whole = scans_of(plans, _BIG)
                row.tell(f"{name}, p95", slow, "ms", at_most=MOST_MS)
                if whole:
                    row.notes.append(f"{name}: READS ALL OF {', '.join(whole)}")
                facts[f"{name}: plans"] = plans
        row.facts[f"{size:,} jobs and checks"] = facts
        grown = {
            name: percentile(times, 0.5)
            for name, times in facts.items()
            if isinstance(times, list) and "plans" not in name
        }
        row.notes.append(
            f"{size:,} jobs and checks, p50 in ms: " + ", ".join(f"{name} {ms:.0f}" for name, ms in grown.items())
        )
        row.notes.append(
            f"{size:,}: summed up in {facts['summed_up_in_seconds']} s, a minute later {facts['a_minute_later_ms']} ms"
        )
    return row


def reads(tenant: Tenant) -> dict[str, Callable[[], object]]:
    """Return how each view is read: by a tenant's page, over all tenants, and as a list from its beginning."""
    now = timezone.now()
    day = now - timedelta(days=1)
    posts = {"sent": Sum("published"), "lost": Sum("failed") + Sum("dead_lettered"), "took": Sum("latency_s_sum")}
    checks = {"all": Sum("checks"), "good": Sum("healthy"), "took": Sum("latency_ms_sum")}
    return {
        "health_summary, a tenant": lambda: list(selectors.health_summary(tenant)),
        "health_summary, all": lambda: list(selectors.health_summary(None)),
        "recent_errors, a tenant": lambda: list(selectors.recent_errors(tenant)[:100]),
        "recent_errors, all": lambda: list(selectors.recent_errors(None)[:100]),
        "recent_errors, all by platform": lambda: list(
            selectors.recent_errors(None, since=day).order_by().values_list("platform", "source").annotate(Count("pk"))
        ),
        "token_health, a tenant": lambda: list(selectors.token_health(tenant)[:100]),
        "token_health, a tenant by state": lambda: list(
            selectors.token_health(tenant).order_by().values_list("platform", "state").annotate(Count("pk"))
        ),
        "token_health, all": lambda: list(selectors.token_health(None)[:100]),
        "token_health, all by state": lambda: list(
            selectors.token_health(None).order_by().values_list("platform", "state").annotate(Count("pk"))
        ),
        "publish_performance, a tenant": lambda: list(selectors.publish_performance(tenant)),
        "publish_performance, all by hour": lambda: list(
            selectors.publish_performance(None).order_by().values("platform", "hour").annotate(**posts)
        ),
        "publish_performance, all of a day": lambda: list(selectors.publish_performance(None, since=day)[:100]),
        "publish_totals, all by hour": lambda: list(
            selectors.publish_tallies(None).values("platform", "hour").annotate(sent=Sum("published"))
        ),
        "publish_latencies, all of 30 days": lambda: selectors.publish_latencies(None, since=now - DAYS * (now - day)),
        "publish_latencies, all of a day": lambda: selectors.publish_latencies(None, since=day),
        "dlq_status, a tenant": lambda: list(selectors.dlq_status(tenant)),
        "dlq_status, all": lambda: list(selectors.dlq_status(None)),
        "health_check_trends, a tenant": lambda: list(selectors.health_trends(tenant)),
        "health_check_trends, all by hour": lambda: list(
            selectors.health_trends(None).order_by().values("platform", "hour").annotate(**checks)
        ),
        "health_totals, all by hour": lambda: list(
            selectors.check_tallies(None).values("platform", "hour").annotate(good=Sum("healthy"))
        ),
        "health_check_trends, all of a day": lambda: list(selectors.health_trends(None, since=day)[:100]),
        "connector_readiness": lambda: list(selectors.readiness()),
    }


def id_at(kind: str, number: str, rows: int, until: datetime) -> str:
    """Return SQL for the id of a row made as long ago as its number says: the first 30 days before a moment, the last just then."""
    last, step = round(until.timestamp() * 1000), round(DAYS * 86_400_000 / rows)
    made = f"({last} - {step} * ({rows} - ({number})))::bigint"
    return f"(lpad(to_hex({made}), 12, '0') || '7{kind}00' || '8' || lpad(to_hex({number}), 15, '0'))::uuid"


def owner_of(tenants: list[Tenant], number: str) -> str:
    """Return SQL for whose the account of a number is."""
    ids = ",".join(str(tenant.pk) for tenant in tenants)
    return (
        f"CASE WHEN {number} % 10 = 0 THEN '{tenants[BIG].pk}'::uuid"
        f" ELSE ('{{{ids}}}'::uuid[])[1 + ({number} / 10 % {len(tenants)})::int] END"
    )


def platform_of(number: str) -> str:
    """Return SQL for the platform of the account of a number."""
    names = ",".join(_PLATFORMS)
    return f"('{{{names}}}'::text[])[1 + ({number} / 10 % {TENANTS} + {number} / {10 * TENANTS} % 2)::int % {len(_PLATFORMS)}]"


def connections_of(size: int) -> int:
    """Return how many accounts there are beside so many jobs."""
    return max(size // JOBS_PER_CONNECTION, TENANTS * 10 * len(_PLATFORMS))


def place_of(number: str, size: int) -> str:
    """Return SQL for the number of the account that the job, or the check, of a number is at. Four jobs of a post have one owner."""
    return f"(({number} / 4 * 37 + {number} % 4 * {10 * TENANTS}) % {connections_of(size)})"


def fill(tenants: list[Tenant], size: int, *, until: datetime | None = None) -> None:
    """Make the rows in the database itself, spread over the 30 days until now: of a hundred jobs two failed for good, one waits."""
    until = until or timezone.now()
    job, posts = partial(id_at, "a", rows=size, until=until), size // 4 + 1
    connections = connections_of(size)
    place = place_of("n", size)
    at = f"(now() - interval '{DAYS} days' * (1 - (n + 1) / {size + 1}.0))"
    chance = "(abs(hashint8(n)::bigint) % 1000)"
    took = f"interval '1 millisecond' * (40 * power(10, {chance} / 250.0))"
    dead, waiting = 20, 30
    with connection.cursor() as cursor:
        # Foreign keys are right by construction; a million look-ups of each would take minutes.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE publish_jobs, posts, connections, destinations CASCADE")
        ReportMark.objects.all().delete()
        account = {"tenant_id": owner_of(tenants, "n"), "platform_id": platform_of("n")}
        insert(
            cursor,
            Connection,
            connections,
            {
                **account,
                "id": uuid_of("c", "n"),
                "external_user_id": "'view' || n",
                "display_name": "'Account ' || n",
                "status": f"CASE WHEN {chance} < 20 THEN 'attention' ELSE 'active' END",
                "health": f"CASE WHEN {chance} < 30 THEN 'unhealthy' ELSE 'healthy' END",
                "health_checked_at": f"now() - interval '6 hours' * {chance} / 1000",
                "access_expires_at": f"now() + interval '60 days' * ({chance} - 10) / 1000",
            },
        )
        insert(
            cursor,
            Destination,
            connections,
            {
                **account,
                "id": uuid_of("d", "n"),
                "connection_id": uuid_of("c", "n"),
                "external_id": "'8' || n",
                "name": "'Page ' || n",
                "enabled": "true",
            },
        )
        insert(
            cursor,
            TokenPlan,
            connections,
            {
                "connection_id": uuid_of("c", "n"),
                "platform_id": platform_of("n"),
                "due_at": f"now() + interval '50 days' * ({chance} - 5) / 1000",
            },
        )
        insert(
            cursor,
            TokenRefresh,
            connections,
            {
                "id": id_at("e", "n", connections, until),
                "tenant_id": owner_of(tenants, "n"),
                "connection_id": uuid_of("c", "n"),
                "outcome": f"CASE WHEN {chance} < 20 THEN 'failed' ELSE 'refreshed' END",
                "started_at": f"now() - interval '30 days' * {chance} / 1000",
            },
        )
        insert(
            cursor,
            Post,
            posts,
            {
                "id": id_at("b", "n", posts, until),
                "tenant_id": owner_of(tenants, place_of("(n * 4)", size)),
                "text": "'Post ' || n",
            },
        )
        sent = f"{chance} >= {waiting}"
        insert(
            cursor,
            PublishJob,
            size,
            {
                "id": job("n"),
                "tenant_id": owner_of(tenants, place),
                "platform_id": platform_of(place),
                "post_id": id_at("b", "n / 4", posts, until),
                "destination_id": uuid_of("d", place),
                "role": "'post'",
                "state": f"CASE WHEN {chance} < {dead} THEN 'dlq' WHEN {sent} THEN 'published' ELSE 'scheduled' END",
                "due_at": f"CASE WHEN {chance} BETWEEN {dead} AND {waiting - 1} THEN now() + interval '1 minute' * (n % 10000) END",
                "external_id": f"CASE WHEN {sent} THEN '8_' || n ELSE '' END",
                "published_at": f"CASE WHEN {sent} THEN {at} END",
                "planned_at": f"{at} - {took}",
                "attempt_count": "1",
            },
        )
        insert(
            cursor,
            Attempt,
            size,
            {
                "id": id_at("9", "n", size, until),
                "job_id": job("n"),
                "number": "1",
                "purpose": "'publish'",
                "opened_at": at,
                "closed_at": at,
                "outcome": f"CASE WHEN {chance} < 50 THEN 'failed' ELSE 'published' END",
                "error_kind": f"CASE WHEN {chance} < 50 THEN 'transient' ELSE '' END",
                "cause": f"CASE WHEN {chance} < 50 THEN 'The platform did not answer.' ELSE '' END",
            },
        )
        insert(
            cursor,
            DeadLetter,
            size // 50,
            {
                "id": id_at("f", "n", size // 50, until),
                "job_id": job("n * 50"),
                "tenant_id": owner_of(tenants, place_of("(n * 50)", size)),
                "platform_id": platform_of(place_of("(n * 50)", size)),
                "fingerprint": f"'cause ' || {chance} % 20",
                "cause": f"'Cause ' || {chance} % 20",
                "who": "'operator'",
                "opened_at": f"now() - interval '30 days' * (1 - (n + 1) / {size // 50 + 1}.0)",
                "closed_at": f"CASE WHEN {chance} >= 300 THEN now() - interval '10 days' * {chance} / 1000 END",
                "resolution": f"CASE WHEN {chance} >= 300 THEN 'redriven' ELSE '' END",
            },
        )
        insert(
            cursor,
            HealthLogEntry,
            size,
            {
                "id": id_at("7", "n", size, until),
                "tenant_id": owner_of(tenants, place),
                "connection_id": uuid_of("c", place),
                "platform": platform_of(place),
                "checked_at": at,
                "state": f"CASE WHEN {chance} < 10 THEN 'unhealthy' WHEN {chance} < 30 THEN 'degraded' ELSE 'healthy' END",
                "latency_ms": f"(40 * power(10, {chance} / 500.0))::int",
                "code": f"CASE WHEN {chance} < 30 THEN 'token_dead' ELSE '' END",
            },
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
