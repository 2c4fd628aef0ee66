"""Signing in: redirect, code, tokens, and every way in which they end."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.google_business import demo, hosts
from sandbox.google_business.tokens import BUSINESS
from sandbox.platforms import ConsentRefusedError
from sandbox.world import World
from tests.sandbox.google_business.conftest import Connect
from tests.sandbox.google_business.hub import CALLBACK, Hub, error_of

DAY = 86_400
SIGN_IN = ["openid", "email", BUSINESS]


def _alive(hub: Hub, token: str) -> bool:
    return hub.call("GET", hosts.ACCOUNTS, "/v1/accounts", token).status_code == 200


def _refused(hub: Hub, refresh_token: str) -> tuple[int, dict[str, Any]]:
    answer = hub.refresh(refresh_token)
    return answer.status_code, answer.json()


def test_a_connection_gets_both_tokens_and_their_scope(connect: Connect, hub: Hub) -> None:
    told = connect()
    assert told.keys() == {"access_token", "expires_in", "refresh_token", "scope", "token_type"}
    assert (told["expires_in"], told["scope"], told["token_type"]) == (3599, BUSINESS, "Bearer")
    assert told["access_token"].startswith("ya29.")
    assert told["refresh_token"].startswith("1//")
    assert _alive(hub, told["access_token"])


def test_the_browser_comes_back_with_code_scope_and_state(world: World) -> None:
    url = world.google_business.consent(state="s/1 &")["redirect_url"]
    query = parse_qs(urlsplit(url).query)
    assert url.startswith(f"{CALLBACK}?")
    assert query["code"][0].startswith("4/0A")
    assert (query["scope"], query["state"]) == ([BUSINESS], ["s/1 &"])
    refused = world.google_business.consent(state="s", decision="cancel")["redirect_url"]
    assert parse_qs(urlsplit(refused).query) == {"state": ["s"], "error": ["access_denied"]}


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"redirect_uri": f"{CALLBACK}/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": CALLBACK.replace("8000", "8001")}, "redirect_uri_mismatch"),
        ({"app_id": "nobody"}, "invalid_client"),
        ({"scopes": ["https://www.googleapis.com/auth/made.up"]}, "invalid_scope"),
        ({"scopes": []}, "scope"),
        ({"response_type": "token"}, "response_type"),
        ({"prompt": "consent none"}, "prompt"),
        ({"code_challenge_method": "S512"}, "code_challenge_method"),
    ],
)
def test_what_cannot_be_asked_never_comes_back_to_the_hub(world: World, wish: dict[str, Any], words: str) -> None:
    with pytest.raises(ConsentRefusedError, match=words):
        world.google_business.consent(**wish)


@pytest.mark.parametrize("how", ["org_internal", "admin_policy_enforced"])
def test_google_may_keep_people_on_a_page_of_its_own(world: World, how: str) -> None:
    world.switches.set({"google_business.sign_in": how})
    with pytest.raises(ConsentRefusedError, match=how):
        world.google_business.consent()


def test_a_code_works_once_and_soon_and_only_where_it_was_sent(world: World, hub: Hub) -> None:
    town = world.google_business
    code = town.consent()["code"]
    assert hub.redeem(code, redirect_uri=demo.REDIRECT_URIS[1]).json()["error"] == "redirect_uri_mismatch"
    assert hub.redeem(code, demo.NEW_APP_ID).json() == {"error": "invalid_grant", "error_description": "Bad Request"}
    assert hub.redeem(code).status_code == 200
    again = hub.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    late = town.consent()["code"]
    world.clock.advance(600)
    assert hub.redeem(late).json()["error"] == "invalid_grant"
    assert hub.redeem("4/0Anonsense").json()["error_description"] == "Malformed auth code."


def test_the_verifier_is_asked_for_when_a_challenge_was_sent(world: World, hub: Hub) -> None:
    verifier = "v" * 43 + "~._-"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    code = world.google_business.consent(code_challenge=challenge, code_challenge_method="S256")["code"]
    assert hub.redeem(code).json()["error"] == "invalid_grant"
    assert hub.redeem(code, code_verifier="w" * 43).json()["error"] == "invalid_grant"
    assert hub.redeem(code, code_verifier=verifier).status_code == 200


def test_the_token_endpoint_takes_forms_alone(world: World, hub: Hub) -> None:
    body = {
        "grant_type": "authorization_code",
        "code": world.google_business.consent()["code"],
        "redirect_uri": CALLBACK,
        "client_id": demo.DEFAULT_APP_ID,
        "client_secret": demo.DEFAULT_APP_SECRET,
    }
    url = hub.url(hosts.OAUTH, "/token")
    assert hub.session.post(url, json=body).json()["error"] == "invalid_request"
    world.switches.set({"google_business.token_json": "taken"})
    assert hub.session.post(url, json=body).status_code == 200


def test_a_wrong_client_is_told_apart_from_a_dead_token(hub: Hub) -> None:
    url = hub.url(hosts.OAUTH, "/token")
    form = {"grant_type": "refresh_token", "refresh_token": "1//0gx", "client_id": "nobody", "client_secret": "x"}
    unknown = hub.session.post(url, data=form)
    assert (unknown.status_code, unknown.json()["error_description"]) == (401, "The OAuth client was not found.")
    wrong = hub.session.post(url, data=form | {"client_id": demo.DEFAULT_APP_ID})
    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client", "error_description": "Unauthorized"})
    assert hub.token_form(grant_type="password").json()["error"] == "unsupported_grant_type"


def test_no_refresh_token_without_offline_access_or_without_being_asked_again(connect: Connect) -> None:
    assert "refresh_token" not in connect(access_type="online")
    assert "refresh_token" not in connect(prompt="")
    assert "refresh_token" not in connect(prompt="select_account")
    assert "refresh_token" in connect(prompt="consent select_account")
    assert "refresh_token" in connect(user=demo.TOMASZ, prompt="")


def test_a_refresh_token_stays_the_same_and_old_access_tokens_live_on(world: World, connect: Connect, hub: Hub) -> None:
    told = connect()
    world.clock.advance(1800)
    fresh = hub.refresh(told["refresh_token"]).json()
    assert fresh.keys() == {"access_token", "expires_in", "scope", "token_type"}
    assert _alive(hub, told["access_token"])
    world.clock.advance(1800)
    expired = hub.call("GET", hosts.ACCOUNTS, "/v1/accounts", told["access_token"])
    assert error_of(expired) == (401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED")
    assert 'error="invalid_token"' in expired.headers["WWW-Authenticate"]
    assert _alive(hub, fresh["access_token"])
    assert hub.refresh(told["refresh_token"]).status_code == 200


def test_in_testing_a_refresh_token_ends_after_seven_days(world: World, connect: Connect, hub: Hub) -> None:
    world.switches.set({"google_business.testing": True})
    told = connect()
    assert told["refresh_token_expires_in"] == 604_799
    world.clock.advance(6 * DAY)
    assert hub.refresh(told["refresh_token"]).json()["refresh_token_expires_in"] == 604_799 - 6 * DAY
    world.clock.advance(DAY)
    assert _refused(hub, told["refresh_token"]) == (
        400,
        {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
    )


def test_a_refresh_token_nobody_uses_for_six_months_is_dead(world: World, connect: Connect, hub: Hub) -> None:
    used, idle = connect()["refresh_token"], connect(user=demo.TOMASZ)["refresh_token"]
    world.clock.advance(150 * DAY)
    assert hub.refresh(used).status_code == 200
    world.clock.advance(34 * DAY)
    assert hub.refresh(used).status_code == 200
    assert _refused(hub, idle)[1]["error"] == "invalid_grant"


def test_the_token_after_the_hundredth_kills_the_oldest(world: World, connect: Connect, hub: Hub) -> None:
    handed_out = [connect()["refresh_token"] for _ in range(100)]
    assert hub.refresh(handed_out[0]).status_code == 200
    connect()
    assert _refused(hub, handed_out[0])[1]["error"] == "invalid_grant"
    assert hub.refresh(handed_out[1]).status_code == 200


@pytest.mark.parametrize("subtype", ["invalid_rapt", "rapt_required"])
def test_a_session_control_asks_people_back(world: World, connect: Connect, hub: Hub, subtype: str) -> None:
    told = connect()
    world.switches.set({"google_business.refresh_fate": subtype})
    status, body = _refused(hub, told["refresh_token"])
    assert (status, body["error"], body["error_subtype"]) == (400, "invalid_grant", subtype)


def test_a_permission_left_unticked_makes_a_token_that_may_do_nothing(connect: Connect, hub: Hub) -> None:
    told = connect(scopes=SIGN_IN, untick=[BUSINESS])
    assert BUSINESS not in told["scope"].split()
    answer = hub.call("GET", hosts.ACCOUNTS, "/v1/accounts", told["access_token"])
    assert error_of(answer) == (403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    # Asked for alone it is no box to leave unticked.
    assert connect(untick=[BUSINESS])["scope"] == BUSINESS


def test_the_switch_unticks_it_for_everybody(world: World, connect: Connect) -> None:
    world.switches.set({"google_business.untick_business": True})
    assert connect()["scope"] == "openid"


def test_granted_scopes_come_along_when_asked(connect: Connect) -> None:
    connect(scopes=["openid", "email"])
    assert connect(include_granted_scopes="true")["scope"].split() == [
        BUSINESS,
        "https://www.googleapis.com/auth/userinfo.email",
        "openid",
    ]
    assert connect()["scope"] == BUSINESS


def test_revoking_ends_everything_between_a_person_and_a_client(connect: Connect, hub: Hub) -> None:
    first, second, other = connect(), connect(), connect(app_id=demo.NEW_APP_ID)
    url = hub.url(hosts.OAUTH, "/revoke")
    done = hub.session.post(url, data={"token": first["access_token"]})
    assert (done.status_code, done.json()) == (200, {})
    assert not _alive(hub, second["access_token"])
    assert _refused(hub, second["refresh_token"])[1]["error"] == "invalid_grant"
    assert hub.refresh(other["refresh_token"], demo.NEW_APP_ID).status_code == 200
    again = hub.session.post(url, data={"token": first["refresh_token"]})
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")
    # What was taken back is asked for again.
    assert "refresh_token" in connect(prompt="")


def test_tokeninfo_tells_what_a_token_is_in_text(world: World, connect: Connect, hub: Hub) -> None:
    told = connect()
    url = hub.url(hosts.OAUTH, "/tokeninfo")
    info = hub.session.get(url, params={"access_token": told["access_token"]}).json()
    assert info["aud"] == demo.DEFAULT_APP_ID
    assert (info["scope"], info["expires_in"], info["access_type"]) == (BUSINESS, "3599", "offline")
    assert "email" not in info
    world.clock.advance(3600)
    dead = hub.session.get(url, params={"access_token": told["access_token"]})
    assert (dead.status_code, dead.json()["error"]) == (400, "invalid_token")
