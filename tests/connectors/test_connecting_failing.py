"""A login that fails, at whatever step, is told with what to do about it and stores nothing."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from connectors import budgets
from connectors.connecting import finish_connect, start_connect
from connectors.models import Connection, OAuthState, Platform
from foundation.errors import Forbidden, Invalid, NotFound
from foundation.secret import Secret
from sandbox.app import Sandbox
from sandbox.faults import fault_from
from sandbox.world import World
from tenants.models import Membership, Tenant, User
from tenants.principal import Principal
from tests.conftest import House
from tests.connectors.logins import BINDING, NOTHING, Browser, begun, refused, stock
from vault.models import EncryptedSecret

#: Longer than Meta is left alone after it asked for patience.
A_WHILE = timedelta(minutes=6)


def test_a_cancelled_consent_is_told_without_blame_and_stores_nothing(browser: Browser) -> None:
    answer = browser.come_back(browser.decide(browser.leave(), decision="cancel"))
    refused(answer, "consent_refused")
    page = answer.content.decode()
    assert "did not grant access" in page
    assert "/api/oauth/meta/start" in page, "one click starts again"


STEPS = [
    ("POST", "*/oauth/access_token"),
    ("GET", "*/me"),
    ("GET", "*/me/permissions"),
    ("GET", "*/debug_token"),
    ("GET", "*/me/accounts"),
    ("GET", "*/me/businesses"),
    ("GET", "*/owned_pages"),
]


@pytest.mark.parametrize("step", STEPS, ids=[path for _, path in STEPS])
@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ({"kind": "lost_before"}, "connect_transient"),
        ({"kind": "lost_after_success"}, "connect_transient"),
        ({"kind": "http_status", "status": 503}, "connect_transient"),
        ({"kind": "platform_error", "error": {"code": 4}}, "connect_rate_limited"),
    ],
)
def test_a_platform_that_fails_at_any_step_leaves_nothing_half_made(
    browser: Browser, world: World, step: tuple[str, str], trouble: dict[str, Any], code: str
) -> None:
    way_back = browser.decide(browser.leave())
    method, path = step
    world.faults.add(fault_from({"host": "graph.facebook.com", "method": method, "path": path, **trouble}))
    refused(browser.come_back(way_back), code)
    assert len(world.faults) == 0, "the trouble was met"
    budgets._glances.clear()  # half a second by another clock than the one that is moved
    with time_machine.travel(timezone.now() + A_WHILE):
        assert browser.connect().destinations.count() == 6, "the next login works"


def test_a_vault_that_cannot_seal_leaves_nothing_half_made(
    browser: Browser, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    way_back = browser.decide(browser.leave())
    monkeypatch.setattr(settings, "VAULT_MASTER_KEY", None)
    answer = browser.come_back(way_back)
    refused(answer, "not_configured", 503)
    assert "VAULT_MASTER_KEY_FILE" in answer.content.decode()
    assert not tenant.audit_entries.filter(action__startswith="connection.").exists()


def test_a_failed_reconnect_leaves_the_old_connection_as_it_was(browser: Browser, world: World) -> None:
    connection = browser.connect()
    versions = dict(EncryptedSecret.objects.values_list("kind", "row_version"))
    way_back = browser.decide(browser.leave())
    world.faults.add(fault_from({"kind": "http_status", "status": 503, "path": "*/me/accounts"}))
    assert browser.come_back(way_back).status_code == 400
    renewed = Connection.objects.get()
    assert (renewed.updated_at, renewed.status) == (connection.updated_at, Connection.Status.ACTIVE)
    assert dict(EncryptedSecret.objects.values_list("kind", "row_version")) == versions


def test_missing_credentials_are_told_with_the_settings_to_set(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "META_APP_SECRET", None)
    answer = browser.client.get("/api/oauth/meta/start")
    assert answer.status_code == 503
    assert "META_APP_SECRET" in answer.content.decode()
    assert not OAuthState.objects.exists()


def test_a_wrong_app_secret_is_told_to_the_operator(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    way_back = browser.decide(browser.leave())
    monkeypatch.setattr(settings, "META_APP_SECRET", Secret("not the right one"))
    answer = browser.come_back(way_back)
    refused(answer, "connect_misconfigured")
    assert "META_APP_SECRET" in answer.content.decode()
    assert "not the right one" not in answer.content.decode()


def test_an_unknown_or_switched_off_platform_cannot_be_connected(
    principal: Principal, owner: User, browser: Browser, now: datetime
) -> None:
    with pytest.raises(NotFound) as unknown:
        start_connect(principal=principal, user=owner, platform="myspace", binding=BINDING, now=now)
    assert unknown.value.code == "unknown_platform"
    way_back = browser.decide(browser.leave())
    Platform.objects.update(enabled=False)
    with pytest.raises(Invalid) as off:
        start_connect(principal=principal, user=owner, platform="meta", binding=BINDING, now=now)
    assert off.value.code == "platform_disabled"
    refused(browser.come_back(way_back), "platform_disabled", 422)


@pytest.mark.parametrize("role", [Membership.Role.EDITOR, Membership.Role.VIEWER])
def test_only_who_may_write_connections_may_connect(
    house: House, sandbox: Sandbox, world: World, now: datetime, role: str
) -> None:
    callback = begun(house.principal, house.owner, world, now)
    lesser = replace(
        house.principal, scopes=Principal.of_member(Membership(role=role, tenant=house.tenant, user=house.owner)).scopes
    )
    with pytest.raises(Forbidden, match="connections:write"):
        start_connect(principal=lesser, user=house.owner, platform="meta", binding=BINDING, now=now)
    with pytest.raises(Forbidden, match="connections:write"):
        finish_connect(principal=lesser, user=house.owner, platform="meta", binding=BINDING, callback=callback, now=now)
    assert stock() == NOTHING
