"""Keys, data centres, roles, and what every answer looks like."""

from __future__ import annotations

import base64

import pytest
import requests

from sandbox.mailchimp import demo
from sandbox.world import World
from tests.sandbox.mailchimp.hub import ADMIN, API, CONTROL, FREE_API, Hub, told

INVALID = "Your API key may be invalid, or you've attempted to access the wrong datacenter."


def test_a_key_opens_its_account_under_any_user_name_and_as_bearer(session: requests.Session) -> None:
    key = demo.OWNER.key
    basic = base64.b64encode(f"whoever:{key}".encode()).decode()
    for header in (f"Basic {basic}", f"Bearer {key}", f"apikey {key}", f"OAuth {key}"):
        answer = session.get(f"{API}/ping", headers={"Authorization": header})
        assert answer.json()["health_status"] == "Everything's Chimpy!", header


def test_the_root_tells_whose_key_it_is_and_the_role_of_this_moment(world: World, hub: Hub) -> None:
    fields = "account_id,login_id,role,pricing_plan_type,account_timezone"
    assert hub.get("/", fields=fields) == {
        "account_id": demo.ROASTERY,
        "login_id": str(demo.GRETA),
        "role": "owner",
        "pricing_plan_type": "monthly",
        "account_timezone": "Europe/Berlin",
    }
    wish = {"account": demo.ROASTERY, "user": str(demo.GRETA), "role": "viewer"}
    world.mailchimp.levers()[("POST", "roles")](wish)
    assert hub.get("/", fields="role") == {"role": "viewer"}


def test_without_a_key_with_a_wrong_one_and_after_its_end_nothing_opens(
    world: World, session: requests.Session, hub: Hub
) -> None:
    missing = session.get(f"{API}/ping")
    assert told(missing)[:2] == (401, "API Key Missing")
    wrong = Hub(session, "0" * 32 + "-us19").call("GET", "/ping")
    assert told(wrong) == (401, "API Key Invalid", INVALID)
    assert world.mailchimp.revoke({"user": str(demo.GRETA)}) == {"revoked": 2}
    assert told(hub.call("GET", "/ping"))[:2] == (401, "API Key Invalid")


def test_a_key_dies_with_the_seat_of_its_maker(world: World, hub: Hub) -> None:
    world.mailchimp.levers()[("POST", "roles")]({"account": demo.ROASTERY, "user": str(demo.GRETA), "role": ""})
    assert told(hub.call("GET", "/ping"))[:2] == (401, "API Key Invalid")


def test_a_key_works_in_its_own_data_centre_and_at_the_address_without_one(
    world: World, session: requests.Session
) -> None:
    key = demo.OWNER.key
    there = Hub(session, key, FREE_API)
    assert told(there.call("GET", "/ping")) == (401, "API Key Invalid", INVALID)
    world.switches.set({"mailchimp.wrong_dc": "403"})
    assert told(there.call("GET", "/ping"))[:2] == (403, "WrongDatacenter")
    forged = Hub(session, key.replace("-us19", "-us6"), FREE_API)
    assert told(forged.call("GET", "/ping"))[0] == 401
    everywhere = Hub(session, key, "https://api.mailchimp.com/3.0")
    assert everywhere.get("/", fields="account_id") == {"account_id": demo.ROASTERY}
    world.switches.set({"mailchimp.global_host": "refuse"})
    assert everywhere.call("GET", "/ping").status_code == 401


def test_the_root_without_its_slash_leads_to_clear_text_which_is_refused(session: requests.Session, hub: Hub) -> None:
    moved = hub.call("GET", "")
    assert (moved.status_code, moved.headers["Location"]) == (301, "http://us19.api.mailchimp.com/3.0/")
    plain = session.get("http://us19.api.mailchimp.com/3.0/ping", auth=("a", demo.OWNER.key))
    assert plain.status_code == 426


def test_a_disabled_account_is_told_apart_from_a_wrong_key(world: World, hub: Hub) -> None:
    world.mailchimp.levers()[("POST", "accounts")]({"account": demo.ROASTERY, "disabled": True})
    assert told(hub.call("GET", "/ping")) == (403, "User Disabled", "This account has been deactivated.")


@pytest.mark.parametrize(
    ("seated", "allowed"),
    [(demo.VIEWER, set()), (demo.AUTHOR, {"draft"}), (demo.MANAGER, {"draft", "send", "schedule", "member"})],
)
def test_a_role_decides_what_a_key_may_do(
    session: requests.Session, hub: Hub, seated: demo.Seated, allowed: set[str]
) -> None:
    campaign, other = hub.ready(), hub.ready()
    one = Hub(session, seated.key)
    body = {"type": "regular", "recipients": {"list_id": demo.LETTER}}
    answers = {
        "draft": one.call("POST", "/campaigns", json=body),
        "send": one.act(campaign, "send"),
        "schedule": one.act(other, "schedule", schedule_time="2026-11-23T09:15:00+00:00"),
        "member": one.add(demo.LETTER, "new@posteo.test"),
    }
    assert one.call("GET", "/reports").status_code == 200
    assert {name for name, answer in answers.items() if answer.ok} == allowed
    assert all(told(answer)[:2] == (403, "Forbidden") for answer in answers.values() if not answer.ok)


