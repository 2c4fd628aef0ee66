"""What row-level security costs: the same requests and claims without it and behind it, in turn (ADR 0022)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from bench.figures import percentile
from bench.processes import NotMeasurable
from bench.scale.filling import Filled
from bench.scale.looks import ACTOR, backend_of_ours, cpu_of
from connectors.models import Destination
from publishing import ledger
from tenants import row_policies
from tenants.models import ApiKey
from tenants.scopes import SCOPES
from tenants.services import create_api_key

#: So many calls without, then so many behind it, and again: what else the machine does meets both alike.
CALLS, TURNS = 10, 6
_READ: Final = {
    "GET jobs": "/api/jobs/",
    "GET posts": "/api/posts/",
    "GET a report, errors": "/api/reports/recent-errors/",
    "GET a report, health": "/api/reports/health-summary/",
    "GET a report, tokens": "/api/reports/token-health/",
    "GET a report, performance": "/api/reports/publish-performance/",
    "GET analytics of 28 days": "/api/analytics/summary",
}


def wall(filled: Filled) -> dict[str, dict[str, Any]]:
    """Ask as the largest tenant's client app with ``ROW_SECURITY`` off and on; and claim, with policies on the tables and without."""
    told: dict[str, dict[str, Any]] = {"claim": _claims()}
    row_policies.apply()
    try:
        told["claim, behind the wall"] = _claims()
        with override_settings(ALLOWED_HOSTS=["*"], SECURE_SSL_REDIRECT=False):
            for name, ask in _asked(filled).items():
                told |= _in_turn(name, ask)
    finally:
        row_policies.remove()
    return told


def _asked(filled: Filled) -> dict[str, Callable[[], Any]]:
    tenant = filled.tenants[0]
    ApiKey.objects.filter(tenant=tenant, name="Wall").delete()
    _, key = create_api_key(tenant=tenant, name="Wall", scopes=SCOPES, actor=ACTOR)
    host = settings.PUBLIC_URL.partition("://")[2].partition("/")[0]
    client = Client(headers={"host": host, "Authorization": f"Bearer {key.reveal()}"})
    place = Destination.objects.filter(tenant=tenant, platform_id="meta", connection__status="active").first()
    if place is None:
        raise NotMeasurable("no place to publish at")
    body = json.dumps({"text": "Beside and behind the wall", "destinations": [str(place.pk)]})
    asked: dict[str, Callable[[], Any]] = {
        "POST publish": lambda: client.post("/api/publish", body, content_type="application/json")
    }
    return asked | {name: lambda address=address: client.get(address) for name, address in _READ.items()}


def _in_turn(name: str, ask: Callable[[], Any]) -> dict[str, dict[str, Any]]:
    spent: dict[bool, list[float]] = {False: [], True: []}
    times: dict[bool, list[float]] = {False: [], True: []}
    backend = backend_of_ours()
    for turn in range(2 * TURNS):
        on = turn % 2 == 1
        with override_settings(ROW_SECURITY=on):
            answer = ask()  # once unmeasured
            if answer.status_code not in (200, 202):
                raise NotMeasurable(f"{name} answered {answer.status_code}: {answer.content[:200]!r}")
            here, there = time.process_time(), cpu_of(backend)
            for _ in range(CALLS):
                began = time.perf_counter()
                ask()
                times[on].append((time.perf_counter() - began) * 1000)
            spent[on].append((time.process_time() - here + cpu_of(backend) - there) * 1000 / CALLS)
    return {
        f"{name}{words}": {
            "cpu_ms": round(percentile(spent[on], 0.5), 2),
            "p50_ms": round(percentile(times[on], 0.5), 2),
            "p95_ms": round(percentile(times[on], 0.95), 2),
        }
        for words, on in (("", False), (", behind the wall", True))
    }


def _claims() -> dict[str, Any]:
    """Claim as a worker does; it runs as the owner of the tables, whatever policies they have."""
    backend, times, taken = backend_of_ours(), [], 0
    here, there = time.process_time(), cpu_of(backend)
    for _ in range(CALLS):
        began = time.perf_counter()
        taken += len(ledger.claim(now=timezone.now(), limit=32, lease=settings.PUBLISH_LEASE))
        times.append((time.perf_counter() - began) * 1000)
    cpu = (time.process_time() - here + cpu_of(backend) - there) * 1000 / CALLS
    return {"cpu_ms": round(cpu, 2), "p50_ms": round(percentile(times, 0.5), 2), "jobs": taken}
