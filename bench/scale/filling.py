"""Rows of every table that grows, spread over thirty days, with the texts and the width that life gives them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from django.db import connection, models

from bench.rows.sweeps import insert, uuid_of
from connectors.models import Connection, Destination, TokenPlan, TokenRefresh, WebhookEvent
from monitoring.analytics.rows import MetricWatch, PostMetric, PostSnapshot
from monitoring.models import HealthLogEntry
from monitoring.reports.rows import ReportMark
from outbox.models import Mail, OutgoingEvent, WebhookDelivery, WebhookEndpoint
from publishing.models import Attempt, DeadLetter, JournalEntry, Post, PublishJob, Watch
from tenants.models import AuditEntry, Tenant
from tenants.services import create_tenant
from vault.models import Access

TENANTS: Final = 200
DAYS: Final = 30
PLATFORMS: Final = ("meta", "linkedin", "tiktok", "google_business", "mailchimp")
#: Of a thousand jobs so many died, so many are due now, so many wait for a later moment.
DEAD, DUE, LATER = 20, 2, 10
_TEXT: Final = "'A post of ordinary length, number ' || n || ': ' || repeat('rolls, bread and cake; ', 7)"
_FACTS: Final = """'{"http_status": 200, "request_id": "AbCdEf0123456789"}'::jsonb"""
_TOLD: Final = """'{"job_id": "0193", "state": "published", "permalink": "https://social.example/posts/1234567890", "text": "rolls"}'::jsonb"""
_TRIES: Final = (
    """'[{"at": "2026-11-22T09:00:00Z", "took_ms": 84, "status": 200, "error": "", "answer": "ok"}]'::jsonb"""
)


@dataclass(slots=True)
class Filled:
    """A filled database: whose rows it holds, and how long making them took."""

    tenants: list[Tenant]
    size: int
    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


def make_tenants() -> list[Tenant]:
    """Make the tenants; the first has a fifth of everything."""
    return [create_tenant(name=f"Scale {number}") for number in range(TENANTS)]


def fill(tenants: list[Tenant], size: int, *, say: Callable[[str], None]) -> Filled:
    """Empty the tables and fill them with so many jobs, and of everything else what belongs to so many jobs."""
    filled = Filled(tenants, size)
    with connection.cursor() as cursor:
        # Foreign keys are right by construction; a million look-ups of each would take minutes.
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 0")
        rows = _rows(tenants, size)
        cursor.execute(f"TRUNCATE {', '.join(dict.fromkeys(model._meta.db_table for model, _, _ in rows))} CASCADE")
        ReportMark.objects.all().delete()
        for model, group in groupby(rows, key=lambda row: row[0]):
            table, began = model._meta.db_table, time.perf_counter()
            with _indexes_at_the_end(cursor, table):
                for _, count, values in group:
                    insert(cursor, model, count, values)
                    filled.rows[table] = filled.rows.get(table, 0) + count
            filled.seconds[table] = time.perf_counter() - began
        cursor.execute("RESET session_replication_role; RESET synchronous_commit")
        began = time.perf_counter()
        cursor.execute("VACUUM ANALYZE")
        filled.seconds["VACUUM ANALYZE"] = time.perf_counter() - began
    total, seconds = sum(filled.rows.values()), sum(filled.seconds.values())
    say(f"{total:,} rows in {seconds:.0f} s: {total / seconds:,.0f} rows/s")
    return filled


@contextmanager
def _indexes_at_the_end(cursor: Any, table: str) -> Iterator[None]:
    """Build a table's indexes once all of its rows are there, by sorting: a third of the time of entering each row into each.

    PostgreSQL writes into no index that is not ready; that needs a superuser, as the bench is of its own server.
    """
    ready = "UPDATE pg_index SET indisready = %s WHERE indrelid = %s::regclass"
    cursor.execute(ready, [False, table])
    try:
        yield
    finally:
        cursor.execute(ready, [True, table])
        cursor.execute(f"REINDEX TABLE {table}")


def sizes_of(filled: Filled) -> dict[str, dict[str, float]]:
    """Return what each table takes on disk: bytes of a row, with its indexes, and of these in the table itself."""
    told = {}
    with connection.cursor() as cursor:
        for table, rows in filled.rows.items():
            cursor.execute("SELECT pg_total_relation_size(%s), pg_table_size(%s)", [table, table])
            whole, heap = cursor.fetchone()
            seconds = filled.seconds[table]
            told[table] = {
                "rows": rows,
                "bytes_per_row": round(whole / rows, 1),
                "of_these_in_the_table": round(heap / rows, 1),
                "filled_rows_per_second": round(rows / max(seconds, 0.001)),
            }
    return told


def _rows(tenants: list[Tenant], size: int) -> list[tuple[type[models.Model], int, dict[str, str]]]:
    """Say of each table how many rows it gets, and by which SQL each of their columns is made of their number ``n``."""
    accounts = max(size // 10, 10 * TENANTS)
    begin = datetime.now(UTC) - timedelta(days=DAYS)
    step = DAYS * 86_400_000 // size

    def born(kind: str, number: str) -> str:
        """An id that was made when the job of that number was."""
        made = f"({round(begin.timestamp() * 1000)} + {step} * ({number}))::bigint"
        return f"(lpad(to_hex({made}), 12, '0') || '7{kind}00' || '8' || lpad(to_hex({number}), 15, '0'))::uuid"

    def at(number: str = "n") -> str:
        return f"('{begin.isoformat()}'::timestamptz + interval '1 millisecond' * ({step}::bigint * ({number})))"

    ids = ",".join(str(tenant.pk) for tenant in tenants)
    account = f"((n / 2) % {accounts})"

    def owner(number: str) -> str:
        """Whose an account is: of five one is the first tenant's."""
        return (
            f"CASE WHEN {number} % 5 = 0 THEN '{tenants[0].pk}'::uuid "
            f"ELSE ('{{{ids}}}'::uuid[])[1 + ({number} % {len(tenants)})::int] END"
        )

    def platform(number: str) -> str:
        return f"('{{{','.join(PLATFORMS)}}}'::text[])[1 + ({number} / 5 % {len(PLATFORMS)})::int]"

    chance = "(abs(hashint8(n)::bigint) % 1000)"
    over = f"({chance} >= {DEAD + DUE + LATER})"
    failed = f"({chance} < 50)"
    moments = {"created_at": at(), "updated_at": at()}
    ours = {"tenant_id": owner(account), "platform_id": platform(account)}
    job, post, place = (
        born("a", "n"),
        born("b", "(n / 2 * 2)"),
        uuid_of("d", f"(({account} + n % 2 * 1000) % {accounts})"),
    )
    spread = f"(abs(hashint8(n + 7)::bigint) % {86_400 * 30})"
    soon = f"CASE WHEN n % 1000 = 0 THEN now() - interval '1 second' * (n % 600) ELSE now() + interval '1 second' * (600 + {spread}) END"
    return [
        (
            Connection,
            accounts,
            {
                "id": uuid_of("c", "n"),
                "tenant_id": owner("n"),
                "platform_id": platform("n"),
                "external_user_id": "'scale' || n",
                "display_name": "'Account ' || n",
                "status": f"CASE WHEN {chance} < 20 THEN 'attention' ELSE 'active' END",
                "health": f"CASE WHEN {chance} < 30 THEN 'unhealthy' ELSE 'healthy' END",
                "scopes_granted": """'["pages_manage_posts", "pages_read_engagement", "pages_show_list"]'::jsonb""",
                "next_health_at": soon,
                "access_expires_at": f"{soon} + interval '1 hour'",
            },
        ),
        (
            Destination,
            accounts,
            {
                "id": uuid_of("d", "n"),
                "connection_id": uuid_of("c", "n"),
                "tenant_id": owner("n"),
                "platform_id": platform("n"),
                "kind": "'facebook_page'",
                "external_id": "'8' || n",
                "name": "'Page ' || n",
                "enabled": "true",
                "subscribe_at": "now() + interval '1 day'",
            },
        ),
        (
            TokenPlan,
            accounts,
            {
                "connection_id": uuid_of("c", "n"),
                "platform_id": platform("n"),
                "due_at": soon,
                "ends_at": f"{soon} + interval '1 hour'",
                "tell_at": f"{soon} + interval '1 day'",
            },
        ),
        (
            TokenRefresh,
            size // 2,
            {
                **moments,
                "id": born("e", "(n * 2)"),
                "tenant_id": owner(f"(n % {accounts})"),
                "connection_id": uuid_of("c", f"(n % {accounts})"),
                "reason": "'due'",
                "outcome": f"CASE WHEN {chance} < 20 THEN 'failed' ELSE 'refreshed' END",
                "started_at": at("n * 2"),
                "facts": _FACTS,
            },
        ),
        (
            Post,
            size // 2,
            {
                "id": born("b", "(n * 2)"),
                "tenant_id": owner(f"(n % {accounts})"),
                "text": _TEXT,
                "created_by": "'key:swb_12345678'",
                "idempotency_key": "'order-' || n || '-announcement'",
                "request_digest": "md5(n::text) || md5(n::text)",
                "created_at": at("n * 2"),
                "updated_at": at("n * 2"),
            },
        ),
        (
            PublishJob,
            size,
            {
                **ours,
                **moments,
                "id": job,
                "post_id": post,
                "destination_id": place,
                "role": "'post'",
                "state": f"CASE WHEN {over} THEN 'published' WHEN {chance} < {DEAD} THEN 'dlq' "
                f"WHEN {chance} < {DEAD + DUE} THEN 'queued' ELSE 'scheduled' END",
                "due_at": f"CASE WHEN {over} OR {chance} < {DEAD} THEN NULL WHEN {chance} < {DEAD + DUE} "
                f"THEN now() - interval '1 second' * (n % 600) ELSE now() + interval '1 minute' * (60 + n % 10000) END",
                "external_id": f"CASE WHEN {over} THEN '123456789012345_' || n ELSE '' END",
                "permalink": f"CASE WHEN {over} THEN 'https://social.example/123456789012345/posts/' || n ELSE '' END",
                "published_at": f"CASE WHEN {over} THEN {at()} END",
                "planned_at": f"{at()} - interval '1 millisecond' * (40 * power(10, {chance} / 250.0))",
                "attempt_count": "1",
                "first_tried_at": at(),
            },
        ),
        (
            Attempt,
            size,
            {
                **moments,
                "id": born("9", "n"),
                "job_id": job,
                "number": "1",
                "purpose": "'publish'",
                "worker": "'worker-1@host:1234'",
                "opened_at": at(),
                "closed_at": at(),
                "outcome": f"CASE WHEN {failed} THEN 'failed' ELSE 'published' END",
                "error_kind": f"CASE WHEN {failed} THEN 'transient' ELSE '' END",
                "cause": f"CASE WHEN {failed} THEN 'The platform did not answer.' ELSE '' END",
                "facts": _FACTS,
            },
        ),
        *(
            (
                JournalEntry,
                size // every,
                {
                    "id": born(kind, f"(n * {every})"),
                    "job_id": born("a", f"(n * {every})"),
                    "attempt_number": "1",
                    "kind": f"'{word}'",
                    "key": f"'{key}'",
                    "value": value,
                    "at": at(f"n * {every}"),
                    "created_at": at(f"n * {every}"),
                    "updated_at": at(f"n * {every}"),
                },
            )
            for every, kind, word, key, value in (
                (1, "1", "announced", "feed", "NULL::jsonb"),
                (2, "2", "noted", "photo", """'"1234567890123456"'::jsonb"""),
            )
        ),
        (
            Watch,
            size,
            {
                **ours,
                **moments,
                "id": born("3", "n"),
                "job_id": job,
                "due_at": f"CASE WHEN n > {size} * 0.96 THEN {soon} END",
                "state": "'live'",
                "history": """'[{"at": "2026-11-22T09:05:00Z", "state": "live"}]'::jsonb""",
            },
        ),
        (
            MetricWatch,
            size,
            {
                **ours,
                **moments,
                "id": born("4", "n"),
                "kind": "'post'",
                "job_id": job,
                "destination_id": place,
                "published_at": at(),
                "due_at": f"CASE WHEN n > {size} * 0.9 THEN {soon} END",
                "stop": f"CASE WHEN n > {size} * 0.9 THEN '' ELSE 'done' END",
            },
        ),
        (
            PostMetric,
            size // 4,
            {
                **ours,
                "id": "n",
                "job_id": job,
                "destination_id": place,
                "published_at": at(),
                "metric": "'views'",
                "value": "(n * 7919) % 5000",
                "raw_name": "'post_impressions'",
                "as_of": at(),
                "taken_at": at(),
            },
        ),
        (
            PostSnapshot,
            size,
            {
                "id": "n",
                "job_id": job,
                "taken_at": at(),
                "told": """'{"views": 1234, "reach": 1000, "reactions": 56, "comments": 7, "shares": 8}'::jsonb""",
                "settled": "true",
            },
        ),
        (
            DeadLetter,
            size // 50,
            {
                "id": born("f", "(n * 50)"),
                "job_id": born("a", "(n * 50)"),
                "tenant_id": owner("n"),
                "platform_id": platform("n"),
                "fingerprint": f"'cause ' || {chance} % 20",
                "kind": "'unexpected'",
                "cause": f"'Cause ' || {chance} % 20",
                "who": "'operator'",
                "opened_at": at("n * 50"),
                "closed_at": f"CASE WHEN {chance} >= 300 THEN {at('n * 50')} END",
                "resolution": f"CASE WHEN {chance} >= 300 THEN 'redriven' ELSE '' END",
            },
        ),
        (
            HealthLogEntry,
            size,
            {
                **moments,
                "id": born("7", "n"),
                "tenant_id": owner(account),
                "connection_id": uuid_of("c", account),
                "platform": platform(account),
                "checked_at": at(),
                "state": f"CASE WHEN {chance} < 10 THEN 'unhealthy' WHEN {chance} < 30 THEN 'degraded' ELSE 'healthy' END",
                "latency_ms": f"(40 * power(10, {chance} / 500.0))::int",
                "code": f"CASE WHEN {chance} < 30 THEN 'token_dead' ELSE '' END",
                "findings": "'[]'::jsonb",
            },
        ),
        (
            WebhookEndpoint,
            TENANTS,
            {
                "id": uuid_of("4", "n"),
                "tenant_id": f"('{{{ids}}}'::uuid[])[1 + n::int]",
                "url": "'https://client.example/' || n",
                "listens_since": "now()",
            },
        ),
        (
            OutgoingEvent,
            size,
            {
                **moments,
                "id": born("5", "n"),
                "tenant_id": owner(account),
                "type": "'job.published'",
                "happened_at": at(),
                "data": _TOLD,
                "sequence": "n + 1",
            },
        ),
        (
            WebhookDelivery,
            size,
            {
                **moments,
                "id": born("6", "n"),
                "tenant_id": owner(account),
                "endpoint_id": uuid_of("4", f"(n % {TENANTS})"),
                "event_id": born("5", "n"),
                "state": f"CASE WHEN {chance} < 2 THEN 'waiting' ELSE 'delivered' END",
                "due_at": f"CASE WHEN {chance} < 2 THEN now() + interval '1 hour' END",
                "attempts": _TRIES,
                "attempted_at": at(),
            },
        ),
        (
            WebhookEvent,
            size // 2,
            {
                "id": born("8", "(n * 2)"),
                "platform_id": platform("n"),
                "key": "'delivery-1234567890-' || n",
                "kind": "'comment'",
                "external_id": "'8' || n",
                "post_id": "'8_' || n",
                "state": "CASE WHEN n % 1000 = 0 THEN 'received' ELSE 'processed' END",
                "due_at": "CASE WHEN n % 1000 = 0 THEN now() - interval '1 second' END",
                "received_at": at("n * 2"),
                "raw": """'{"field": "feed", "value": {"item": "comment", "verb": "add", "message": "Lovely rolls!"}}'::jsonb""",
            },
        ),
        (
            Access,
            size,
            {
                "id": born("c", "n"),
                "minute": at(),
                "tenant_id": owner(account),
                "connection_id": uuid_of("c", account),
                "kind": "'page_token:' || n",
                "purpose": "'publish'",
                "process": "'celery worker-1:1234'",
                "outcome": "'opened'",
                "count": "3",
            },
        ),
        (
            AuditEntry,
            size // 4,
            {
                "id": born("d", "(n * 4)"),
                "tenant_id": owner("n"),
                "created_at": at("n * 4"),
                "actor": "'user:somebody@client.example'",
                "action": "'job.cancelled'",
                "subject_kind": "'publishjob'",
                "subject_id": f"{born('a', '(n * 4)')}::text",
            },
        ),
        (
            Mail,
            size // 100,
            {
                "id": born("0", "(n * 100)"),
                "address": "'night@hub.example'",
                "topic": "'alerts'",
                "kind": "'alert'",
                "about": "'x'",
                "state": "'sent'",
            },
        ),
    ]
