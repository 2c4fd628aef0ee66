"""What is asked of full tables: looks of the clock, the SQL views, pages, and lists of the API deep inside."""

from __future__ import annotations

import base64
import importlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import psutil  # type: ignore[import-untyped]  # in the dev lock, without types
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from bench.figures import percentile
from bench.processes import NotMeasurable
from bench.rows.sweeps import plans_of, scans_of
from bench.rows.views import reads
from bench.scale.filling import Filled
from connectors import expiring, webhook_processing
from connectors.models import TokenPlan
from connectors.refreshing import hand_out_due
from monitoring.analytics import looking
from monitoring.health import claim_due_connections
from outbox.sending import due_endpoints
from publishing import ledger, watching
from publishing.models import PublishJob
from tenants.models import ApiKey, User
from tenants.scopes import SCOPES
from tenants.services import add_member, create_api_key

CALLS: Final = 15
ACTOR: Final = "system:bench"
_BIG: Final = (
    *("publish_jobs", "posts", "publish_attempts", "publish_journal", "connection_health_log", "publish_watches"),
    *("metric_watches", "outgoing_events", "webhook_deliveries", "webhook_events", "connections", "token_plans"),
)


def sweeps(filled: Filled) -> dict[str, dict[str, Any]]:
    """Ask for what is due, as the clock does; and look by which plans."""
    lease = settings.PUBLISH_LEASE

    def tokens() -> object:
        handed = hand_out_due(now=timezone.now())
        # What a worker would have done by now; else the platforms' shares would be used up after two looks.
        TokenPlan.objects.filter(held_until__isnull=False).update(held_until=None)
        return handed

    def now() -> Any:
        return timezone.now()

    asked: dict[str, Callable[[], object]] = {
        "claim": lambda: ledger.claim(now=now(), limit=settings.WORKER_CALLS_IN_FLIGHT, lease=lease),
        "recover": lambda: ledger.recover(now=now(), landing=settings.PUBLISH_LANDING),
        "health": lambda: claim_due_connections(now=now()),
        "tokens": tokens,
        "ending tokens": lambda: expiring.due_endings(now=now()),
        "webhooks in": lambda: webhook_processing.due_events(now=now()),
        "webhooks out": lambda: list(due_endpoints(now=now())[:100]),
        "watched posts": lambda: watching.due_watches(now=now()),
        "numbers": lambda: looking.claim(now=now(), limit=32),
    }
    return {name: measured(ask, plans=True) for name, ask in asked.items()}


def views(filled: Filled) -> dict[str, dict[str, Any]]:
    """Read the SQL views as pages, the API and operators do."""
    return {name: measured(read) for name, read in reads(filled.tenants[0]).items()}


def pages(filled: Filled) -> dict[str, dict[str, Any]]:
    """Ask for the dashboards, of a tenant and of all; by the row of the bench that knows them all, where it is."""
    try:
        every: Any = importlib.import_module("bench.rows.pages")
    except ModuleNotFoundError:
        return _dashboards(filled)
    told = {}
    for only in ("page ", "api "):
        for name, one in every.timings(filled.tenants[0], only=only).items():
            told[name] = _told(list(one.milliseconds), one.cpu_ms)
    return told


def lists(filled: Filled) -> dict[str, dict[str, Any]]:
    """Ask the API for pages of long lists: the first, and one far inside."""
    tenant = filled.tenants[0]
    ApiKey.objects.filter(tenant=tenant, name="Scale").delete()
    _, key = create_api_key(tenant=tenant, name="Scale", scopes=SCOPES, actor=ACTOR)
    host = settings.PUBLIC_URL.partition("://")[2].partition("/")[0]
    client = Client(headers={"host": host, "Authorization": f"Bearer {key.reveal()}"})
    jobs = PublishJob.objects.filter(tenant=tenant).order_by("-id")
    middle = jobs.values("pk", "post_id")[jobs.count() // 2]
    found = {
        "jobs": "/api/jobs/",
        "jobs, half-way": _deep(client, "/api/jobs/", middle["pk"]),
        "jobs of a state": "/api/jobs/?state=published",
        "posts": "/api/posts/",
        "posts, half-way": _deep(client, "/api/posts/", middle["post_id"]),
        "posts by idempotency key": "/api/posts/?idempotency_key=order-0-announcement",
        "webhook deliveries": "/api/webhook-deliveries/",
        "audit log": "/api/audit-log/",
        "events": "/api/events/",
    }
    return dict(_gets(client, found))


def measured(ask: Callable[[], object], *, plans: bool = False) -> dict[str, Any]:
    """Ask again and again; tell the clock's time, the CPU of both sides, and whether a big table was read from end to end."""
    ask()  # once unmeasured: the first call pays for caches
    backend, times = backend_of_ours(), []
    spent, here = cpu_of(backend), time.process_time()
    for _ in range(CALLS):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    cpu = (time.process_time() - here + cpu_of(backend) - spent) * 1000 / CALLS
    told = _told(times, cpu)
    if plans:
        with plans_of() as seen:
            ask()
        _, whole = scans_of(seen, _BIG)
        told["reads_all_of"] = whole
    return told


def _told(times: list[float], cpu_ms: float) -> dict[str, Any]:
    return {
        "p50_ms": round(percentile(times, 0.5), 2),
        "p95_ms": round(percentile(times, 0.95), 2),
        "cpu_ms": round(cpu_ms, 2),
    }


def _dashboards(filled: Filled) -> dict[str, dict[str, Any]]:
    tenant = filled.tenants[0]
    user = User.objects.filter(email="scale@bench.example").first()
    if user is None:
        user = User.objects.create_superuser("scale@bench.example", "a long enough password")
        add_member(tenant=tenant, user=user, role="owner", actor=ACTOR)
    client = Client(headers={"host": settings.PUBLIC_URL.partition("://")[2].partition("/")[0]})
    client.force_login(user)
    names = ("overview", "publishing_dashboard", "health_dashboard", "token_dashboard", "platforms_dashboard")
    found = {}
    for name in (*names, "webhooks_dashboard", "dead_letters"):
        found[name] = reverse(name)
        found[f"{name}, all tenants"] = f"{reverse(name)}?tenants=all"
    with override_settings(STAFF_TOTP_REQUIRED=False):
        return dict(_gets(client, found))


def _gets(client: Client, addresses: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    with override_settings(ALLOWED_HOSTS=["*"], SECURE_SSL_REDIRECT=False):
        for name, address in addresses.items():
            answer = client.get(address)
            if answer.status_code != 200:
                raise NotMeasurable(f"{address} answered {answer.status_code}")
            yield name, measured(lambda address=address: client.get(address))  # type: ignore[misc]


def _deep(client: Client, address: str, key: object) -> str:
    """Return the address of the page that begins behind a row: as the list itself says it, with another row's key."""
    with override_settings(ALLOWED_HOSTS=["*"], SECURE_SSL_REDIRECT=False):
        following = client.get(address).json()["next"]
    told = parse_qs(urlsplit(following).query)["cursor"][0]
    place = json.loads(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)))
    cursor = base64.urlsafe_b64encode(json.dumps([*place[:-1], str(key)]).encode()).decode().rstrip("=")
    return f"{address}?{urlencode({'cursor': cursor})}"


def backend_of_ours() -> Any:
    """Return the database's process that serves this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0])


def cpu_of(backend: Any) -> float:
    # Helpers of a parallel plan are its siblings, and not counted; few plans have any.
    times = backend.cpu_times()
    return float(times.user + times.system)
