"""A login's state works once, soon, in one browser, for one person, platform and tenant."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings
from django.db import connections as databases
from django.test import Client
from django.utils import timezone

from connectors.connecting import STATE_LIFE, ConnectRefused, finish_connect, start_connect
from connectors.meta.connector import MetaConnector
from connectors.models import Connection, OAuthState, Platform
from connectors.registry import CONNECTORS
from sandbox.app import Sandbox
from sandbox.world import World
from tenants.middleware import SESSION_TENANT
from tenants.models import Membership, User
from tenants.principal import Principal
from tenants.services import add_member
from tests.conftest import House
from tests.connectors.logins import BINDING, NOTHING, Browser, begun, platform_calls, refused, stock


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
