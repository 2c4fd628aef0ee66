"""Login: the dialog, codes, and the tokens they become."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_ID
from sandbox.platforms import ConsentRefusedError
from sandbox.world import World
from tests.sandbox.hub import CALLBACK, CLIENT, SCOPES, Hub, error_of

DIALOG = "https://www.facebook.com/v25.0/dialog/oauth"
ASKED = {
    "client_id": DEFAULT_APP_ID,
    "redirect_uri": CALLBACK,
    "state": "s p/ä&=?",
    "scope": "pages_show_list,pages_manage_posts",
    "response_type": "code",
}


def _query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_code_works_once_and_only_for_its_redirect_uri(world: World, hub: Hub) -> None:
    code = world.meta.consent(scopes=SCOPES)["code"]
    assert error_of(hub.redeem(code, demo.REDIRECT_URIS[1])) == (400, 100, 36008)
    assert hub.redeem(code).json()["token_type"] == "bearer"
    assert error_of(hub.redeem(code)) == (400, 100, 36009)


def test_a_code_expires_after_ten_minutes(world: World, hub: Hub) -> None:
    code = world.meta.consent(scopes=SCOPES)["code"]
    world.clock.advance(601)
    assert error_of(hub.redeem(code)) == (400, 100, 36007)


def test_wrong_secrets_unknown_apps_and_invented_codes_are_refused(hub: Hub) -> None:
    wish = {**CLIENT, "code": "AQinvented", "redirect_uri": CALLBACK}
    refusals = [
        {**wish, "client_secret": "guess"},
        {**wish, "client_id": "42"},
        wish,
    ]
    answers = [error_of(hub.call("POST", "/oauth/access_token", data=data)) for data in refusals]
    assert answers == [(400, 1, 0), (400, 101, 0), (400, 100, 0)]


def test_the_exchange_gives_another_string_for_sixty_days_and_refuses_the_expired(world: World, hub: Hub) -> None:
    short = hub.redeem(world.meta.consent(scopes=SCOPES)["code"]).json()
    assert short["expires_in"] == 7200
    long = hub.lengthen(short["access_token"]).json()
    assert long["access_token"] != short["access_token"]
    assert long["expires_in"] == 60 * 86_400
    world.clock.advance(7201)
    assert error_of(hub.lengthen(short["access_token"])) == (400, 190, 463)


def test_the_exchange_can_keep_the_old_expiry_and_leave_expires_in_out(world: World, hub: Hub, user_token: str) -> None:
    world.clock.advance(86_400)
    assert hub.lengthen(user_token).json()["expires_in"] == 60 * 86_400
    world.switches.set({"meta.expiry_not_extended": True})
    assert hub.lengthen(user_token).json()["expires_in"] == 59 * 86_400
    world.switches.set({"meta.no_expires_in": True})
    assert set(hub.lengthen(user_token).json()) == {"access_token", "token_type"}


def test_an_app_gets_a_token_of_its_own(hub: Hub, page_token: str) -> None:
    answer = hub.call("GET", "/oauth/access_token", params={**CLIENT, "grant_type": "client_credentials"}).json()
    params = {"input_token": page_token, "access_token": answer["access_token"]}
    assert hub.call("GET", "/debug_token", params=params).json()["data"]["type"] == "PAGE"


def test_the_dialog_asks_and_allow_goes_back_with_code_and_state(session: requests.Session, hub: Hub) -> None:
    page = session.get(DIALOG, params=ASKED)
    assert page.status_code == 200
    assert "Boulangerie Éclair 🥐" in page.text
    assert "Sandbox" in page.text
    action = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert action is not None
    form = {"user": demo.AMELIE, "page": [demo.BAKERY], "scope": ["pages_show_list"], "decision": "allow"}
    back = session.post(action[1].replace("&amp;", "&"), data=form, allow_redirects=False)
    assert back.status_code == 302
    assert back.headers["Location"].startswith(CALLBACK + "?")
    told = _query(back.headers["Location"])
    assert told["state"] == ASKED["state"]
    token = hub.redeem(told["code"]).json()["access_token"]
    listed = hub.call("GET", "/me/permissions", token).json()["data"]
    assert {"permission": "pages_manage_posts", "status": "declined"} in listed
    assert {"permission": "pages_show_list", "status": "granted"} in listed
    pages = hub.call("GET", "/me/accounts", token, params={"fields": "id"}).json()["data"]
    assert pages == [{"id": demo.BAKERY}]


def test_cancel_goes_back_with_the_refusal(session: requests.Session) -> None:
    back = session.post(DIALOG, params=ASKED, data={"decision": "cancel"}, allow_redirects=False)
    assert _query(back.headers["Location"]) == {
        "error": "access_denied",
        "error_code": "200",
        "error_reason": "user_denied",
        "error_description": "Permissions error",
        "state": ASKED["state"],
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "1"},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?x=1"},
        {"scope": "pages_show_list,manage_pages"},
        {"config_id": "7"},
    ],
)
def test_a_bad_request_for_consent_shows_a_page_and_never_redirects(
    session: requests.Session, wrong: dict[str, str]
) -> None:
    for answer in (
        session.get(DIALOG, params={**ASKED, **wrong}, allow_redirects=False),
        session.post(DIALOG, params={**ASKED, **wrong}, data={"decision": "cancel"}, allow_redirects=False),
    ):
        assert answer.status_code == 400
        assert "Location" not in answer.headers


def test_the_dialog_refuses_a_form_from_another_site(session: requests.Session) -> None:
    form = {"user": demo.AMELIE, "decision": "allow"}
    answer = session.post(
        DIALOG, params=ASKED, data=form, headers={"Origin": "https://evil.example"}, allow_redirects=False
    )
    assert answer.status_code == 403


def test_return_scopes_tells_what_was_granted_and_denied(world: World) -> None:
    answer = world.meta.consent({**ASKED, "return_scopes": "true", "declined": ["pages_manage_posts"]})
    told = _query(answer["redirect_url"])
    assert told["granted_scopes"] == "pages_show_list,public_profile"
    assert told["denied_scopes"] == "pages_manage_posts"


def test_a_declined_scope_is_only_asked_again_with_rerequest(world: World) -> None:
    world.meta.consent(scopes=SCOPES, declined=["pages_manage_posts"])
    again = {**ASKED, "return_scopes": "true"}
    assert "pages_manage_posts" in _query(world.meta.consent(again)["redirect_url"])["denied_scopes"]
    anew = {**again, "auth_type": "rerequest"}
    assert "pages_manage_posts" in _query(world.meta.consent(anew)["redirect_url"])["granted_scopes"]


def test_an_app_in_development_turns_strangers_away_like_a_refusal(world: World) -> None:
    app = world.meta.state.apps.get(DEFAULT_APP_ID)
    assert app is not None
    app.mode = "development"
    assert world.meta.consent(scopes=SCOPES, user=demo.AMELIE)["code"]
    stranger = world.meta.consent(scopes=SCOPES, user=demo.JONAS)
    assert stranger["code"] == ""
    assert _query(stranger["redirect_url"])["error_reason"] == "user_denied"


def test_consent_without_a_browser_takes_the_whole_authorize_url(session: requests.Session, world: World) -> None:
    url = requests.Request("GET", DIALOG, params=ASKED).prepare().url
    answer = session.post("http://127.0.0.1:8801/_sandbox/meta/consent", json={"url": url}).json()
    assert _query(answer["redirect_url"])["code"] == answer["code"]
    assert answer["state"] == ASKED["state"]
    with pytest.raises(ConsentRefusedError):
        world.meta.consent(scopes=["no_such_scope"])
    with pytest.raises(ConsentRefusedError):
        world.meta.consent(scopes=SCOPES, pages=["10055000000000201"])
