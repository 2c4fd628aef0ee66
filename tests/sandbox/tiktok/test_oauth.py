"""Signing in: the page, the way back, tokens that rotate, and their end."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.platforms import ConsentRefusedError
from sandbox.tiktok import demo
from sandbox.world import World
from tests.sandbox.tiktok.conftest import Connect
from tests.sandbox.tiktok.hub import API, CALLBACK, EVERYTHING, SITE, Hub, Receiver

AUTHORIZE = f"{SITE}/v2/auth/authorize/"
TOKEN = f"{API}/v2/oauth/token/"
ASKED = {
    "client_key": demo.DEFAULT_APP_KEY,
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "user.info.basic,video.publish",
    "state": "s-1",
    "disable_auto_auth": "1",
}


def _back(response: requests.Response) -> dict[str, str]:
    assert response.status_code == 302, response.text
    location = response.headers["Location"]
    assert location.startswith(f"{CALLBACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def test_a_browser_allows_a_part_and_comes_back_with_code_scopes_and_state(session: requests.Session) -> None:
    page = session.get(AUTHORIZE, params=ASKED)
    assert page.status_code == 200
    assert "Naiara Etxeberria" in page.text
    form = {"user": demo.NAIARA, "decision": "allow", "scope": ["user.info.basic"]}
    back = _back(session.post(AUTHORIZE, params=ASKED, data=form, allow_redirects=False))
    assert (back["scopes"], back["state"]) == ("user.info.basic", "s-1")
    assert "*" in back["code"]
    assert "!" in back["code"]
    told = Hub(session).redeem(back["code"])
    assert (told["scope"], told["token_type"]) == ("user.info.basic", "Bearer")
    assert "data" not in told


def test_what_comes_with_signing_in_cannot_be_declined(world: World) -> None:
    ended = world.tiktok.consent(scopes=EVERYTHING, declined=["user.info.basic", "video.publish"])
    assert "scopes=user.info.basic%2Cuser.info.profile" in ended["redirect_url"]
    assert "video.publish" not in ended["redirect_url"]


def test_who_cancels_is_sent_back_with_a_refusal(session: requests.Session) -> None:
    back = _back(session.post(AUTHORIZE, params=ASKED, data={"decision": "cancel"}, allow_redirects=False))
    assert (back["error"], back["state"]) == ("access_denied", "s-1")
    assert "code" not in back


def test_another_sites_page_cannot_press_allow(session: requests.Session) -> None:
    form = {"user": demo.NAIARA, "decision": "allow"}
    answer = session.post(AUTHORIZE, params=ASKED, data=form, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"client_key": "", "client_id": demo.DEFAULT_APP_KEY}, "client_key"),
        ({"redirect_uri": f"{CALLBACK}/"}, "redirect_uri"),
        ({"response_type": "token"}, "response_type"),
        ({"state": ""}, "state"),
        ({"code_challenge": "abc", "code_challenge_method": "plain"}, "code_challenge"),
    ],
)
def test_a_wrong_request_ends_on_the_platforms_own_page(
    session: requests.Session, change: dict[str, str], named: str
) -> None:
    page = session.get(AUTHORIZE, params=ASKED | change, allow_redirects=False)
    assert page.status_code == 400
    assert named in page.text


@pytest.mark.parametrize("scope", ["user.info.basic video.publish", "user.info.basic,video.teleport", ""])
def test_scopes_are_joined_by_commas_and_must_be_known(world: World, session: requests.Session, scope: str) -> None:
    back = _back(session.get(AUTHORIZE, params=ASKED | {"scope": scope}, allow_redirects=False))
    assert (back["error"], back["state"]) == ("invalid_scope", "s-1")
    world.switches.set({"tiktok.scope_errors": "page"})
    assert session.get(AUTHORIZE, params=ASKED | {"scope": scope}, allow_redirects=False).status_code == 400


def test_a_scope_the_app_was_not_approved_for_fails_the_whole_sign_in(session: requests.Session) -> None:
    back = _back(session.get(AUTHORIZE, params=ASKED | {"client_key": demo.READER_APP_KEY}, allow_redirects=False))
    assert back["error"] == "invalid_scope"


def test_only_target_users_get_into_a_sandbox(world: World) -> None:
    refused = world.tiktok.consent(scopes=EVERYTHING, user=demo.NAIARA, app_key=demo.SANDBOX_APP_KEY)
    assert "error=access_denied" in refused["redirect_url"]
    assert "error_type=non_sandbox_target" in refused["redirect_url"]
    assert world.tiktok.consent(scopes=EVERYTHING, user=demo.TEODOR, app_key=demo.SANDBOX_APP_KEY)["code"]


def test_an_app_before_its_review_is_refused_by_its_key(world: World, hub: Hub) -> None:
    hub.lever("apps", {"mode": "draft"})
    with pytest.raises(ConsentRefusedError, match="client_key"):
        world.tiktok.consent(scopes=EVERYTHING)


def test_a_browser_that_is_signed_in_is_asked_again_only_on_request(session: requests.Session, hub: Hub) -> None:
    silent = {name: value for name, value in ASKED.items() if name != "disable_auto_auth"}
    assert _back(session.get(AUTHORIZE, params=silent, allow_redirects=False))["code"]
    assert session.get(AUTHORIZE, params=ASKED, allow_redirects=False).status_code == 200


def test_a_code_works_once_soon_and_for_its_own_redirect_uri(world: World, session: requests.Session) -> None:
    def code() -> str:
        return str(world.tiktok.consent(scopes=EVERYTHING)["code"])

    hub = Hub(session)
    first = code()
    assert hub.redeem(first)["open_id"]
    assert hub.redeem(first)["error"] == "invalid_grant"
    assert hub.redeem(code(), redirect_uri=f"{CALLBACK}/")["error"] == "invalid_grant"
    assert Hub(session, demo.UNAUDITED_APP_KEY).redeem(code())["error"] == "invalid_grant"
    late = code()
    world.clock.advance(11 * 60)
    assert hub.redeem(late)["error"] == "invalid_grant"


def test_the_token_endpoint_takes_forms_with_a_client_key_alone(session: requests.Session, hub: Hub) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": hub.refresh_token, "client_secret": demo.DEFAULT_APP_SECRET}
    key = {"client_key": demo.DEFAULT_APP_KEY}

    def error(response: requests.Response) -> tuple[int, str]:
        body = response.json()
        assert set(body) == {"error", "error_description", "log_id"}
        return response.status_code, body["error"]

    assert error(session.post(TOKEN, json=form | key)) == (200, "invalid_request")
    assert error(session.post(TOKEN, data=form | {"client_id": demo.DEFAULT_APP_KEY})) == (200, "invalid_request")
    assert error(session.post(TOKEN, data=form | key | {"client_secret": "x"})) == (200, "invalid_client")
    assert error(session.post(TOKEN, data=form | key | {"grant_type": "magic"})) == (200, "unsupported_grant_type")
    assert error(session.post(TOKEN, data=form | key | {"refresh_token": "rft.x"})) == (200, "invalid_grant")
    assert "access_token" in session.post(TOKEN, data=form | key).json()


def test_oauth_errors_may_have_a_status_of_their_own(world: World, hub: Hub) -> None:
    world.switches.set({"tiktok.oauth_error_status": "400"})
    assert hub.token_form(grant_type="refresh_token", refresh_token="x").status_code == 400
    hub.app_key = demo.UNAUDITED_APP_KEY
    wrong = {"client_secret": "x", "grant_type": "refresh_token", "refresh_token": "x"}
    assert hub.token_form(**wrong).status_code == 401


def test_a_refresh_kills_the_old_refresh_token_at_once_and_leaves_the_access_token(world: World, hub: Hub) -> None:
    before, old = hub.access, hub.refresh_token
    world.clock.advance(5_400)
    told = hub.refresh()
    assert (told["expires_in"], told["refresh_expires_in"]) == (7_200, 15_552_000)
    assert told["refresh_token"] != old
    assert hub.token_form(grant_type="refresh_token", refresh_token=old).json()["error"] == "invalid_grant"
    after, hub.access = hub.access, before
    assert hub.creator_info().json()["error"]["code"] == "ok"
    world.clock.advance(1_801)
    assert hub.creator_info().status_code == 401
    hub.access = after
    assert hub.creator_info().status_code == 200


def test_what_is_not_known_about_refreshing_is_a_switch(world: World, hub: Hub) -> None:
    world.switches.set({"tiktok.token_lives": "24h_365d"})
    told = hub.refresh()
    assert (told["expires_in"], told["refresh_expires_in"]) == (86_400, 31_536_000)
    world.switches.set({"tiktok.refresh_life": "absolute"})
    world.clock.advance(1_000)
    assert hub.refresh()["refresh_expires_in"] == 31_536_000 - 1_000
    world.switches.set({"tiktok.refresh_token": "stays", "tiktok.refresh_kills_access": True})
    access, refresh = hub.access, hub.refresh_token
    assert hub.refresh()["refresh_token"] == refresh
    hub.access = access
    assert hub.creator_info().status_code == 401


def test_a_sandbox_app_may_be_unable_to_refresh(world: World, connect: Connect) -> None:
    hub = connect(user=demo.TEODOR, app_key=demo.SANDBOX_APP_KEY)
    world.switches.set({"tiktok.sandbox_refresh": "invalid_grant"})
    assert hub.refresh()["error"] == "invalid_grant"
    world.switches.set({"tiktok.sandbox_refresh": None})
    assert "access_token" in hub.refresh()


def test_an_answer_may_be_lost_after_the_old_refresh_token_died(session: requests.Session, hub: Hub) -> None:
    session.post("http://127.0.0.1:8801/_sandbox/faults", json={"preset": "tiktok-refresh-lost"})
    with pytest.raises(requests.ConnectionError):
        hub.refresh()
    assert hub.refresh()["error"] == "invalid_grant"


def test_the_challenge_of_this_platform_is_in_hexadecimal(world: World, session: requests.Session) -> None:
    verifier = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
    challenge = hashlib.sha256(verifier.encode()).hexdigest()
    assert challenge == "46a2199782c8827f0ac56f503be9d39efee97f40a736b92cc7d7c5f825cfd851"
    asked = ASKED | {"code_challenge": challenge, "code_challenge_method": "S256"}
    code = world.tiktok.consent(asked)["code"]
    assert Hub(session).redeem(code, code_verifier="x" * 43)["error"] == "invalid_grant"
    assert "access_token" in Hub(session).redeem(code, code_verifier=verifier)
    stray = world.tiktok.consent(ASKED)["code"]
    assert "access_token" in Hub(session).redeem(stray, code_verifier="anything")


def test_revoking_kills_every_token_and_tells_the_app(world: World, hub: Hub, receiver: Receiver) -> None:
    client = {"client_key": demo.DEFAULT_APP_KEY, "client_secret": demo.DEFAULT_APP_SECRET}
    answer = hub.session.post(f"{API}/v2/oauth/revoke/", data=client | {"token": hub.access})
    assert (answer.status_code, answer.json()) == (200, {})
    assert hub.creator_info().status_code == 401
    assert hub.refresh()["error"] == "invalid_grant"
    world.run_errands()
    (told,) = receiver.bodies
    assert (told["event"], told["content"], told["user_openid"]) == (
        "authorization.removed",
        {"reason": 5},
        hub.open_id,
    )
    again = hub.session.post(f"{API}/v2/oauth/revoke/", data=client | {"token": hub.access})
    assert again.json()["error"] == "invalid_grant"


def test_apps_know_a_creator_by_different_ids(connect: Connect) -> None:
    one, other = connect(), connect(app_key=demo.READER_APP_KEY, scopes=["user.info.basic"])
    assert one.open_id != other.open_id
    path = "/v2/user/info/?fields=open_id,union_id"
    told = [hub.call(path, method="GET").json()["data"]["user"] for hub in (one, other)]
    assert [user["open_id"] for user in told] == [one.open_id, other.open_id]
    assert told[0]["union_id"] == told[1]["union_id"]


def test_tokens_never_gain_scopes(connect: Connect) -> None:
    narrow = connect(["user.info.basic"])
    connect(EVERYTHING)
    assert narrow.creator_info().json()["error"]["code"] == "scope_not_authorized"
    narrow.refresh()
    assert narrow.creator_info().json()["error"]["code"] == "scope_not_authorized"


def test_redirect_uris_are_registered_as_the_portal_takes_them(world: World) -> None:
    register = world.tiktok.add_redirect_uris
    assert "https://hub.example/cb/" in register(demo.DEFAULT_APP_KEY, ["https://hub.example/cb/"])
    for wrong in (
        "http://hub.example/cb",
        "https://hub.example/cb?x=1",
        "https://hub.example/cb#x",
        "https://h.example/" + "x" * 500,
    ):
        with pytest.raises(ValueError, match="without query"):
            register(demo.DEFAULT_APP_KEY, [wrong])
    with pytest.raises(ValueError, match="At most 10"):
        register(demo.DEFAULT_APP_KEY, [f"https://hub.example/{number}" for number in range(9)])
    # What the sandbox registers for every platform at once may hold what this one does not take.
    assert "http://hub.example/cb" not in register(
        "", ["http://hub.example/cb", "http://127.0.0.1:9000/api/oauth/tiktok/callback"]
    )
    assert next(iter(world.tiktok.state.apps)).webhook_url == "http://127.0.0.1:9000/webhooks/tiktok/"
