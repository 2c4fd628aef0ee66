"""Connecting an account: a login works once, soon, in one browser, for one tenant; and nothing half-made is stored."""

import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.db import connection as database
from django.db import connections as databases
from django.test import Client
from django.utils import timezone

from connectors import budgets
from connectors.connecting import STATE_LIFE, Callback, ConnectRefused, finish_connect, redirect_uri, start_connect
from connectors.meta.connector import MetaConnector
from connectors.models import Connection, Destination, OAuthState, Platform
from connectors.registry import CONNECTORS
from connectors.services import choose_destinations
from foundation.errors import Forbidden, Invalid, NotFound
from foundation.secret import Secret
from sandbox.app import Sandbox
from sandbox.faults import fault_from
from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_ID
from sandbox.world import World
from tenants.middleware import SESSION_TENANT
from tenants.models import Membership, Tenant, User
from tenants.principal import Principal
from tenants.services import add_member
from tests.conftest import META_CALLBACK, House
from vault.models import EncryptedSecret

#: Longer than Meta is left alone after it asked for patience.
A_WHILE = timedelta(minutes=6)
BINDING = Secret("a value in the browser's session")


def stock() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Connection, Destination, EncryptedSecret)}


NOTHING = {"Connection": 0, "Destination": 0, "EncryptedSecret": 0}


@dataclass
class Browser:
    """A signed-in browser that goes to Meta and comes back."""

    client: Client
    world: World

    def leave(self, query: str = "") -> str:
        """Begin to connect; returns the address of Meta's dialog."""
        answer = self.client.get(f"/api/oauth/meta/start{query}")
        assert answer.status_code == 302
        return str(answer.headers["Location"])

    def decide(self, dialog: str, **said: Any) -> str:
        """Say yes (or no) in the dialog; returns the way back, path and query."""
        url = urlsplit(self.world.meta.consent({"url": dialog, **said})["redirect_url"])
        assert f"{url.scheme}://{url.netloc}{url.path}" == META_CALLBACK
        return f"{url.path}?{url.query}"

    def come_back(self, path: str) -> Any:
        """Follow the way back."""
        return self.client.get(path)

    def connect(self, **said: Any) -> Connection:
        """Go the whole way."""
        answer = self.come_back(self.decide(self.leave(), **said))
        assert answer.status_code == 302, answer.content.decode()
        found = re.fullmatch(r"/connections/([0-9a-f-]{36})/destinations", answer.headers["Location"])
        assert found is not None
        return Connection.objects.get(pk=found[1])


@pytest.fixture
def browser(member_client: Client, sandbox: Sandbox, world: World) -> Browser:
    return Browser(member_client, world)


def refused(answer: Any, code: str, status: int = 400) -> None:
    """See that a person is told, on a page, what went wrong and what to do."""
    page = answer.content.decode()
    assert answer.status_code == status, page
    assert answer.headers["Content-Type"].startswith("text/html")
    assert code in page
    assert EncryptedSecret.objects.count() == 0
    assert stock() == NOTHING


def platform_calls(world: World) -> int:
    return len(world.journal.entries(limit=10_000))


# --- the good way -------------------------------------------------------------------------------------------------------


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


# --- a state works once, soon, in one browser, for one person, platform and tenant ------------------------------------------


def test_a_return_works_once(browser: Browser, world: World) -> None:
    way_back = browser.decide(browser.leave())
    assert browser.come_back(way_back).status_code == 302
    before, calls = stock(), platform_calls(world)
    answer = browser.come_back(way_back)
    assert answer.status_code == 400
    assert "state_used" in answer.content.decode()
    assert stock() == before
    assert platform_calls(world) == calls, "the used code is not sent again"


def test_a_state_of_a_cancelled_login_is_used_up_too(browser: Browser) -> None:
    dialog = browser.leave()
    refused(browser.come_back(browser.decide(dialog, decision="cancel")), "consent_refused")
    refused(browser.come_back(browser.decide(dialog)), "state_used")


@pytest.mark.parametrize(("late", "ok"), [(timedelta(microseconds=-1), True), (timedelta(), False)])
def test_a_login_may_take_fifteen_minutes(
    principal: Principal, owner: User, sandbox: Sandbox, world: World, now: datetime, late: timedelta, ok: bool
) -> None:
    callback = begun(principal, owner, world, now)
    moment = now + STATE_LIFE + late
    if ok:
        finish_connect(principal=principal, user=owner, platform="meta", binding=BINDING, callback=callback, now=moment)
        assert Connection.objects.exists()
        return
    with pytest.raises(ConnectRefused, match="longer than 15 minutes") as refusal:
        finish_connect(principal=principal, user=owner, platform="meta", binding=BINDING, callback=callback, now=moment)
    assert refusal.value.code == "state_expired"
    assert stock() == NOTHING


