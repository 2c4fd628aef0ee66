"""Tokens: what they are, how they are presented, and the many ways they die."""

from __future__ import annotations

import hashlib
import hmac

import pytest
import requests

from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_SECRET
from sandbox.world import World
from tests.sandbox.hub import APP_TOKEN, GRAPH, SCOPES, Hub, error_of


def _proof(token: str) -> str:
    return hmac.new(DEFAULT_APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()


def test_a_token_is_taken_from_query_body_and_header(session: requests.Session, page_token: str) -> None:
    url = f"{GRAPH}/{demo.BAKERY}"
    assert session.get(url, params={"access_token": page_token}).ok
    assert session.get(url, headers={"Authorization": f"Bearer {page_token}"}).ok
    assert session.post(f"{url}/feed", data={"access_token": page_token, "message": "form"}).ok
    assert session.post(f"{url}/feed", json={"access_token": page_token, "message": "json"}).ok
    parts = {"access_token": (None, page_token), "message": (None, "multipart")}
    assert session.post(f"{url}/feed", files=parts).ok


def test_no_token_and_invented_tokens_are_refused(hub: Hub) -> None:
    assert error_of(hub.call("GET", "/me")) == (400, 2500, 0)
    assert error_of(hub.call("GET", f"/{demo.BAKERY}")) == (400, 104, 0)
    assert error_of(hub.call("GET", "/me", "EAA" + "x" * 150)) == (400, 190, 0)
    assert error_of(hub.call("GET", "/debug_token", APP_TOKEN + "x", params={"input_token": "x"})) == (400, 190, 0)


def test_a_page_token_from_a_long_lived_token_outlives_it(world: World, hub: Hub, user_token: str) -> None:
    page_token = hub.page_token(user_token, demo.BAKERY)
    assert hub.debug(page_token)["expires_at"] == 0
    world.clock.advance(61 * 86_400)
    assert error_of(hub.call("GET", "/me", user_token)) == (400, 190, 463)
    assert hub.publish(page_token, demo.BAKERY, "Still here").ok


def test_a_page_token_from_a_short_lived_token_dies_with_it(world: World, hub: Hub) -> None:
    short = hub.redeem(world.meta.consent(scopes=SCOPES)["code"]).json()["access_token"]
    page_token = hub.page_token(short, demo.BAKERY)
    assert hub.publish(page_token, demo.BAKERY, "In time").ok
    world.clock.advance(7201)
    assert error_of(hub.publish(page_token, demo.BAKERY, "Too late")) == (400, 190, 463)


def test_debug_token_tells_kind_scopes_and_assets(world: World, hub: Hub) -> None:
    user_token = hub.long_lived(world.meta.consent(scopes=SCOPES, pages=[demo.BAKERY])["code"])
    seen = hub.debug(hub.page_token(user_token, demo.BAKERY))
    assert (seen["type"], seen["profile_id"], seen["user_id"]) == ("PAGE", demo.BAKERY, demo.AMELIE)
    assert seen["is_valid"] is True
    assert set(SCOPES) < set(seen["scopes"])
    granular = {item["scope"]: item.get("target_ids") for item in seen["granular_scopes"]}
    assert granular["pages_manage_posts"] == [demo.BAKERY]
    assert granular["business_management"] == [demo.PORTFOLIO]
    assert seen["data_access_expires_at"] > world.now() + 89 * 86_400
    everything = hub.long_lived(world.meta.consent(scopes=SCOPES)["code"])
    assert all("target_ids" not in item for item in hub.debug(everything)["granular_scopes"])


def test_debug_token_answers_for_the_dead_and_the_invented(world: World, hub: Hub, user_token: str) -> None:
    world.meta.revoke({"user": demo.AMELIE, "subcode": 460})
    dead = hub.debug(user_token)
    assert dead["is_valid"] is False
    assert (dead["error"]["code"], dead["error"]["subcode"]) == (190, 460)
    assert hub.debug("EAAinvented")["is_valid"] is False
    params = {"input_token": user_token}
    assert error_of(hub.call("GET", "/debug_token", user_token, params=params)) == (400, 190, 460)


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 464, 467, 490])
def test_revoking_a_person_kills_every_token_with_the_chosen_subcode(
    session: requests.Session, hub: Hub, user_token: str, page_token: str, subcode: int
) -> None:
    wish = {"user": demo.AMELIE, "subcode": subcode}
    answer = session.post("http://127.0.0.1:8801/_sandbox/revoke", json=wish)
    assert answer.json()["revoked"] >= 2
    for token in (user_token, page_token):
        assert error_of(hub.call("GET", "/me", token)) == (400, 190, subcode)


def test_losing_the_role_on_one_page_spares_the_others(world: World, hub: Hub, user_token: str) -> None:
    bakery, bicycles = (hub.page_token(user_token, page) for page in (demo.BAKERY, demo.BICYCLES))
    world.meta.revoke({"page": demo.BAKERY, "subcode": 492})
    assert error_of(hub.publish(bakery, demo.BAKERY, "x")) == (400, 190, 492)
    assert hub.publish(bicycles, demo.BICYCLES, "x").ok


def test_deleting_permissions_kills_all_tokens_of_the_grant(hub: Hub, user_token: str, page_token: str) -> None:
    assert hub.call("DELETE", "/me/permissions", user_token).json() == {"success": True}
    for token in (user_token, page_token):
        assert error_of(hub.call("GET", "/me", token)) == (400, 190, 458)


def test_deleting_one_permission_takes_only_that_one(hub: Hub, user_token: str, page_token: str) -> None:
    params = {"permission": "pages_manage_posts"}
    assert hub.call("DELETE", f"/{demo.AMELIE}/permissions", user_token, params=params).ok
    assert error_of(hub.publish(page_token, demo.BAKERY, "x")) == (403, 200, 0)
    assert hub.call("GET", f"/{demo.BAKERY}/published_posts", page_token).ok


def test_a_later_login_that_leaves_a_page_out_kills_its_token(world: World, hub: Hub, page_token: str) -> None:
    world.meta.consent(scopes=SCOPES, pages=[demo.BICYCLES])
    assert error_of(hub.publish(page_token, demo.BAKERY, "x")) == (400, 190, 458)


def test_the_proof_is_checked_when_sent_and_can_be_demanded(world: World, hub: Hub, user_token: str) -> None:
    assert hub.call("GET", "/me", user_token, params={"appsecret_proof": _proof(user_token)}).ok
    wrong = {"appsecret_proof": _proof("another token")}
    assert error_of(hub.call("GET", "/me", user_token, params=wrong)) == (400, 100, 0)
    assert hub.call("GET", "/me", user_token).ok
    world.switches.set({"meta.require_appsecret_proof": True})
    refusal = hub.call("GET", "/me", user_token)
    assert error_of(refusal) == (400, 100, 0)
    assert "appsecret_proof" in refusal.json()["error"]["message"]
    assert hub.call("GET", "/me", user_token, params={"appsecret_proof": _proof(user_token)}).ok
