"""Health through the API: how an account is and was, and a check at once that nobody can hurry."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import time_machine
from django.test import Client

from connectors.models import Connection
from connectors.services import disconnect
from monitoring.health import PAUSE, check_connection
from monitoring.models import HealthLogEntry
from sandbox.faults import fault_from
from sandbox.meta import demo
from sandbox.world import World
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_READ
from tenants.services import create_api_key
from tests.conftest import House


def address(connection: Connection, what: str = "health") -> str:
    return f"/api/connections/{connection.pk}/{what}/"


def test_a_connection_that_was_never_checked_is_unknown(api: Client, connection: Connection) -> None:
    told = api.get(address(connection)).json()
    assert (told["health"]["state"], told["health"]["findings"], told["results"]) == ("unknown", [], [])
    assert told["health"]["next_check_at"] is not None


def test_health_is_told_with_cause_remedy_link_and_everything_seen(
    api: Client, connection: Connection, world: World, now: datetime
) -> None:
    check_connection(connection=connection, now=now)
    world.meta.revoke({"user": demo.AMELIE, "subcode": 458})
    check_connection(connection=connection, now=now + timedelta(hours=6))
    told = api.get(address(connection)).json()
    health = told["health"]
    assert (health["state"], health["code"], health["unreachable_since"]) == ("unhealthy", "token_dead", None)
    assert "removed our app" in health["cause"]
    assert health["remedy"].startswith("Reconnect")
    assert health["link"] == f"http://testserver/api/oauth/meta/start?connection={connection.pk}"
    assert datetime.fromisoformat(health["since"]) == now + timedelta(hours=6)
    assert [check["state"] for check in told["results"]] == ["unhealthy", "healthy"]
    assert told["results"][0]["findings"] == health["findings"]
    assert {finding["code"] for finding in health["findings"]} >= {"token_dead", "page_token_dead"}
    assert told["results"][0]["latency_ms"] >= 0


def test_a_platform_out_of_reach_is_told_since_when_before_anything_else_changes(
    api: Client, connection: Connection, world: World, now: datetime
) -> None:
    check_connection(connection=connection, now=now)
    world.faults.add(fault_from({"kind": "http_status", "status": 503}))
    check_connection(connection=connection, now=now + timedelta(hours=6))
    health = api.get(address(connection)).json()["health"]
    assert (health["state"], health["code"]) == ("healthy", "")
    assert datetime.fromisoformat(health["unreachable_since"]) == now + timedelta(hours=6)


def test_the_history_is_paged(api: Client, connection: Connection, now: datetime) -> None:
    for number in range(7):
        HealthLogEntry.objects.create(
            tenant=connection.tenant, connection=connection, platform="meta", checked_at=now, state="healthy",
            latency_ms=number, findings=None,
        )  # fmt: skip
    seen, url = [], f"{address(connection)}?limit=3"
    while url:
        page = api.get(url).json()
        seen += [check["latency_ms"] for check in page["results"]]
        assert all(check["findings"] == [] for check in page["results"])
        url = page["next"]
    assert seen == list(reversed(range(7)))


def test_a_check_at_once_answers_what_it_saw_and_comes_once_a_minute(
    api: Client, connection: Connection, now: datetime
) -> None:
    with time_machine.travel(now, tick=False) as clock:
        first = api.post(address(connection, "check"))
        assert (first.status_code, first.json()["state"]) == (200, "healthy")
        again = api.post(address(connection, "check"))
        assert (again.status_code, again.json()["code"]) == (429, "throttled")
        assert 0 < int(again.headers["Retry-After"]) <= PAUSE.total_seconds() + 1
        assert HealthLogEntry.objects.count() == 1
        clock.shift(PAUSE)
        assert api.post(address(connection, "check")).status_code == 200


def test_what_checks_by_itself_is_not_held_up_by_who_asks(api: Client, connection: Connection, now: datetime) -> None:
    assert api.post(address(connection, "check")).status_code == 200
    assert check_connection(connection=connection, now=now).state == "healthy"


def test_a_disconnected_account_is_told_and_not_checked(
    api: Client, connection: Connection, principal: Principal, now: datetime
) -> None:
    disconnect(principal=principal, connection=connection, now=now)
    told = api.get(address(connection)).json()["health"]
    assert (told["state"], told["next_check_at"]) == ("unknown", None)
    refused = api.post(address(connection, "check"))
    assert (refused.status_code, refused.json()["code"]) == (409, "disconnected")


def test_scopes_and_tenants_are_kept(
    api: Client, connection: Connection, tenant: Tenant, make_house: Callable[[str], House]
) -> None:
    _, reader = create_api_key(tenant=tenant, name="Reader", scopes=[CONNECTIONS_READ], actor="system:test")
    looks = Client(headers={"Authorization": f"Bearer {reader.reveal()}"})
    assert looks.get(address(connection)).status_code == 200
    refused = looks.post(address(connection, "check"))
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    _, key = create_api_key(tenant=make_house("Other").tenant, name="x", scopes=[CONNECTIONS_READ], actor="system:test")
    stranger = Client(headers={"Authorization": f"Bearer {key.reveal()}"})
    assert stranger.get(address(connection)).status_code == 404
    assert api.get(f"/api/connections/{uuid4()}/health/").status_code == 404
    assert Client().get(address(connection)).status_code == 401
    assert not HealthLogEntry.objects.exists()