def begun(principal: Principal, user: User, world: World, now: datetime, *, platform: str = "meta") -> Callback:
    """Begin a login and say yes; returns what the browser brings back."""
    url = start_connect(principal=principal, user=user, platform=platform, binding=BINDING, now=now)
    world.meta.add_redirect_uris("", [redirect_uri(platform)])
    said = world.meta.consent({"url": url})
    return Callback(state=said["state"], code=said["code"], error="", error_detail="")


def test_a_return_in_another_browser_of_the_same_person_is_refused(browser: Browser, owner: User) -> None:
    way_back = browser.decide(browser.leave())
    other = Client()
    other.force_login(owner)
    refused(other.get(way_back), "state_foreign")
    assert browser.come_back(way_back).status_code == 302, "a stranger's try does not spend it"


def test_a_return_by_another_member_is_refused_even_with_the_same_session_value(
    house: House, sandbox: Sandbox, world: World, now: datetime
) -> None:
    callback = begun(house.principal, house.owner, world, now)
    stranger = User.objects.create_user("stranger@example.com")
    membership = add_member(tenant=house.tenant, user=stranger, role=Membership.Role.OWNER, actor="system:test")
    with pytest.raises(ConnectRefused) as refusal:
        finish_connect(
            principal=Principal.of_member(membership),
            user=stranger,
            platform="meta",
            binding=BINDING,
            callback=callback,
            now=now,
        )
    assert refusal.value.code == "state_foreign"
    assert stock() == NOTHING


def test_a_return_to_another_platform_is_refused(
    principal: Principal, owner: User, sandbox: Sandbox, world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer of one platform is never taken for another's (mix-up, RFC 9700 section 4.4)."""
    monkeypatch.setitem(CONNECTORS, "twin", MetaConnector)
    monkeypatch.setattr(settings, "TWIN_APP_ID", settings.META_APP_ID, raising=False)
    monkeypatch.setattr(settings, "TWIN_APP_SECRET", settings.META_APP_SECRET, raising=False)
    Platform.objects.create(slug="twin", name="Twin")
    callback = begun(principal, owner, world, now, platform="twin")
    calls = platform_calls(world)
    with pytest.raises(ConnectRefused) as refusal:
        finish_connect(principal=principal, user=owner, platform="meta", binding=BINDING, callback=callback, now=now)
    assert refusal.value.code == "state_foreign"
    assert platform_calls(world) == calls
    assert stock() == NOTHING


def test_a_return_after_the_tenant_was_switched_connects_to_neither(
    browser: Browser, owner: User, make_house: Callable[[str], House]
) -> None:
    bora = make_house("Bora").tenant
    add_member(tenant=bora, user=owner, role=Membership.Role.OWNER, actor="system:test")
    way_back = browser.decide(browser.leave())
    session = browser.client.session
    session[SESSION_TENANT] = str(bora.pk)
    session.save()
    answer = browser.come_back(way_back)
    refused(answer, "state_foreign")
    assert "changed the tenant" in answer.content.decode()


@pytest.mark.parametrize("state", ["", "invented", "é🥐", "x" * 5_000, "a\x00b"])
def test_an_unknown_state_is_refused_before_the_platform_is_asked(browser: Browser, world: World, state: str) -> None:
    browser.leave()
    calls = platform_calls(world)
    query = urlencode({"state": state, "code": "AQinvented"})
    refused(browser.come_back(f"/api/oauth/meta/callback?{query}"), "state_foreign")
    assert platform_calls(world) == calls


def test_a_state_without_a_code_is_refused(browser: Browser) -> None:
    state = parse_qs(urlsplit(browser.leave()).query)["state"][0]
    refused(browser.come_back(f"/api/oauth/meta/callback?state={state}"), "consent_refused")


def test_a_return_without_being_signed_in_leads_to_signing_in_and_spends_nothing(browser: Browser) -> None:
    way_back = browser.decide(browser.leave())
    answer = Client().get(way_back)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=%2Fapi%2Foauth%2Fmeta%2Fcallback") or answer.headers[
        "Location"
    ].startswith("/sign-in?next=/api/oauth/meta/callback")
    assert browser.come_back(way_back).status_code == 302


def test_an_api_key_cannot_begin_or_end_a_login(api: Client, sandbox: Sandbox) -> None:
    for path in ("/api/oauth/meta/start", "/api/oauth/meta/callback?state=x&code=y"):
        answer = api.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.django_db(transaction=True)
