"""What a grant reaches: Instagram accounts, the clock of data access, one grant for many tenants."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import CALLBACK, SCOPES, THIRTEEN, Hub, error_of
from tests.sandbox.meta.instagram import MEDIA, Instagram

LINKED = "id,instagram_business_account{id,username,name,profile_picture_url},connected_instagram_account"


def _linked(hub: Hub, token: str, page_id: str) -> dict[str, Any]:
    found: dict[str, Any] = hub.call("GET", f"/{page_id}", token, params={"fields": LINKED}).json()
    return found


def test_the_list_of_pages_names_linked_professional_accounts(hub: Hub, user_token: str) -> None:
    params = {"fields": LINKED}
    rows = hub.call("GET", "/me/accounts", user_token, params=params).json()["data"]
    linked = {row["id"]: row.get("instagram_business_account", {}).get("username") for row in rows}
    assert linked == {demo.BAKERY: "boulangerie.eclair", demo.BICYCLES: None, demo.CHOIR: None}


def test_a_private_account_is_connected_but_no_business_account(hub: Hub, user_token: str) -> None:
    seen = _linked(hub, user_token, demo.CHOIR)
    assert "instagram_business_account" not in seen
    assert seen["connected_instagram_account"]["id"] == demo.IG_CHOIR
    assert error_of(hub.call("GET", f"/{demo.IG_CHOIR}", user_token)) == (400, 100, 33)


def test_without_the_scope_the_account_is_missing(world: World, hub: Hub) -> None:
    token = hub.long_lived(world.meta.consent(scopes=SCOPES)["code"])
    assert "instagram_business_account" not in _linked(hub, token, demo.BAKERY)
    assert error_of(hub.call("GET", f"/{demo.IG_BAKERY}", token)) == (403, 10, 0)


def test_an_account_left_out_of_the_choice_is_missing(world: World, hub: Hub) -> None:
    pages, accounts = [demo.BAKERY, demo.CAFE], [demo.IG_CAFE]
    token = hub.long_lived(world.meta.consent(scopes=THIRTEEN, pages=pages, instagram=accounts)["code"])
    assert "instagram_business_account" not in _linked(hub, token, demo.BAKERY)
    assert _linked(hub, token, demo.CAFE)["instagram_business_account"]["id"] == demo.IG_CAFE
    granular = {row["scope"]: row.get("target_ids") for row in hub.debug(token)["granular_scopes"]}
    assert granular["instagram_basic"] == [demo.IG_CAFE]
    assert granular["pages_manage_posts"] == [demo.BAKERY, demo.CAFE]


def test_the_chosen_pages_bring_their_accounts_along(world: World, hub: Hub) -> None:
    token = hub.long_lived(world.meta.consent(scopes=THIRTEEN, pages=[demo.BAKERY])["code"])
    granular = {row["scope"]: row.get("target_ids") for row in hub.debug(token)["granular_scopes"]}
    assert granular["instagram_content_publish"] == [demo.IG_BAKERY]


@pytest.mark.parametrize(("code", "status"), [("10", 403), ("190", 400), ("200", 403)])
def test_data_access_ends_after_ninety_days_and_breaks_instagram_alone(
    instagram: Instagram, world: World, hub: Hub, user_token: str, code: str, status: int
) -> None:
    world.switches.set({"meta.data_access_error": code})
    ends = hub.debug(instagram.token)["data_access_expires_at"]
    assert ends == pytest.approx(world.now() + 90 * 86_400, abs=5)
    world.clock.advance(91 * 86_400)
    assert hub.publish(instagram.token, demo.BAKERY, "The Page goes on").ok
    refused = instagram.create(image_url=f"{MEDIA}/square.jpg")
    assert error_of(refused)[:2] == (status, int(code))
    # Logging in again renews it.
    token = hub.long_lived(world.meta.consent(scopes=THIRTEEN)["code"])
    assert instagram.create(image_url=f"{MEDIA}/square.jpg").ok
    permissions = hub.call("GET", "/me/permissions", token).json()["data"]
    assert {row["status"] for row in permissions} == {"granted"}


def test_lapsed_scopes_are_told_as_expired(world: World, hub: Hub) -> None:
    code = world.meta.consent(scopes=THIRTEEN)["code"]
    token = hub.long_lived(code)
    for _ in range(2):
        world.clock.advance(46 * 86_400)
        token = hub.lengthen(token).json()["access_token"]
    rows = hub.call("GET", "/me/permissions", token).json()["data"]
    expired = {row["permission"] for row in rows if row["status"] == "expired"}
    assert expired == {scope for scope in THIRTEEN if scope.startswith("instagram_")}


def test_one_grant_is_shared_so_one_revocation_ends_every_tenant(world: World, hub: Hub) -> None:
    first = hub.long_lived(world.meta.consent(scopes=THIRTEEN)["code"])
    second = hub.long_lived(world.meta.consent(scopes=THIRTEEN)["code"])
    pages = [hub.page_token(token, demo.BAKERY) for token in (first, second)]
    assert pages[0] != pages[1]
    assert hub.call("DELETE", "/me/permissions", first).json() == {"success": True}
    for token in (*pages, second):
        assert error_of(hub.call("GET", "/me", token)) == (400, 190, 458)


def test_a_second_login_with_other_pages_takes_the_first_ones_away(world: World, hub: Hub) -> None:
    first = hub.long_lived(world.meta.consent(scopes=THIRTEEN, pages=[demo.BAKERY])["code"])
    page = hub.page_token(first, demo.BAKERY)
    hub.long_lived(world.meta.consent(scopes=THIRTEEN, pages=[demo.BICYCLES])["code"])
    assert error_of(hub.publish(page, demo.BAKERY, "x")) == (400, 190, 458)
    assert error_of(hub.call("POST", f"/{demo.IG_BAKERY}/media", first, json={})) == (400, 100, 33)


def test_a_living_token_is_exchanged_for_a_new_one_and_page_tokens_are_read_anew(
    world: World, hub: Hub, user_token: str
) -> None:
    world.clock.advance(30 * 86_400)
    fresh = hub.lengthen(user_token).json()
    assert fresh["access_token"] != user_token
    assert fresh["expires_in"] == 60 * 86_400
    old, new = (hub.page_token(token, demo.BAKERY) for token in (user_token, fresh["access_token"]))
    assert old != new
    assert hub.debug(new)["expires_at"] == 0
    world.clock.advance(31 * 86_400)
    assert hub.lengthen(user_token).status_code == 400
    assert hub.publish(old, demo.BAKERY, "A Page token outlives the login it came from").ok


def test_the_dialog_asks_for_the_accounts_only_when_instagram_is_meant(session: requests.Session, world: World) -> None:
    def page(scopes: list[str]) -> str:
        asked = {"client_id": "1000000000000001", "redirect_uri": CALLBACK, "scope": ",".join(scopes)}
        return session.get("https://www.facebook.com/v25.0/dialog/oauth", params=asked).text

    assert "@boulangerie.eclair" in page(THIRTEEN)
    assert "choeur.prive" not in page(THIRTEEN)
    assert "Which Instagram accounts?" not in page(SCOPES)


def test_ticking_no_account_grants_none(session: requests.Session, world: World, hub: Hub) -> None:
    asked = {"client_id": "1000000000000001", "redirect_uri": CALLBACK, "scope": ",".join(THIRTEEN)}
    form = {
        "user": demo.AMELIE,
        "decision": "allow",
        "page": [demo.BAKERY],
        "scope": THIRTEEN,
        "asks_instagram": "1",
    }
    answer = session.post("https://www.facebook.com/v25.0/dialog/oauth", params=asked, data=form, allow_redirects=False)
    code = answer.headers["Location"].partition("code=")[2].partition("&")[0]
    assert "instagram_business_account" not in _linked(hub, hub.long_lived(code), demo.BAKERY)


def test_instagram_has_a_limit_of_its_own_and_tells_its_use(instagram: Instagram, world: World) -> None:
    world.switches.set({"meta.limit_instagram_calls": 3, "meta.usage_headers_after": 0})
    for _ in range(3):
        answer = instagram.hub.call("GET", f"/{demo.IG_BAKERY}", instagram.token)
        assert f'"{demo.IG_BAKERY}": [{{"type": "instagram"' in answer.headers["X-Business-Use-Case-Usage"]
    refused = instagram.hub.call("GET", f"/{demo.IG_BAKERY}", instagram.token)
    assert error_of(refused)[:2] == (400, 80002)
    assert instagram.hub.call("GET", f"/{demo.BAKERY}", instagram.token).ok


def test_the_older_page_header_is_a_switch(world: World, hub: Hub, page_token: str) -> None:
    world.switches.set({"meta.page_usage_header": True, "meta.usage_headers_after": 0})
    answer = hub.call("GET", f"/{demo.BAKERY}", page_token)
    assert '"call_count"' in answer.headers["X-Page-Usage"]


@pytest.mark.parametrize("become", ["personal", "unlinked"])
def test_an_account_that_leaves_its_page_is_gone_for_the_app(instagram: Instagram, world: World, become: str) -> None:
    world.meta.revoke({"account": demo.IG_BAKERY, "become": become})
    assert "instagram_business_account" not in _linked(instagram.hub, instagram.token, demo.BAKERY)
    assert error_of(instagram.create(image_url=f"{MEDIA}/square.jpg")) == (400, 100, 33)
    world.meta.revoke({"account": demo.IG_BAKERY, "become": "business"})
    assert instagram.create(image_url=f"{MEDIA}/square.jpg").ok


def test_tokens_behind_an_account_are_those_of_its_page(instagram: Instagram, world: World) -> None:
    assert world.meta.revoke({"page": demo.IG_BAKERY, "subcode": 460}) == {"revoked": 1}
    assert error_of(instagram.create(image_url=f"{MEDIA}/square.jpg")) == (400, 190, 460)
