"""Disconnecting: the tokens are erased and the grant withdrawn, but for what others stand on."""

from collections.abc import Callable
from datetime import datetime

from django.test import Client

from connectors.models import Connection
from connectors.services import choose_destinations
from sandbox.faults import fault_from
from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_ID
from sandbox.world import World
from tenants.principal import Principal
from tests.conftest import House
from tests.connectors.logins import Browser, platform_calls, stock
from vault.models import EncryptedSecret


def test_disconnecting_erases_the_tokens_withdraws_the_grant_and_keeps_the_history(
    browser: Browser, api: Client, world: World, principal: Principal
) -> None:
    connection = browser.connect()
    chosen = [place.pk for place in connection.destinations.filter(obstacle="")]
    choose_destinations(principal=principal, connection=connection, chosen=chosen)
    assert api.delete(f"/api/connections/{connection.pk}/").status_code == 204
    connection.refresh_from_db()
    assert (connection.status, connection.status_code) == (Connection.Status.INACTIVE, "disconnected")
    assert connection.disconnected_at is not None
    assert connection.next_health_at is None
    assert stock() == {"Connection": 1, "Destination": 6, "EncryptedSecret": 0}
    assert not connection.destinations.filter(enabled=True).exists()
    assert world.meta.state.grant_of(demo.AMELIE, DEFAULT_APP_ID) is None
    entry = connection.tenant.audit_entries.get(action="connection.disconnected")
    assert entry.detail == {"grant": "withdrawn"}


def test_disconnecting_again_changes_nothing(browser: Browser, api: Client, world: World) -> None:
    connection = browser.connect()
    api.delete(f"/api/connections/{connection.pk}/")
    calls = platform_calls(world)
    assert api.delete(f"/api/connections/{connection.pk}/").status_code == 204
    assert platform_calls(world) == calls
    assert connection.tenant.audit_entries.filter(action="connection.disconnected").count() == 1


def test_a_grant_another_tenant_stands_on_is_kept_until_the_last_one_goes(
    connect: Callable[[House], Connection], make_house: Callable[[str], House], world: World, now: datetime
) -> None:
    from connectors.services import disconnect
    from monitoring.health import check_connection

    acme, bora = make_house("Acme"), make_house("Bora")
    mine, theirs = connect(acme), connect(bora)
    disconnect(principal=acme.principal, connection=mine, now=now)
    assert set(EncryptedSecret.objects.values_list("tenant_id", flat=True)) == {bora.tenant.pk}
    assert check_connection(connection=theirs, now=now).state == "healthy", "the other tenant goes on"
    assert acme.tenant.audit_entries.get(action="connection.disconnected").detail["grant"].startswith("kept")
    disconnect(principal=bora.principal, connection=theirs, now=now)
    assert world.meta.state.grant_of(demo.AMELIE, DEFAULT_APP_ID) is None
    assert len(world.journal.entries(method="DELETE")) == 1


def test_a_platform_out_of_reach_does_not_keep_us_from_forgetting_the_tokens(
    browser: Browser, api: Client, world: World
) -> None:
    connection = browser.connect()
    world.faults.add(fault_from({"kind": "http_status", "status": 503, "method": "DELETE", "times": None}))
    assert api.delete(f"/api/connections/{connection.pk}/").status_code == 204
    assert EncryptedSecret.objects.count() == 0
    entry = connection.tenant.audit_entries.get(action="connection.disconnected")
    assert entry.detail["grant"].startswith("not withdrawn")


def test_a_disconnected_account_can_be_connected_again_under_the_same_id(
    browser: Browser, api: Client, principal: Principal
) -> None:
    connection = browser.connect()
    api.delete(f"/api/connections/{connection.pk}/")
    again = browser.connect()
    assert again.pk == connection.pk
    assert again.status == Connection.Status.ACTIVE
    assert again.disconnected_at is None
    assert not again.destinations.filter(enabled=True).exists(), "publishing is chosen anew"