def test_of_two_returns_at_once_only_one_passes(
    make_house: Callable[[str], House], sandbox: Sandbox, world: World
) -> None:
    house, now = make_house("Acme"), timezone.now()
    callback = begun(house.principal, house.owner, world, now)
    together = Barrier(4)

    def come_back(_: int) -> str:
        try:
            together.wait(10)
            finish_connect(
                principal=house.principal,
                user=house.owner,
                platform="meta",
                binding=BINDING,
                callback=callback,
                now=now,
            )
        except ConnectRefused as refusal:
            return refusal.code
        finally:
            databases.close_all()
        return "connected"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(come_back, range(4)))
    assert outcomes == ["connected", "state_used", "state_used", "state_used"]
    assert Connection.objects.count() == 1
    redeemed = [code.used for code in world.meta.state.codes]
    assert redeemed == [True]


def test_old_states_are_swept_away_when_a_new_login_begins(principal: Principal, owner: User, now: datetime) -> None:
    for age in (timedelta(days=3), timedelta(hours=1)):
        start_connect(principal=principal, user=owner, platform="meta", binding=BINDING, now=now - age)
    start_connect(principal=principal, user=owner, platform="meta", binding=BINDING, now=now)
    assert OAuthState.objects.count() == 2


# --- what fails stores nothing ------------------------------------------------------------------------------------------


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


# --- reconnecting -------------------------------------------------------------------------------------------------------


def test_a_reconnect_keeps_the_connection_its_destinations_and_what_was_chosen(
    browser: Browser, principal: Principal, now: datetime
) -> None:
    connection = browser.connect()
    chosen = list(connection.destinations.filter(obstacle="").order_by("external_id")[:2])
    choose_destinations(principal=principal, connection=connection, chosen=[place.pk for place in chosen])
    before = set(connection.destinations.values_list("pk", "external_id"))
    Connection.objects.update(
        status=Connection.Status.ATTENTION, status_code="token_dead", status_cause="dead", status_remedy="reconnect"
    )
    again = browser.connect()
    assert again.pk == connection.pk
    assert (again.status, again.status_code, again.status_cause) == (Connection.Status.ACTIVE, "", "")
    assert set(again.destinations.values_list("pk", "external_id")) == before
    assert set(again.destinations.filter(enabled=True)) == set(chosen)
    versions = dict(EncryptedSecret.objects.values_list("kind", "row_version"))
    assert set(versions.values()) == {2}, "every token is the new one"


def test_a_reconnect_that_leaves_a_page_out_marks_it_gone_and_a_later_one_brings_it_back(
    browser: Browser, principal: Principal
) -> None:
    connection = browser.connect()
    chosen = [place.pk for place in connection.destinations.filter(obstacle="")]
    choose_destinations(principal=principal, connection=connection, chosen=chosen)
    browser.connect(pages=[demo.BAKERY])
    gone = set(connection.destinations.exclude(gone_at=None).values_list("external_id", flat=True))
    assert gone == {demo.BICYCLES, demo.CAFE, demo.CHOIR, demo.IG_CAFE}
    browser.connect(pages=[demo.BAKERY, demo.CAFE])
    cafe = connection.destinations.get(external_id=demo.CAFE)
    assert cafe.gone_at is None
    assert cafe.enabled


def test_another_person_of_the_same_tenant_makes_a_connection_of_its_own(browser: Browser) -> None:
    amelie, jonas = browser.connect(), browser.connect(user=demo.JONAS)
    assert amelie.pk != jonas.pk
    assert jonas.destinations.count() == 41


def test_one_person_may_connect_in_two_tenants_and_the_two_stay_apart(
    browser: Browser, sandbox: Sandbox, world: World, make_house: Callable[[str], House]
) -> None:
    bora = make_house("Bora")
    other = Client()
    other.force_login(bora.owner)
    one, two = browser.connect(), Browser(other, world).connect()
    assert one.pk != two.pk
    assert {one.tenant_id, two.tenant_id} == set(Tenant.objects.values_list("pk", flat=True))
    assert not set(one.destinations.values_list("pk")) & set(two.destinations.values_list("pk"))
    assert set(EncryptedSecret.objects.values_list("connection_id", "tenant_id")) == {
        (one.pk, one.tenant_id),
        (two.pk, two.tenant_id),
    }


# --- disconnecting ------------------------------------------------------------------------------------------------------


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


def test_a_new_login_has_the_same_persons_other_connections_looked_at_soon(
    make_house: Callable[[str], House], connect: Callable[[House], Connection]
) -> None:
    first = connect(make_house("First"))
    Connection.objects.update(next_health_at=timezone.now() + timedelta(hours=6))
    second = connect(make_house("Second"))
    first.refresh_from_db()
    assert second.external_user_id == first.external_user_id
    assert first.next_health_at is not None
    assert first.next_health_at <= timezone.now()