def test_refusals_are_problem_documents_that_name_their_request(hub: Hub) -> None:
    answer = hub.call("GET", "/lists/0000000000")
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json; charset=utf-8"
    assert body["instance"] == answer.headers["X-Request-Id"]
    assert set(body) == {"type", "title", "status", "detail", "instance"}
    assert told(answer) == (404, "Resource Not Found", "The requested resource could not be found.")
    assert 'rel="describedBy"' in answer.headers["Link"]


def test_an_error_can_be_asked_for_by_name(hub: Hub) -> None:
    wanted = {
        "APIKeyMissing": 401,
        "APIKeyInvalid": 401,
        "Forbidden": 403,
        "UserDisabled": 403,
        "TooManyRequests": 429,
        "InternalServerError": 500,
        "JSONParseError": 400,
        "ResourceNotFound": 404,
    }
    for name, status in wanted.items():
        answer = hub.call("GET", "/ping", headers={"X-Trigger-Error": name})
        assert answer.status_code == answer.json()["status"] == status, name
    assert told(hub.call("GET", "/ping", headers={"X-Trigger-Error": "APIKeyMissing"}))[1] == "API Key Missing"


def test_a_method_may_be_overridden_by_post_alone(hub: Hub) -> None:
    campaign = hub.draft()
    headers = {"X-HTTP-Method-Override": "PATCH"}
    body = {"settings": {"title": "Other"}}
    assert hub.call("POST", f"/campaigns/{campaign}", json=body, headers=headers).json()["settings"]["title"] == "Other"
    refused = hub.call("GET", f"/campaigns/{campaign}", headers=headers)
    assert told(refused)[:2] == (422, "Invalid Method Override")


def test_wrong_verbs_wrong_paths_and_broken_bodies_have_their_own_refusals(hub: Hub) -> None:
    wrong = hub.call("DELETE", "/campaigns")
    assert (told(wrong)[:2], wrong.headers["Allow"]) == ((405, "Method Not Allowed"), "GET, POST")
    assert hub.call("GET", "/nothing").status_code == 404
    assert told(hub.call("GET", "/a" * 12))[:2] == (414, "Resource Nesting Too Deep")
    broken = hub.call("POST", "/campaigns", data=b'{"type":', headers={"Content-Type": "application/json"})
    assert told(broken)[:2] == (400, "JSON Parse Exception")
    listed = hub.call("POST", "/campaigns", json=["regular"])
    assert told(listed)[:2] == (400, "Invalid Resource")


def test_a_key_is_made_on_its_page_shown_once_and_revoked_there(world: World, session: requests.Session) -> None:
    page = f"{ADMIN}/account/api/"
    made = session.post(page, data={"action": "make", "login": str(demo.IBRAHIM), "label": "Hub"})
    key = made.text.partition('id="key">')[2].partition("<")[0]
    hub = Hub(session, key)
    assert hub.get("/", fields="login_id,role") == {"login_id": str(demo.IBRAHIM), "role": "manager"}
    again = session.get(page)
    assert key not in again.text
    assert f"{key[:4]}…-us19" in again.text
    session.post(page, data={"action": "revoke", "key": key[:8]})
    assert hub.call("GET", "/ping").status_code == 401


def test_only_managers_and_above_make_keys(session: requests.Session) -> None:
    page = session.post(f"{ADMIN}/account/api/", data={"action": "make", "login": str(demo.NADJA), "label": "x"})
    assert "it takes a manager" in page.text
    assert "Copy your key" not in page.text
    wish = {"account": demo.ROASTERY, "user": str(demo.LUCIE)}
    assert session.post(f"{CONTROL}/mailchimp/keys", json=wish).status_code == 400
    elsewhere = {"Origin": "https://evil.example"}
    form = {"action": "make", "login": str(demo.GRETA)}
    assert session.post(f"{ADMIN}/account/api/", data=form, headers=elsewhere).status_code == 403


def test_consent_here_is_a_key_made_without_a_browser(world: World, session: requests.Session) -> None:
    key = world.mailchimp.consent(user=demo.GRETA, account=demo.AGENCY)["key"]
    assert Hub(session, key).get("/", fields="account_name,role") == {
        "account_name": "Häger & Partner",
        "role": "admin",
    }
    answer = session.post(f"{CONTROL}/mailchimp/consent", json={"user": str(demo.LUCIE), "account": demo.BOOKSHOP})
    assert answer.json()["key"].endswith("-us6")
