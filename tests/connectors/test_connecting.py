"""Connecting an account: a login ends where destinations are chosen, and leads to no other site."""

import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings
from django.db import connection as database
from django.test import Client

from connectors.connecting import redirect_uri
from connectors.models import Connection
from sandbox.faults import fault_from
from sandbox.meta import demo
from sandbox.world import World
from tenants.models import Tenant
from tests.conftest import META_CALLBACK
from tests.connectors.logins import Browser, refused
from vault.models import EncryptedSecret


def test_a_login_ends_where_destinations_are_chosen_and_none_is_chosen_yet(browser: Browser, tenant: Tenant) -> None:
    connection = browser.connect()
    assert connection.tenant == tenant
    assert connection.status == Connection.Status.ACTIVE
    assert (connection.external_user_id, connection.display_name) == (demo.AMELIE, "Amélie Laurent")
    assert connection.destinations.count() == 6, "four Pages and two Instagram accounts"
    assert not connection.destinations.filter(enabled=True).exists()
    assert connection.destinations.exclude(obstacle="").count() == 1
    assert EncryptedSecret.objects.filter(connection_id=connection.pk).count() == 7
    assert connection.next_health_at is not None


def test_only_hashes_of_a_login_under_way_are_stored(browser: Browser) -> None:
    state = parse_qs(urlsplit(browser.leave()).query)["state"][0]
    assert len(state) >= 43, "256 random bits"
    binding = browser.client.session["oauth_binding"]
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM oauth_states")
        stored = str(cursor.fetchall())
    assert hashlib.sha256(state.encode()).hexdigest() in stored
    assert state not in stored
    assert binding not in stored
    assert binding not in browser.leave()


def test_no_two_logins_share_a_state(browser: Browser) -> None:
    states = {parse_qs(urlsplit(browser.leave()).query)["state"][0] for _ in range(20)}
    assert len(states) == 20


def test_two_logins_begun_in_two_tabs_both_come_back(browser: Browser) -> None:
    first, second = browser.leave(), browser.leave()
    assert browser.come_back(browser.decide(second)).status_code == 302
    assert browser.come_back(browser.decide(first)).status_code == 302
    assert Connection.objects.count() == 1


def test_asking_again_for_declined_scopes_reaches_the_dialog(browser: Browser) -> None:
    assert browser.connect(declined=["read_insights"]).scopes_missing == ["read_insights"]
    assert "auth_type=rerequest" not in browser.leave()
    dialog = browser.leave("?again=1")
    assert "auth_type=rerequest" in dialog
    browser.come_back(browser.decide(dialog))
    assert Connection.objects.get().scopes_missing == []


def test_a_browser_app_can_ask_for_the_address_as_json(browser: Browser) -> None:
    answer = browser.client.get("/api/oauth/meta/start", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert browser.come_back(browser.decide(answer.json()["authorize_url"])).status_code == 302


# --- where the browser is sent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["next", "redirect_uri", "redirect", "return_to", "return_url", "url"])
def test_no_parameter_sends_the_browser_to_another_site(browser: Browser, name: str) -> None:
    evil = urlencode({name: "https://evil.example/"})
    dialog = browser.leave(f"?{evil}")
    asked = parse_qs(urlsplit(dialog).query)
    assert dialog.startswith(f"{settings.META_DIALOG_URL}/")
    assert asked["redirect_uri"] == [META_CALLBACK]
    assert "evil" not in dialog
    answer = browser.come_back(f"{browser.decide(dialog)}&{evil}")
    assert answer.headers["Location"].startswith("/connections/")


@pytest.mark.parametrize("path", ["/api/oauth/meta/start", "/api/oauth/meta/callback?code=x&state=y"])
def test_the_host_a_request_names_decides_nothing(browser: Browser, path: str) -> None:
    assert browser.client.get(path, headers={"Host": "evil.example"}).status_code == 400
    assert redirect_uri("meta") == META_CALLBACK
    stranger = Client().get(path, headers={"X-Forwarded-Host": "evil.example"})
    assert stranger.headers["Location"].startswith("/sign-in?next=")
    assert "evil" not in stranger.headers["Location"]


def test_what_the_platform_says_of_an_error_is_not_put_on_the_page_unescaped(browser: Browser) -> None:
    state = parse_qs(urlsplit(browser.leave()).query)["state"][0]
    query = urlencode({"state": state, "error": "<script>x</script>", "error_description": "<script>y</script>"})
    answer = browser.come_back(f"/api/oauth/meta/callback?{query}")
    refused(answer, "consent_refused")
    assert "<script>x" not in answer.content.decode()
    assert "<script>y" not in answer.content.decode()


def test_neither_code_nor_state_stand_on_the_page_of_a_failed_login(browser: Browser, world: World) -> None:
    way_back = browser.decide(browser.leave())
    world.faults.add(fault_from({"kind": "http_status", "status": 503, "path": "*/oauth/access_token"}))
    page = browser.come_back(way_back).content.decode()
    for values in parse_qs(urlsplit(way_back).query).values():
        assert not [value for value in values if len(value) > 20 and value in page]
