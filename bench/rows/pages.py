"""Every page, list and search over a million jobs and a million checks: what answering each costs, through the whole of Django.

``timings`` takes a filled database as it is, so that other programs may fill it their way; ``fill`` fills it ours.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import psutil  # type: ignore[import-untyped]  # in the dev lock, without types
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils import timezone

from bench.figures import Row, percentile
from bench.hub import Hub
from bench.processes import NotMeasurable
from bench.rows import Options, views
from bench.rows.sweeps import insert, uuid_of
from connectors.models import Connection, WebhookEvent
from foundation.admin.filters import Narrowed
from monitoring.analytics import rolling
from monitoring.analytics.rows import AccountMetric, PostMetric
from monitoring.reports import folding, telling
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from publishing.models import JournalEntry, PublishJob
from tenants.models import ApiKey, AuditEntry, Tenant, User
from tenants.scopes import SCOPES
from tenants.services import add_member, create_api_key, create_tenant

TITLE: Final = "pages, lists of the API and lists of the admin"
SIZE, QUICK_SIZE = 1_000_000, 20_000
CALLS, CALLS_OF_ADMIN = 7, 4
MOST_MS: Final = 300.0
SPANS: Final = ("1h", "24h", "7d", "30d")
ACTOR: Final = "system:bench"
_METRICS: Final = ("views", "reach", "reactions", "comments", "shares", "saves", "clicks", "engagements")


@dataclass(frozen=True, slots=True)
class Timing:
    """What one address cost, call by call."""

    address: str
    milliseconds: tuple[float, ...]
    #: CPU of one call: of this process, and of the database's.
    python_ms: float
    database_ms: float
    statements: int
    slowest: str

    @property
    def cpu_ms(self) -> float:
        """CPU of one call, wherever it was spent: what a busy machine does not disturb."""
        return self.python_ms + self.database_ms


def measure(hub: Hub, options: Options) -> Row:
    """Fill the tables, and ask for everything as the operator who is also a member of the largest tenant."""
    size = QUICK_SIZE if options.quick else SIZE
    row = Row("pages", f"{TITLE}, with {size:,} jobs and checks")
    began = time.monotonic()
    tenants = [create_tenant(name=f"Page {number}") for number in range(views.TENANTS)]
    fill(tenants, size)
    row.facts["filled_in_seconds"] = round(time.monotonic() - began, 1)
    told = timings(tenants[views.BIG])
    for name, one in told.items():
        row.tell(f"{name}, p95", percentile(one.milliseconds, 0.95), "ms", at_most=MOST_MS)
        row.facts[name] = {
            "address": one.address,
            "ms": [round(ms, 1) for ms in one.milliseconds],
            "python_cpu_ms": round(one.python_ms, 1),
            "database_cpu_ms": round(one.database_ms, 1),
            "statements": one.statements,
            "slowest_statement": one.slowest,
        }
    dearest = sorted(told.items(), key=lambda pair: -pair[1].cpu_ms)[:10]
    row.notes.append("most CPU in ms: " + ", ".join(f"{name} {one.cpu_ms:.0f}" for name, one in dearest))
    return row


def timings(tenant: Tenant, *, only: str = "", say: Callable[[str], None] | None = None) -> dict[str, Timing]:
    """Ask a filled database for every page of a tenant, of all tenants, of the API and of the admin; with ``only``, for those so named."""
    told: dict[str, Timing] = {}
    with override_settings(STAFF_TOTP_REQUIRED=False, ALLOWED_HOSTS=["*"], SECURE_SSL_REDIRECT=False):
        operator, api = _operator(tenant), _caller(tenant)
        for name, client, address, calls in _asked(operator, api, tenant):
            if only in name:
                told[name] = _timed(client, address, calls=calls)
                if say is not None:
                    one = told[name]
                    say(
                        f"{name:<70} {percentile(one.milliseconds, 0.5):7.0f} ms  CPU {one.python_ms:5.0f} + {one.database_ms:5.0f}"
                        f"  {one.statements:3} statements  {address}"
                    )
    return told


# --- what is asked ----------------------------------------------------------------------------------------------------------


def _asked(operator: Client, api: Client, tenant: Tenant) -> Iterator[tuple[str, Client, str, int]]:
    for name, address in {**_dashboards(), **_lists(tenant)}.items():
        yield f"page {name}", operator, address, CALLS
    for name, address in _api(tenant).items():
        yield f"api {name}", api, address, CALLS
    for name, address in _admin(tenant):
        yield f"admin {name}", operator, address, CALLS_OF_ADMIN


def _dashboards() -> dict[str, str]:
    found: dict[str, str] = {}
    for scope, words in (("", ""), ("all", ", all tenants")):
        wide = {"tenants": scope} if scope else {}
        for name in (
            "overview",
            "platforms_dashboard",
            "token_dashboard",
            "webhooks_dashboard",
            "dead_letters",
            "alerts",
        ):
            found[f"{name}{words}"] = _at(name, **wide)
        for name, spans in (("publishing_dashboard", SPANS), ("health_dashboard", SPANS[1:])):
            for span in spans:
                found[f"{name} {span}{words}"] = _at(name, range=span, **wide)
        for said in (
            {"query": "Account 77"},
            {"state": "overdue"},
            {"ends": "week"},
            {"sort": "-name"},
            {"failing": "1"},
        ):
            found[f"token_dashboard {urlencode(said)}{words}"] = _at("token_dashboard", **said, **wide)
        for said in ({"query": "Account 77"}, {"state": "unhealthy"}, {"state": "overdue"}, {"sort": "-checked"}):
            found[f"health_dashboard {urlencode(said)}{words}"] = _at("health_dashboard", **said, **wide)
        found[f"publishing_dashboard of a platform{words}"] = _at("publishing_dashboard", platform="meta", **wide)
        found[f"dead_letters query{words}"] = _at("dead_letters", query="Cause 7", **wide)
    for days in ("7", "28", "90"):
        found[f"analytics {days} days"] = _at("analytics", days=days)
    return found


def _lists(tenant: Tenant) -> dict[str, str]:
    jobs = PublishJob.objects.filter(tenant=tenant).order_by("-id")
    middle = jobs[jobs.count() // 2]
    now = timezone.now()
    day = {"since": _moment(now - timedelta(days=2)), "until": _moment(now - timedelta(days=1))}
    account = Connection.objects.filter(tenant=tenant).order_by("-id")[0]
    return {
        "jobs": _at("jobs"),
        "jobs deep": _at("jobs", cursor=_cursor("a", str(middle.pk), str(middle.pk))),
        "jobs by due": _at("jobs", sort="due"),
        "jobs waiting": _at("jobs", state="waiting"),
        "jobs dlq": _at("jobs", state="dlq"),
        "jobs of a platform": _at("jobs", platform="meta"),
        "jobs of a destination": _at("jobs", destination=str(middle.destination_id)),
        "jobs query": _at("jobs", query="Post 777"),
        "jobs query, nothing": _at("jobs", query="nowhere to be found"),
        "jobs published on a day": _at("jobs", event="published", role="post", **day),
        "posts": _at("posts"),
        "posts failed": _at("posts", state="failed"),
        "posts of a platform": _at("posts", platform="meta"),
        "posts query": _at("posts", query="Post 777"),
        "posts query, nothing": _at("posts", query="nowhere to be found"),
        "connections": _at("connections"),
        "connections attention": _at("connections", state="attention"),
        "connections query": _at("connections", query="Account 77"),
        "a connection": reverse("connection", args=[account.pk]),
        "a job": reverse("job", args=[middle.pk]),
        "events in": _at("events_in"),
        "events in, failed": _at("events_in", state="failed"),
        "webhook events": _at("webhook_events"),
        "webhook endpoints": _at("webhook_endpoints"),
        "audit log": _at("audit_log"),
        "audit log query": _at("audit_log", query="bench"),
    }


def _api(tenant: Tenant) -> dict[str, str]:
    jobs = PublishJob.objects.filter(tenant=tenant).order_by("-id")
    job = jobs[jobs.count() // 2]
    now = timezone.now()
    week = _moment(now - timedelta(days=7))
    deep = {"jobs": _cursor("", 0, str(job.pk)), "posts": _cursor("-created", 0, str(job.post_id))}
    asked: dict[str, list[dict[str, Any]]] = {
        "posts": [
            {},
            {"limit": 100},
            {"cursor": deep["posts"]},
            *(
                {"state": state}
                for state in ("scheduled", "publishing", "published", "partly_published", "failed", "cancelled")
            ),
            {"platform": "meta"},
            {"destination": job.destination_id},
            {"created_after": week},
            {"created_before": week},
            {"sort": "publish_at"},
            {"idempotency_key": "none such"},
        ],
        "jobs": [
            {},
            {"limit": 100},
            {"cursor": deep["jobs"]},
            *({"state": state} for state in ("scheduled", "published", "dlq", "retrying")),
            {"state": "dlq", "platform": "meta"},
            {"platform": "meta"},
            {"platform": "google_business", "state": "cancelled"},
            {"destination": job.destination_id},
            {"post": job.post_id},
            {"role": "first_comment"},
            {"standing": "removed"},
        ],
        "dead-letters": [{}, {"platform": "meta"}, {"fingerprint": "cause 7"}, {"who": "author"}],
        "connections": [{}, {"limit": 100}, {"platform": "meta"}, {"status": "attention"}],
        "destinations": [{}, {"limit": 100}],
        "webhook-deliveries": [{}, {"state": "failed"}, {"state": "waiting"}, {"type": "job.published"}],
        "events": [{}, {"type": "job.dead_lettered"}, {"after": 5}],
        "audit-log": [{}, {"actor": ACTOR}, {"action": "nothing.such"}, {"since": week}],
        "reports/health-summary": [{}],
        "reports/recent-errors": [{}, {"source": "health"}, {"who": "operator"}, {"platform": "meta"}, {"since": week}],
        "reports/token-health": [{}, {"state": "overdue"}, {"ends_before": _moment(now)}],
        "reports/publish-performance": [{}, {"platform": "meta"}, {"since": week}, {"until": week}],
        "reports/dlq-status": [{}, {"who": "author"}],
        "reports/health-trends": [{}, {"platform": "meta"}, {"until": week}],
        "reports/readiness": [{}],
        "alerts": [{}],
    }
    found = {}
    for name, queries in asked.items():
        for said in queries:
            words = " ".join(f"{key}={'…' if len(str(value)) > 20 else value}" for key, value in said.items())
            found[f"{name} {words}".strip()] = f"/api/{name}/?{urlencode(said)}"
    days = {"since": f"{now - timedelta(days=90):%Y-%m-%d}", "until": f"{now:%Y-%m-%d}"}
    for by in ("platform", "destination"):
        found[f"analytics/summary 90 days by {by}"] = f"/api/analytics/summary?{urlencode({**days, 'by': by})}"
    found["analytics/posts 90 days by views"] = f"/api/analytics/posts?{urlencode({**days, 'sort': '-views'})}"
    found["analytics/accounts 90 days"] = f"/api/analytics/accounts?{urlencode(days)}"
    return found


def _admin(tenant: Tenant) -> Iterator[tuple[str, str]]:
    """Yield every list, by each of its filters, searched for an id, a name and nothing that is there, and far back."""
    yield "index", reverse("admin:index")
    for model, page in admin.site._registry.items():
        name = str(model._meta.label_lower)
        address = reverse(f"admin:{name.replace('.', '_')}_changelist")
        yield name, address
        request = RequestFactory().get(address)
        request.user = User.objects.filter(is_superuser=True)[0]
        shown = page.get_changelist_instance(request)
        for spec in shown.filter_specs:
            # The first choice is all of them; of long lists of causes the first are asked for.
            for choice in list(spec.choices(shown))[1:7]:
                said = str(choice["query_string"])
                yield f"{name} {said}", f"{address}{said}"
        rows = model._default_manager.order_by("-pk")
        newest = next(iter(rows[:1]), None)
        narrowings: Any = page.list_filter
        for narrowing in narrowings:
            if isinstance(narrowing, type) and issubclass(narrowing, Narrowed):
                found = tenant.pk if narrowing.target is Tenant else rows.values_list(narrowing.path, flat=True).first()
                yield (
                    f"{name} of a {narrowing.title}",
                    f"{address}?{urlencode({str(narrowing.parameter_name): str(found)})}",
                )
        if newest is None or (not getattr(page, "search_help_text", None) and not page.search_fields):
            continue
        for words in (str(newest.pk), "Page 7", "nowhere to be found"):
            yield f"{name} ?q={words[:12]}", f"{address}?{urlencode({'q': words})}"
        far = next(iter(rows.values_list("pk", flat=True)[100_000:100_001]), None)
        if far is not None:
            yield f"{name} far back", f"{address}?{urlencode({'before': str(far)})}"
            yield f"{name} p=30", f"{address}?p=30"


def _at(page: str, **said: Any) -> str:
    address = reverse(page)
    return f"{address}?{urlencode(said)}" if said else address


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _cursor(*told: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


# --- asking -----------------------------------------------------------------------------------------------------------------


def _operator(tenant: Tenant) -> Client:
    email = f"{tenant.slug}@bench.example"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_superuser(email, "a long enough password")
        add_member(tenant=tenant, user=user, role="owner", actor=ACTOR)
    client = Client(headers={"host": _host()})
    client.force_login(user)
    return client


def _caller(tenant: Tenant) -> Client:
    ApiKey.objects.filter(tenant=tenant, name="Pages").delete()
    _, key = create_api_key(tenant=tenant, name="Pages", scopes=SCOPES, actor=ACTOR)
    return Client(headers={"host": _host(), "Authorization": f"Bearer {key.reveal()}"})


def _host() -> str:
    return str(settings.PUBLIC_URL).partition("://")[2].partition("/")[0] or "127.0.0.1"


def _timed(client: Client, address: str, *, calls: int) -> Timing:
    with CaptureQueriesContext(connection) as asked:  # once for itself: the first call also pays for caches
        answer = client.get(address)
    if answer.status_code != 200:
        raise NotMeasurable(f"{address} answered {answer.status_code}")
    statements = len(asked)  # told now: the next request empties the log
    slowest = max(asked.captured_queries, key=lambda one: float(one["time"]), default={"time": "0", "sql": ""})
    backend = _backend()
    spent, began_cpu, times = _cpu_of(backend), time.process_time(), []
    for _ in range(calls):
        began = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - began) * 1000)
    python = (time.process_time() - began_cpu) * 1000 / calls
    database = (_cpu_of(backend) - spent) * 1000 / calls
    return Timing(address, tuple(times), python, database, statements, f"{slowest['time']} s: {slowest['sql'][:2000]}")


def _backend() -> Any:
    """Return the database's process that serves this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0])


