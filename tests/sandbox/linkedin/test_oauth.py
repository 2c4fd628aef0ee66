"""Sign-in: the page, codes, tokens, and all the ways it ends."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.linkedin import demo
from sandbox.world import World
from tests.sandbox.linkedin.conftest import Grant
from tests.sandbox.linkedin.hub import (
    API,
    CALLBACK,
    COMMUNITY,
    CONTROL,
    PLUS,
    PROFILE,
    SECRETS,
    SITE,
    SOLVEIG,
    Hub,
    code_of,
)

PAGE = f"{SITE}/oauth/v2/authorization"
DAY = 86_400


def _asked(**more: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": demo.DEFAULT_APP_ID,
        "redirect_uri": CALLBACK,
        "scope": " ".join(PLUS),
        "state": "s t&te",
        **more,
    }


def _back(response: requests.Response) -> dict[str, str]:
    location = response.headers["Location"]
    assert location.startswith(f"{CALLBACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def _decide(session: requests.Session, decision: str, **more: str) -> dict[str, str]:
    form = {"user": demo.SOLVEIG, "decision": decision}
    return _back(session.post(PAGE, params=_asked(**more), data=form, allow_redirects=False))


def test_the_page_asks_for_everything_or_nothing_and_comes_back_with_code_and_state(
    session: requests.Session, hub: Hub
) -> None:
    page = session.get(PAGE, params=_asked(code_challenge="ignored", code_challenge_method="S256"))
    assert page.status_code == 200
    assert "Sólveig Þórsdóttir" in page.text
    assert 'type="checkbox"' not in page.text
    assert all(scope in page.text for scope in PLUS)
    back = _decide(session, "allow")
    assert back["state"] == "s t&te"
    assert hub.redeem(back["code"]).ok


@pytest.mark.parametrize(
    ("decision", "error"), [("cancel", "user_cancelled_authorize"), ("cancel_login", "user_cancelled_login")]
)
def test_cancelling_comes_back_with_an_error_and_no_code(session: requests.Session, decision: str, error: str) -> None:
    back = _decide(session, decision)
    assert (back["error"], back["state"]) == (error, "s t&te")
    assert "code" not in back


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "86nobody"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": f"{CALLBACK}?tenant=1"},
        {"scope": "openid,profile"},
        {"scope": "w_everything"},
        {"scope": ""},
        {"response_type": "token"},
    ],
)
def test_what_does_not_fit_the_registration_is_shown_on_the_platforms_own_page(
    session: requests.Session, wrong: dict[str, str]
) -> None:
    answer = session.get(PAGE, params=_asked(**wrong), allow_redirects=False)
    assert answer.status_code == 401
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "scope", ["r_ad_campaigns", "w_organization_social", "r_liteprofile", "r_member_postAnalytics"]
)
def test_one_scope_that_no_product_carries_kills_the_whole_authorization(session: requests.Session, scope: str) -> None:
    asked = _asked(client_id=demo.PROFILE_APP_ID, scope=" ".join([*PROFILE, scope]))
    back = _back(session.get(PAGE, params=asked, allow_redirects=False))
    assert back["error"] == "unauthorized_scope_error"
    assert back["error_description"] == f"Scope &quot;{scope}&quot; is not authorized for your application"
    assert "code" not in back


def test_the_community_app_has_no_sign_in(world: World) -> None:
    ended = world.linkedin.consent(scopes=[*COMMUNITY, "openid"], app_id=demo.COMMUNITY_APP_ID)
    assert (ended["code"], "unauthorized_scope_error" in ended["redirect_url"]) == ("", True)
    assert world.linkedin.consent(scopes=COMMUNITY, app_id=demo.COMMUNITY_APP_ID)["code"]


def test_products_can_be_switched_but_not_mixed_against_the_rules(world: World, session: requests.Session) -> None:
    change = {"app_id": demo.PROFILE_APP_ID, "products": ["openid", "share", "advertising"]}
    assert "w_organization_social" in session.post(f"{CONTROL}/linkedin/apps", json=change).json()["scopes"]
    assert world.linkedin.consent(scopes=PLUS, app_id=demo.PROFILE_APP_ID)["code"]
    mixed = {"app_id": demo.PROFILE_APP_ID, "products": ["community", "openid"]}
    assert session.post(f"{CONTROL}/linkedin/apps", json=mixed).status_code == 400
    told = session.get(f"{CONTROL}/linkedin/apps")
    assert len(told.json()["apps"]) == 4
    assert demo.DEFAULT_APP_SECRET not in told.text


def test_a_code_works_once_and_for_thirty_minutes(world: World, hub: Hub) -> None:
    code = world.linkedin.consent(scopes=PLUS)["code"]
    assert hub.redeem(code).ok
    again = hub.redeem(code)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_request")
    assert "authorization code not found" in again.json()["error_description"]
    late = world.linkedin.consent(scopes=PLUS)["code"]
    world.clock.advance(30 * 60)
    answer = hub.redeem(late)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


def test_a_code_belongs_to_its_redirect_and_its_app(world: World, hub: Hub) -> None:
    code = world.linkedin.consent(scopes=PROFILE)["code"]
    for answer in (hub.redeem(code, redirect_uri=demo.REDIRECT_URIS[1]), hub.redeem(code, demo.PROFILE_APP_ID)):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")
    assert hub.redeem(code).ok


def test_the_token_endpoint_reads_forms_alone_and_names_what_is_missing(
    world: World, session: requests.Session
) -> None:
    code = world.linkedin.consent(scopes=PLUS)["code"]
    whole = {
        "grant_type": "authorization_code",
        "client_id": demo.DEFAULT_APP_ID,
        "client_secret": demo.DEFAULT_APP_SECRET,
        "code": code,
        "redirect_uri": CALLBACK,
    }
    url = f"{SITE}/oauth/v2/accessToken"
    refused = session.post(url, json=whole)
    assert refused.status_code == 400
    assert refused.json()["error_description"] == 'A required parameter "grant_type" is missing'
    for name in whole:
        answer = session.post(url, data={**whole, name: ""})
        assert answer.json()["error_description"] == f'A required parameter "{name}" is missing'
    wrong = session.post(url, data={**whole, "client_secret": "guess"})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert session.post(url, data={**whole, "code_verifier": "ignored"}).ok


def test_the_answer_has_sixty_days_comma_scopes_and_an_identity(world: World, hub: Hub) -> None:
    answer: dict[str, Any] = hub.redeem(world.linkedin.consent(scopes=PLUS)["code"]).json()
    assert answer["expires_in"] == 60 * DAY
    assert answer["scope"].split(",") == sorted(PLUS)
    assert answer["token_type"] == "Bearer"
    assert answer["access_token"].startswith("AQ")
    assert len(answer["access_token"]) > 400
    assert answer["refresh_token_expires_in"] == 365 * DAY
    assert "id_token" in answer


def test_the_identity_token_is_signed_with_the_published_key(world: World, hub: Hub, session: requests.Session) -> None:
    asked = requests.Request("GET", PAGE, params=_asked(nonce="n1")).prepare().url
    token = hub.redeem(world.linkedin.consent({"url": asked})["code"]).json()["id_token"]
    head, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    found = session.get(f"{SITE}/oauth/.well-known/openid-configuration").json()
    assert (found["issuer"], found["token_endpoint"]) == (f"{SITE}/oauth", f"{SITE}/oauth/v2/accessToken")
    (key,) = session.get(found["jwks_uri"]).json()["keys"]
    assert json.loads(head)["kid"] == key["kid"]
    said = json.loads(claims)
    assert (said["sub"], said["aud"], said["nonce"]) == (demo.SOLVEIG, demo.DEFAULT_APP_ID, "n1")
    modulus, exponent = (int.from_bytes(base64.urlsafe_b64decode(key[part] + "=="), "big") for part in ("n", "e"))
    opened = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(256, "big")
    assert opened.endswith(hashlib.sha256(token.rpartition(".")[0].encode()).digest())


def test_a_self_serve_app_gets_no_refresh_token(world: World, hub: Hub) -> None:
    code = world.linkedin.consent(scopes=PROFILE, app_id=demo.PROFILE_APP_ID)["code"]
    assert "refresh_token" not in hub.redeem(code, demo.PROFILE_APP_ID).json()


def test_a_refresh_token_keeps_its_end_and_caps_what_it_makes(world: World, hub: Hub) -> None:
    first = hub.redeem(world.linkedin.consent(scopes=PLUS)["code"]).json()

    def refresh() -> requests.Response:
        return hub.token_form(demo.DEFAULT_APP_ID, grant_type="refresh_token", refresh_token=first["refresh_token"])

    world.clock.advance(59 * DAY)
    answer = refresh().json()
    assert (answer["expires_in"], answer["refresh_token_expires_in"]) == (60 * DAY, 306 * DAY)
    assert answer["refresh_token"] == first["refresh_token"]
    assert hub.call("GET", "/v2/userinfo", answer["access_token"]).ok
    world.clock.advance(301 * DAY)
    answer = refresh().json()
    assert (answer["expires_in"], answer["refresh_token_expires_in"]) == (5 * DAY, 5 * DAY)
    world.clock.advance(5 * DAY)
    dead = refresh()
    assert (dead.status_code, dead.json()["error"]) == (400, "invalid_request")


def test_another_set_of_scopes_kills_the_tokens_of_before_and_the_same_set_does_not(hub: Hub, grant: Grant) -> None:
    first, second = grant(PROFILE), grant(list(reversed(PROFILE)))
    assert hub.call("GET", "/v2/userinfo", first).ok
    other_member = grant(PROFILE, user=demo.MATEO)
    third = grant(PLUS)
    for dead in (first, second):
        assert code_of(hub.call("GET", "/v2/userinfo", dead)) == (401, "REVOKED_ACCESS_TOKEN")
    for alive in (third, other_member):
        assert hub.call("GET", "/v2/userinfo", alive).ok


def test_a_new_token_may_need_some_calls_or_seconds_to_be_known(world: World, hub: Hub, grant: Grant) -> None:
    world.switches.set({"linkedin.propagation_calls": 2})
    token = grant()
    answers = [hub.call("GET", "/v2/userinfo", token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 200]
    assert answers[0].json()["serviceErrorCode"] == 65601
    world.switches.set({"linkedin.propagation_calls": 0, "linkedin.propagation_s": 6})
    token = grant()
    assert hub.call("GET", "/v2/userinfo", token).status_code == 401
    world.clock.advance(6)
    assert hub.call("GET", "/v2/userinfo", token).ok


def test_introspection_tells_active_revoked_and_expired(world: World, hub: Hub, grant: Grant, token: str) -> None:
    told = hub.introspect(token)
    assert (told["active"], told["status"], told["auth_type"]) == (True, "active", "3L")
    assert told["expires_at"] - told["created_at"] == 60 * DAY
    assert told["scope"].split(",") == sorted(PLUS)
    assert hub.introspect(token, demo.PROFILE_APP_ID) == {"active": False}
    world.linkedin.revoke({"user": demo.SOLVEIG})
    assert hub.introspect(token)["status"] == "revoked"
    fresh = grant()
    world.clock.advance(60 * DAY)
    assert (hub.introspect(fresh)["active"], hub.introspect(fresh)["status"]) == (False, "expired")
    assert code_of(hub.call("GET", "/v2/userinfo", fresh)) == (401, "EXPIRED_ACCESS_TOKEN")


def test_introspection_refuses_strangers(hub: Hub, session: requests.Session, token: str) -> None:
    url = f"{SITE}/oauth/v2/introspectToken"
    client = {"client_id": demo.DEFAULT_APP_ID, "client_secret": demo.DEFAULT_APP_SECRET}
    assert session.post(url, data={**client, "client_secret": "x", "token": token}).status_code == 401
    assert session.post(url, data={**client, "client_id": "x", "token": token}).status_code == 400
    assert session.post(url, data={**client, "token": "never issued"}).status_code == 400


def test_revoking_a_token_is_final_and_takes_its_children(world: World, hub: Hub, session: requests.Session) -> None:
    told = hub.redeem(world.linkedin.consent(scopes=PLUS)["code"]).json()
    client = {"client_id": demo.DEFAULT_APP_ID, "client_secret": SECRETS[demo.DEFAULT_APP_ID]}
    for _ in range(2):
        assert session.post(f"{SITE}/oauth/v2/revoke", data={**client, "token": told["refresh_token"]}).ok
    assert code_of(hub.call("GET", "/v2/userinfo", told["access_token"])) == (401, "REVOKED_ACCESS_TOKEN")
    refused = hub.token_form(demo.DEFAULT_APP_ID, grant_type="refresh_token", refresh_token=told["refresh_token"])
    assert refused.status_code == 400


def test_who_the_member_is_depends_on_the_scopes(hub: Hub, grant: Grant, community_token: str) -> None:
    whole = hub.call("GET", "/v2/userinfo", grant(PROFILE)).json()
    assert (whole["sub"], whole["name"], whole["email_verified"]) == (demo.SOLVEIG, "Sólveig Þórsdóttir", True)
    assert whole["picture"].startswith("https://media.licdn.com/")
    assert hub.session.get(whole["picture"]).headers["Content-Type"].startswith("image/svg")
    bare = hub.call("GET", "/v2/userinfo", grant(["openid"])).json()
    assert bare == {"sub": demo.SOLVEIG}
    refused = hub.call("GET", "/v2/me", grant(PROFILE))
    assert code_of(refused) == (403, "ACCESS_DENIED")
    assert refused.json()["message"] == "Not enough permissions to access: me.GET.NO_VERSION"
    me = hub.call("GET", "/v2/me", community_token).json()
    assert (me["id"], me["localizedFirstName"], me["vanityName"]) == (demo.SOLVEIG, "Sólveig", "solveig-thorsdottir")
    assert hub.call("GET", "/v2/userinfo", community_token).status_code == 403


def test_the_unversioned_endpoints_want_no_version(session: requests.Session, token: str) -> None:
    assert session.get(f"{API}/v2/userinfo", headers={"Authorization": f"Bearer {token}"}).ok


def test_a_member_who_allowed_before_can_be_sent_back_unasked(
    world: World, session: requests.Session, hub: Hub, token: str
) -> None:
    world.switches.set({"linkedin.skip_consent": True})
    back = _back(session.get(PAGE, params=_asked(), allow_redirects=False))
    assert hub.redeem(back["code"]).ok
    world.linkedin.revoke({"user": demo.SOLVEIG})
    assert session.get(PAGE, params=_asked(), allow_redirects=False).status_code == 200


def test_consent_works_over_the_control_api_with_the_hubs_own_url(session: requests.Session, hub: Hub) -> None:
    url = requests.Request("GET", PAGE, params=_asked()).prepare().url
    said = session.post(f"{CONTROL}/linkedin/consent", json={"url": url, "user": demo.MATEO}).json()
    assert said["state"] == "s t&te"
    token = hub.redeem(said["code"]).json()["access_token"]
    assert hub.call("GET", "/v2/userinfo", token).json()["sub"] == demo.MATEO
    refused = session.post(f"{CONTROL}/linkedin/consent", json={"url": url, "decision": "cancel"}).json()
    assert "user_cancelled_authorize" in refused["redirect_url"]
    assert session.post(f"{CONTROL}/linkedin/consent", json={"client_id": "x"}).status_code == 400


def test_revoking_over_the_control_api_takes_ids_and_urns(
    session: requests.Session, hub: Hub, grant: Grant, token: str
) -> None:
    wish = {"platform": "linkedin", "page": SOLVEIG}
    assert session.post(f"{CONTROL}/revoke", json=wish).json()["revoked"] == 2
    assert code_of(hub.call("GET", "/v2/userinfo", token)) == (401, "REVOKED_ACCESS_TOKEN")
    fresh = grant()
    wish = {"platform": "linkedin", "user": demo.SOLVEIG, "how": "expired"}
    assert session.post(f"{CONTROL}/revoke", json=wish).json()["revoked"] == 1
    assert code_of(hub.call("GET", "/v2/userinfo", fresh)) == (401, "EXPIRED_ACCESS_TOKEN")
    form = {"action": "revoke", "whose": f"linkedin/user:{demo.MATEO}", "subcode": "460"}
    assert "Tokens invalidated: 0" in session.post(f"{CONTROL}/controls", data=form).text
