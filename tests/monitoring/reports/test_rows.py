"""What the views tell of accounts, tokens, dead letters, errors and platforms, beside the rows they are made of; and the API's rows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from connectors.models import Connection, Platform, TokenPlan, TokenRefresh, WebhookEvent
from foundation.secret import Secret
from monitoring.models import ConnectorHealthSummary, ConnectorReadiness, DlqStatus, RecentError, TokenHealth
from monitoring.reports import api as reports
from monitoring.reports import folding, telling
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from publishing.models import Attempt, DeadLetter
from publishing.states import State
from tenants import switching
from tenants.models import Tenant
from tenants.services import create_api_key
from tests.monitoring.reports.conftest import Ledger

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def _client(tenant: Tenant, *scopes: str) -> Client:
    _, key = create_api_key(tenant=tenant, name="Reports", scopes=scopes, actor="system:test")
    return Client(headers={"Authorization": f"Bearer {Secret.reveal(key)}"})


def test_health_of_a_platform_is_what_its_accounts_and_the_checks_of_a_day_say(
    make_ledger: Callable[[int], Ledger], now: datetime
) -> None:
    ledger = make_ledger(2)
    tenant, other = ledger.tenants
    first = ledger.places[tenant.pk, "meta"].connection
    Connection.objects.filter(pk=first.pk).update(status="attention", health="unhealthy", health_checked_at=now - HOUR)
    for number, (status, health) in enumerate([("active", "healthy"), ("active", ""), ("inactive", "healthy")]):
        Connection.objects.create(
            tenant=tenant, platform_id="meta", external_user_id=str(number), display_name="x", status=status, health=health,
            status_since=now, connected_at=now, disconnected_at=now if status == "inactive" else None,
            health_checked_at=now - (number + 2) * HOUR if health else None,
        )  # fmt: skip
    # Around both ends of the 24 hours, and of what is summed up.
    for back, state in [(0.01, "healthy"), (1, "degraded"), (5, "unhealthy"), (23.9, "healthy"), (24.1, "healthy")]:
        ledger.checked(tenant, "meta", now - back * HOUR, state, 100)
    ledger.checked(other, "meta", now - HOUR, "healthy", 5000)
    for _ in range(2):
        row = ConnectorHealthSummary.objects.get(tenant_id=tenant.pk, platform="meta")
        counts = (row.connections, row.active, row.attention, row.inactive, row.healthy, row.degraded, row.unhealthy)
        assert counts == (4, 2, 1, 1, 1, 0, 1)
        assert (row.unchecked, row.checks_24h, row.failed_checks_24h, row.success_rate_24h) == (1, 4, 2, 0.5)
        assert (row.last_checked_at, row.oldest_check_at) == (now - HOUR, now - 2 * HOUR)
        assert row.latency_ms_avg_24h == 100
        assert row.latency_ms_p95_24h == pytest.approx(100, rel=0.1)
        folding.fold(now=now)


def test_a_token_is_told_in_the_first_state_that_holds(make_ledger: Callable[[int], Ledger], now: datetime) -> None:
    tenant = make_ledger(1).tenants[0]
    cases: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "attention": ({"status": "attention", "access_expires_at": now - HOUR}, {}),
        "expired": ({"access_expires_at": now - HOUR}, {"failures": 3}),
        "overdue": ({"access_expires_at": now + HOUR}, {"due_at": now - HOUR}),
        "due": ({"access_expires_at": now + HOUR}, {"due_at": now + HOUR, "held_until": now + HOUR}),
        "no_expiry": ({}, {}),
        "valid": ({"access_expires_at": now + 48 * HOUR}, {"due_at": now + HOUR}),
    }
    for name, (said, plan) in cases.items():
        row = Connection.objects.create(
            tenant=tenant, platform_id="linkedin", external_user_id=name, display_name=name, status_since=now,
            connected_at=now, **{"status": "active", **said},
        )  # fmt: skip
        TokenPlan.objects.create(connection=row, platform_id="linkedin", version=0, **plan)
        for outcome in ("failed", "refreshed"):
            TokenRefresh.objects.create(
                tenant=tenant, connection=row, reason="due", outcome=outcome, started_at=now, took_ms=1
            )
    told = TokenHealth.objects.filter(platform="linkedin").exclude(display_name__contains=" on ")
    assert {row.display_name: row.state for row in told} == {name: name for name in cases}
    valid = told.get(state="valid")
    assert valid.seconds_left == pytest.approx(48 * 3600, abs=30)
    assert (valid.refresh_due_at, valid.last_outcome) == (now + HOUR, "refreshed")


def test_causes_tell_how_many_letters_are_open_and_what_became_of_others(
    make_ledger: Callable[[int], Ledger], now: datetime
) -> None:
    ledger = make_ledger(2)
    tenant, other = ledger.tenants
    for back, cause in [(50, "Older words."), (2, "Newest words."), (30, "Words.")]:
        ledger.letter(tenant, "meta", now - back * HOUR, cause=cause)
    ledger.letter(other, "meta", now - HOUR)
    closed = DeadLetter.Resolution
    for resolution, back in [(closed.REDRIVEN, 3), (closed.REDRIVEN, 24 * 8), (closed.DISCARDED, 4)]:
        ledger.letter(tenant, "meta", now - 300 * HOUR, closed_at=now - back * HOUR, resolution=resolution)
    row = DlqStatus.objects.get(tenant_id=tenant.pk)
    assert (row.open, row.opened_24h, row.cause, row.redriven_7d, row.discarded_7d) == (3, 1, "Newest words.", 1, 1)
    assert (row.oldest_open_at, row.newest_open_at) == (now - 50 * HOUR, now - 2 * HOUR)


@pytest.fixture
def gone_wrong(make_ledger: Callable[[int], Ledger], now: datetime) -> Ledger:
    """One error of each source, of the first tenant; one of the second; and some that are none or too old."""
    ledger = make_ledger(2)
    tenant, other = ledger.tenants
    for whose, at, error in [(tenant, now - HOUR, "transient"), (tenant, now - HOUR, ""), (other, now, "refused")]:
        job = ledger.post(whose, "meta", state=State.DLQ, error_who="operator", attempt_count=1)
        Attempt.objects.create(
            job=job, number=1, purpose="publish", worker="w", opened_at=at, closed_at=at, outcome="failed",
            error_kind=error, cause="It broke.", facts={"code": 190} if error else {},
        )  # fmt: skip
    connection = ledger.places[tenant.pk, "meta"].connection
    ledger.checked(tenant, "meta", now - 2 * HOUR, "unhealthy", 10)
    ledger.checked(tenant, "meta", now - 2 * HOUR, "healthy", 10)
    ledger.checked(tenant, "meta", now - 24 * 8 * HOUR, "unhealthy", 10)
    for outcome in ("failed", "refreshed"):
        TokenRefresh.objects.create(
            tenant=tenant, connection=connection, reason="due", outcome=outcome, started_at=now - 3 * HOUR, took_ms=1
        )
    WebhookEvent.objects.create(
        platform_id="meta", key="k", kind="unknown", received_at=now - 4 * HOUR, state="failed", error="It broke.",
        raw={"message": "private words"},
    )  # fmt: skip
    endpoint = WebhookEndpoint.objects.create(tenant=tenant, url="https://a.example/", listens_since=now)
    event = OutgoingEvent.objects.create(tenant=tenant, type="job.failed", happened_at=now)
    WebhookDelivery.objects.create(
        tenant=tenant, endpoint=endpoint, event=event, state="failed", attempted_at=now - 5 * HOUR, last_status=500,
        last_error="It answered 500.", attempts=[{"answer": "private words"}],
    )  # fmt: skip
    return ledger


def test_errors_of_a_week_are_told_from_wherever_they_came(gone_wrong: Ledger, now: datetime) -> None:
    tenant, other = gone_wrong.tenants
    rows = list(RecentError.objects.order_by("-occurred_at"))
    told = [(row.source, row.tenant_id, row.code, row.who) for row in rows]
    assert told == [
        ("publish", other.pk, "190", "operator"),
        ("publish", tenant.pk, "190", "operator"),
        ("health", tenant.pk, "token_dead", "tenant"),
        ("token", tenant.pk, "", ""),
        ("webhook_in", None, "", "operator"),
        ("webhook_out", tenant.pk, "500", "tenant"),
    ]
    assert [round((now - row.occurred_at) / HOUR) for row in rows] == list(range(6))
    assert "private words" not in str([vars(row) for row in rows])


def test_a_key_reads_the_errors_of_what_its_scopes_open(gone_wrong: Ledger) -> None:
    tenant = gone_wrong.tenants[0]
    posts = _client(tenant, "posts:read").get("/api/reports/recent-errors/").json()["results"]
    assert [row["source"] for row in posts] == ["publish"]
    every = _client(tenant, "posts:read", "connections:read", "webhooks:read")
    found, address = [], "/api/reports/recent-errors/?limit=2"
    while address:
        page = every.get(address).json()
        found += [row["source"] for row in page["results"]]
        address = page["next"]
    assert found == ["publish", "health", "token", "webhook_out"]
    some = every.get("/api/reports/recent-errors/?source=health&source=token&platform=meta").json()["results"]
    assert [row["source"] for row in some] == ["health", "token"]
    assert every.get("/api/reports/recent-errors/?source=nowhere").status_code == 400


def test_a_platform_is_ready_when_it_is_on_set_up_and_its_version_lasts(
    make_ledger: Callable[[int], Ledger], now: datetime, settings: Any
) -> None:
    ledger = make_ledger(1)
    tenant = ledger.tenants[0]
    settings.META_APP_ID, settings.META_APP_SECRET = "1", Secret("s")
    settings.TIKTOK_APP_ID = ""
    row = ConnectorReadiness.objects.get(platform="meta")
    assert (row.ready, row.told_at) == (False, None)
    telling.tell_readiness(now=now)
    telling.tell_readiness(now=now)
    late, later = now - timedelta(minutes=5), now + HOUR
    ledger.post(tenant, "meta", due_at=late, planned_at=late)
    ledger.post(tenant, "meta", due_at=later, planned_at=later, state=State.SCHEDULED)
    ledger.published(tenant, "meta", now - 3 * HOUR, 10)
    ledger.letter(tenant, "meta", now - 4 * HOUR)
    for _ in range(2):
        row = ConnectorReadiness.objects.get(platform="meta")
        assert (row.ready, row.configured, row.reason, row.told_at) == (True, True, "", now)
        assert (row.connections, row.healthy_connections, row.jobs_waiting, row.jobs_late) == (1, 0, 2, 1)
        assert (row.last_published_at, row.last_failed_at) == (now - 3 * HOUR, now - 4 * HOUR)
        folding.fold(now=now)
    for feature in ("publishing", "platform.meta"):
        switch: dict[str, Any] = {"name": feature, "tenants": [tenant], "actor": "system:test", "now": now}
        switching.switch(on=False, **switch)
        row = ConnectorReadiness.objects.get(platform="meta")
        assert (row.jobs_waiting, row.jobs_late) == (2, 0), "what a switch holds is not late"
        switching.switch(on=True, **switch)
    assert row.version_sunset_on is not None
    assert row.days_left == (row.version_sunset_on - timezone.now().date()).days
    assert "TIKTOK_APP_ID" in ConnectorReadiness.objects.get(platform="tiktok").remedy
    Platform.objects.filter(slug="meta").update(enabled=False)
    assert "switched off" in ConnectorReadiness.objects.get(platform="meta").reason


def test_the_api_tells_each_tenant_its_own_rows_and_of_platforms_no_counts(gone_wrong: Ledger, now: datetime) -> None:
    tenant, other = gone_wrong.tenants
    for whose, count in ((tenant, 2), (other, 1)):
        for back in range(count):
            gone_wrong.published(whose, "linkedin", now - back * HOUR, 400)
    mine = _client(tenant, "posts:read", "connections:read")
    counts = {name: len(mine.get(f"/api/reports/{name}/").json()["results"]) for name in reports.REPORTS}
    assert counts == {
        "health-summary": 3, "recent-errors": 3, "token-health": 3, "publish-performance": 2, "dlq-status": 0,
        "health-trends": 2, "readiness": 5,
    }  # fmt: skip
    platform = mine.get("/api/reports/readiness/?platform=meta").json()["results"][0]
    assert not {"connections", "jobs_waiting", "last_published_at"} & set(platform)
    page = mine.get("/api/reports/publish-performance/?limit=1").json()
    following = mine.get(page["next"]).json()
    assert page["results"][0]["hour"] > following["results"][0]["hour"]
    assert following["next"] is None
    since = timezone.now().strftime("%Y-%m-%dT%H:00:00Z")
    assert len(mine.get("/api/reports/publish-performance/", {"since": since}).json()["results"]) == 1
    assert mine.get("/api/reports/token-health/?state=no_expiry").json()["results"][0]["connection_id"]
    assert mine.get(f"/api/reports/recent-errors/?job={uuid4()}").json()["results"] == []
    for name, view in reports.REPORTS.items():
        wrong = "connections:read" if view.scope == "posts:read" else "posts:read"
        assert _client(tenant, wrong).get(f"/api/reports/{name}/").status_code == 403