def _cpu_of(backend: Any) -> float:
    # Helpers of a parallel plan are the backend's siblings; they are not counted here, and few plans have any.
    times = backend.cpu_times()
    return float(times.user + times.system)


# --- rows -------------------------------------------------------------------------------------------------------------------


def fill(tenants: list[Tenant], size: int) -> None:
    """Fill what the views are made of, and a quarter as much of each other table that lists are made of; sum it all up."""
    until = timezone.now()
    views.fill(tenants, size, until=until)
    fill_the_rest(tenants, size, until=until)
    telling.tell_readiness(now=until)
    folding.fold(now=until)
    for tenant in (tenants[views.BIG], tenants[views.USUAL]):
        rolling.build(tenant, now=until)
    rolling.count_sent(now=until)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def fill_the_rest(tenants: list[Tenant], size: int, *, until: datetime) -> None:
    """Make what else happened while so many jobs went out."""
    place, owner = views.place_of("n", size), views.owner_of(tenants, views.place_of("n", size))
    some, endpoints = size // 4, 10 * len(tenants)
    at = f"(now() - interval '{views.DAYS} days' * (1 - (n + 1) / {some + 1}.0))"
    job = views.id_at("a", "n", size, until)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "TRUNCATE webhook_events, webhook_endpoints, outgoing_events, webhook_deliveries, audit_log, publish_journal CASCADE"
        )
        cursor.execute("TRUNCATE post_metrics, account_metrics, metric_sums, metric_roll_ups CASCADE")
        insert(
            cursor,
            JournalEntry,
            some,
            {
                "id": views.id_at("1", "n", some, until),
                "job_id": job,
                "at": at,
                "attempt_number": "1",
                "kind": "'noted'",
                "key": "'done'",
            },
        )
        insert(
            cursor,
            AuditEntry,
            some,
            {
                "id": views.id_at("2", "n", some, until),
                "tenant_id": owner,
                "created_at": at,
                "actor": f"CASE WHEN n % 3 = 0 THEN '{ACTOR}' ELSE 'api_key:' || n % 1000 END",
                "action": "'job.redriven'",
                "subject_kind": "'publishjob'",
                "subject_id": f"{job}::text",
            },
        )
        insert(
            cursor,
            WebhookEvent,
            some,
            {
                "id": views.id_at("3", "n", some, until),
                "platform_id": views.platform_of(views.place_of("n", size)),
                "key": "'k' || n",
                "kind": "'post_changed'",
                "external_id": f"'8' || {views.place_of('n', size)}",
                "state": "CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'processed' END",
                "received_at": at,
                "processed_at": at,
            },
        )
        insert(
            cursor,
            WebhookEndpoint,
            endpoints,
            {
                "id": uuid_of("4", "n"),
                "tenant_id": views.owner_of(tenants, "n"),
                "url": "'https://client.example/' || n",
                "listens_since": "now()",
                "last_success_at": "now()",
                "failures_in_row": "CASE WHEN n % 50 = 1 THEN 3 ELSE 0 END",
            },
        )
        event = views.id_at("5", "n", some, until)
        insert(
            cursor,
            OutgoingEvent,
            some,
            {"id": event, "tenant_id": owner, "type": "'job.published'", "sequence": "n + 1", "created_at": at},
        )
        insert(
            cursor,
            WebhookDelivery,
            some,
            {
                "id": views.id_at("6", "n", some, until),
                "tenant_id": owner,
                "event_id": event,
                "endpoint_id": uuid_of("4", f"({place} % {endpoints})"),
                "state": "CASE WHEN n % 500 = 0 THEN 'failed' ELSE 'delivered' END",
                "last_error": "CASE WHEN n % 500 = 0 THEN 'It answered 500.' ELSE '' END",
                "attempted_at": at,
                "attempts": "'[]'::jsonb",
            },
        )
        metric = f"('{{{','.join(_METRICS)}}}'::text[])[1 + (n % {len(_METRICS)})::int]"
        place_of_post = views.place_of(f"(n / {len(_METRICS)})", size)
        insert(
            cursor,
            PostMetric,
            some,
            {
                "id": "n",
                "job_id": views.id_at("a", f"({size} - 1 - n / {len(_METRICS)})", size, until),
                "tenant_id": views.owner_of(tenants, place_of_post),
                "destination_id": uuid_of("d", place_of_post),
                "platform_id": views.platform_of(place_of_post),
                "published_at": f"now() - interval '{views.DAYS} days' * n / {some}",
                "metric": metric,
                "value": "(n * 7919) % 5000",
                "as_of": "now()",
                "taken_at": "now()",
            },
        )
        days = 120
        place_of_day = f"(n / {len(_METRICS) * days} * 10)"
        insert(
            cursor,
            AccountMetric,
            some,
            {
                "id": "n",
                "destination_id": uuid_of("d", place_of_day),
                "tenant_id": views.owner_of(tenants, place_of_day),
                "platform_id": views.platform_of(place_of_day),
                "metric": metric.replace("reactions", "followers"),
                "day": f"current_date - (n / {len(_METRICS)} % {days})::int",
                "span": "'day'",
                "value": "(n * 7919) % 5000",
                "as_of": "now()",
                "taken_at": "now()",
            },
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
