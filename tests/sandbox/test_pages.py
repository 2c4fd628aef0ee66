"""Pages, portfolios, fields and paging."""

from __future__ import annotations

import pytest
import requests

from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import SCOPES, Hub, error_of

WISH = (
    "id,name,username,access_token,tasks,category,picture.type(large),"
    "instagram_business_account{id,username,name,profile_picture_url}"
)


def test_accounts_show_what_was_asked_and_nothing_else(hub: Hub, user_token: str) -> None:
    pages = hub.call("GET", "/me/accounts", user_token, params={"fields": WISH}).json()["data"]
    assert [page["id"] for page in pages] == [demo.BAKERY, demo.BICYCLES, demo.CHOIR]
    bakery = pages[0]
    assert set(bakery) == {"id", "name", "username", "access_token", "tasks", "category", "picture"}
    assert bakery["picture"]["data"]["width"] == 200
    assert "CREATE_CONTENT" in bakery["tasks"]
    assert "CREATE_CONTENT" not in pages[2]["tasks"]


def test_a_page_in_a_portfolio_is_found_through_its_business_and_by_its_id(
    world: World, hub: Hub, user_token: str
) -> None:
    listed = hub.call("GET", "/me/accounts", user_token, params={"fields": "id"}).json()["data"]
    assert {"id": demo.CAFE} not in listed
    businesses = hub.call("GET", "/me/businesses", user_token).json()["data"]
    assert [business["id"] for business in businesses] == [demo.PORTFOLIO]
    owned = hub.call("GET", f"/{demo.PORTFOLIO}/owned_pages", user_token, params={"fields": WISH}).json()["data"]
    assert [page["id"] for page in owned] == [demo.CAFE]
    assert owned[0]["access_token"] == hub.page_token(user_token, demo.CAFE)
    assert hub.call("GET", f"/{demo.PORTFOLIO}/client_pages", user_token).json()["data"] == []
    world.switches.set({"meta.portfolio_pages_listed": True})
    listed = hub.call("GET", "/me/accounts", user_token, params={"fields": "id"}).json()["data"]
    assert {"id": demo.CAFE} in listed


def test_a_client_page_is_found_through_the_agency(world: World, hub: Hub) -> None:
    token = hub.long_lived(world.meta.consent(scopes=SCOPES, user=demo.JONAS)["code"])
    pages = hub.call("GET", f"/{demo.AGENCY}/client_pages", token, params={"fields": "name,access_token"}).json()
    assert [page["name"] for page in pages["data"]] == ["Äpplegården"]
    assert pages["data"][0]["access_token"].startswith("EAA")


@pytest.mark.parametrize("base", ["https://graph.facebook.com/v25.0", "http://127.0.0.1:8801/graph.facebook.com/v25.0"])
def test_following_next_finds_every_page_in_the_form_the_caller_used(
    world: World, session: requests.Session, base: str
) -> None:
    hub = Hub(session, base)
    token = hub.long_lived(world.meta.consent(scopes=SCOPES, user=demo.JONAS)["code"])
    answer = hub.call("GET", "/me/accounts", token, params={"fields": "id"}).json()
    found = [page["id"] for page in answer["data"]]
    assert len(found) == 25
    while "next" in answer["paging"]:
        assert answer["paging"]["next"].startswith(base)
        assert token in answer["paging"]["next"]
        answer = session.get(answer["paging"]["next"]).json()
        found += [page["id"] for page in answer["data"]]
    assert len(found) == len(set(found)) == 33
    after = {"fields": "id", "limit": 10, "after": answer["paging"]["cursors"]["before"]}
    assert len(hub.call("GET", "/me/accounts", token, params=after).json()["data"]) == 7


def test_unknown_fields_and_broken_field_lists_are_refused(hub: Hub, user_token: str) -> None:
    refusal = hub.call("GET", "/me/accounts", user_token, params={"fields": "id,nmae"})
    assert error_of(refusal) == (400, 100, 0)
    assert refusal.json()["error"]["message"] == "(#100) Tried accessing nonexisting field (nmae) on node type (Page)"
    deep = {"fields": "instagram_business_account{id,usrname}"}
    assert error_of(hub.call("GET", "/me/accounts", user_token, params=deep)) == (400, 100, 0)
    for broken in ("id,picture{data", "id)", "a b"):
        assert error_of(hub.call("GET", "/me", user_token, params={"fields": broken})) == (400, 2500, 0)


def test_missing_scopes_and_foreign_assets_are_refused_as_the_sheet_says(world: World, hub: Hub) -> None:
    token = hub.long_lived(world.meta.consent(scopes=["pages_show_list"], pages=[demo.BAKERY])["code"])
    assert error_of(hub.call("GET", "/me/businesses", token)) == (403, 200, 0)
    assert error_of(hub.call("GET", f"/{demo.BICYCLES}", token)) == (400, 100, 33)
    assert error_of(hub.call("GET", "/10055000000000201", token)) == (400, 100, 33)
    page_token = hub.page_token(token, demo.BAKERY)
    assert error_of(hub.publish(page_token, demo.BAKERY, "x")) == (403, 200, 0)
    assert error_of(hub.call("GET", f"/{demo.BAKERY}/published_posts", page_token)) == (403, 10, 0)
    nothing = hub.long_lived(world.meta.consent(scopes=["email"], user=demo.JONAS)["code"])
    assert error_of(hub.call("GET", "/me/accounts", nothing)) == (403, 200, 0)


def test_a_page_token_is_the_page_when_it_says_me(hub: Hub, page_token: str) -> None:
    assert hub.call("GET", "/me", page_token, params={"fields": "id,name"}).json() == {
        "id": demo.BAKERY,
        "name": "Boulangerie Éclair 🥐",
    }


def test_nobody_reads_another_persons_pages(hub: Hub, user_token: str) -> None:
    for path in ("", "/accounts", "/businesses", "/permissions"):
        assert error_of(hub.call("GET", f"/{demo.JONAS}{path}", user_token)) == (400, 100, 33)
        assert hub.call("GET", f"/{demo.AMELIE}{path}", user_token).ok


def test_a_limit_is_honoured_up_to_a_hundred(world: World, hub: Hub) -> None:
    token = hub.long_lived(world.meta.consent(scopes=SCOPES, user=demo.JONAS)["code"])
    for limit, expected in (("3", 3), ("500", 33)):
        answer = hub.call("GET", "/me/accounts", token, params={"fields": "id", "limit": limit}).json()
        assert len(answer["data"]) == expected
    assert error_of(hub.call("GET", "/me/accounts", token, params={"limit": "0"})) == (400, 100, 0)
    assert error_of(hub.call("GET", "/me/accounts", token, params={"after": "nonsense!"})) == (400, 100, 0)
