"""LinkedIn's login with scripted answers: what is asked, what comes back, what each refusal means."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from django.conf import settings

from connectors.errors import (
    ConfigurationError,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.linkedin import auth, scopes
from connectors.linkedin.connector import LinkedInConnector
from connectors.types import ACCESS_TOKEN
from foundation.secret import Secret
from tests.connectors.kit import Ring
from tests.connectors.linkedin.conftest import API, APP_SECRET, CALLBACK, WWW

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TOKEN = f"{WWW}/oauth/v2/accessToken"
CODE = Secret("AQsingle-use")
TOLD: dict[str, Any] = {
    "access_token": "AQnew",
    "expires_in": 5_184_000,
    "scope": "email,openid,profile,w_member_social",
    "token_type": "Bearer",
}
YEAR = {"refresh_token": "AQrefresh", "refresh_token_expires_in": 31_536_059}


def tokens(answers: responses.RequestsMock, **more: Any) -> None:
    answers.post(TOKEN, json={**TOLD, **more})


def person(answers: responses.RequestsMock, **more: Any) -> None:
    answers.get(f"{API}/v2/userinfo", json={"sub": "782bbtaQ", "name": "Zoë Ré", "picture": None, **more})


def exchange(connector: LinkedInConnector) -> Any:
    return connector.exchange_code(code=CODE, redirect_uri=CALLBACK, now=NOW)


# --- what is asked ------------------------------------------------------------------------------------------------------


def test_the_consent_page_is_asked_for_the_scopes_parted_by_encoded_blanks(
    connector: LinkedInConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LINKEDIN_MODE", "p")
    written = connector.authorize_url(redirect_uri=CALLBACK, state=Secret("a state & é"), rerequest=True)
    url = urlsplit(written)
    assert "scope=openid%20profile%20email%20w_member_social" in url.query
    assert url.path.endswith("/www.linkedin.com/oauth/v2/authorization")
    assert {name: values[0] for name, values in parse_qs(url.query).items()} == {
        "response_type": "code",
        "client_id": settings.LINKEDIN_APP_ID,
        "redirect_uri": CALLBACK,
        "state": "a state & é",
        "scope": "openid profile email w_member_social",
    }
    assert APP_SECRET.reveal() not in written
    assert "code_challenge" not in written


@pytest.mark.parametrize(
    ("mode", "instead", "extra", "wanted"),
    [
        ("p", (), (), ("openid", "profile", "email", "w_member_social")),
        ("p", (), ("r_ad_campaigns",), ("openid", "profile", "email", "w_member_social", "r_ad_campaigns")),
        ("p", (), ("email",), ("openid", "profile", "email", "w_member_social")),
        ("c", ("w_member_social",), ("r_member_postAnalytics",), ("w_member_social", "r_member_postAnalytics")),
    ],
)
def test_the_scopes_are_the_modes_or_those_set_and_the_extra_ones_once(
    connector: LinkedInConnector, monkeypatch: pytest.MonkeyPatch, mode: str, instead: Any, extra: Any, wanted: Any
) -> None:
    monkeypatch.setattr(settings, "LINKEDIN_MODE", mode)
    monkeypatch.setattr(settings, "LINKEDIN_SCOPES", instead)
    monkeypatch.setattr(settings, "LINKEDIN_EXTRA_SCOPES", extra)
    assert connector.scopes() == wanted


def test_no_mode_asks_for_the_legacy_scope_and_community_management_asks_for_no_openid() -> None:
    assert all("r_ad_campaigns" not in listed for listed in scopes.BY_MODE.values())
    assert "openid" not in scopes.BY_MODE["c"]
    assert set(scopes.BY_MODE["p"]) < set(scopes.BY_MODE["p_plus"])


# --- what comes back ----------------------------------------------------------------------------------------------------


def test_a_code_becomes_a_grant_with_a_form_body_and_no_refresh_token(
    connector: LinkedInConnector, answers: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LINKEDIN_MODE", "p")
    tokens(answers)
    person(answers)
    grant = exchange(connector)
    assert (grant.external_user_id, grant.display_name) == ("782bbtaQ", "Zoë Ré")
    assert grant.access_expires_at == NOW + timedelta(days=60)
    assert grant.refresh_token is None
    assert grant.refresh_expires_at is None
    assert grant.scopes_granted == ("email", "openid", "profile", "w_member_social")
    assert grant.scopes_missing == ()
    form = parse_qs(str(answers.calls[0].request.body))
    assert form["grant_type"] == ["authorization_code"]
    assert form["client_secret"] == [APP_SECRET.reveal()]
    assert "Authorization" not in answers.calls[0].request.headers
    assert "LinkedIn-Version" not in answers.calls[1].request.headers


@pytest.mark.parametrize(
    ("told", "ends"),
    [
        (31_536_059, timedelta(seconds=31_536_059)),
        (525_600, timedelta(days=365)),
        (439_200, timedelta(minutes=439_200)),
        (0, None),
        (None, None),
        ("31536000", None),
        (True, None),
        (10**12, None),
    ],
)
def test_minutes_where_seconds_should_stand_declare_no_refresh_token_dead(
    connector: LinkedInConnector, answers: responses.RequestsMock, told: Any, ends: timedelta | None
) -> None:
    tokens(answers, refresh_token="AQrefresh", refresh_token_expires_in=told)
    person(answers)
    grant = exchange(connector)
    assert grant.refresh_token is not None
    assert grant.refresh_expires_at == (NOW + ends if ends else None)


@pytest.mark.parametrize(
    "told",
    ["email,openid,profile,w_member_social", "email openid profile w_member_social", "email%2Copenid%2Cprofile%2Cw_member_social",
     "email%20openid%20profile%20w_member_social", "email, openid,profile , w_member_social,"],
)  # fmt: skip
def test_scopes_are_read_in_every_form_they_come_in(told: str) -> None:
    assert set(auth.scopes_in(told)) == {"email", "openid", "profile", "w_member_social"}


def test_a_scope_that_was_not_granted_is_missing(
    connector: LinkedInConnector, answers: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LINKEDIN_MODE", "p")
    tokens(answers, scope="openid,profile")
    person(answers)
    assert exchange(connector).scopes_missing == ("email", "w_member_social")


def test_without_openid_the_basic_profile_says_who_it_is(
    connector: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    tokens(answers, scope="r_basicprofile,w_member_social")
    me = {"id": "yrZCpj2Z12", "localizedFirstName": "Zoë", "localizedLastName": "Ré", "vanityName": "zoe"}
    answers.get(f"{API}/v2/me", json=me)
    grant = exchange(connector)
    assert (grant.external_user_id, grant.display_name) == ("yrZCpj2Z12", "Zoë Ré")


REVOKED = {"status": 401, "serviceErrorCode": 65601, "code": "REVOKED_ACCESS_TOKEN", "message": "revoked"}


def test_a_token_that_is_not_known_everywhere_yet_is_waited_for(
    connector: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    tokens(answers)
    for _ in range(4):
        answers.get(f"{API}/v2/userinfo", status=401, json=REVOKED)
    person(answers)
    assert exchange(connector).external_user_id == "782bbtaQ"
    assert sum(auth.SETTLING_PAUSES) == 0, "only in tests"


def test_it_is_not_waited_for_for_ever(connector: LinkedInConnector, answers: responses.RequestsMock) -> None:
    tokens(answers)
    answers.get(f"{API}/v2/userinfo", status=401, json=REVOKED)
    with pytest.raises(ReconnectRequired):
        exchange(connector)
    assert len(answers.calls) == 6


def test_a_missing_right_is_not_waited_for(connector: LinkedInConnector, answers: responses.RequestsMock) -> None:
    tokens(answers)
    answers.get(f"{API}/v2/userinfo", status=403, json={"status": 403, "serviceErrorCode": 100, "message": "no"})
    with pytest.raises(ReconnectRequired):
        exchange(connector)
    assert len(answers.calls) == 2


@pytest.mark.parametrize("told", [{}, {"sub": ""}, {"sub": 7}, []])
def test_nobody_is_connected_without_an_id(
    connector: LinkedInConnector, answers: responses.RequestsMock, told: Any
) -> None:
    tokens(answers)
    answers.get(f"{API}/v2/userinfo", json=told)
    with pytest.raises(UnexpectedAnswer):
        exchange(connector)


# --- refusals -----------------------------------------------------------------------------------------------------------

NOT_FOUND = "Unable to retrieve access token: authorization code not found"
MISMATCH = (
    "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. "
    "Or authorization code expired. Or external member binding exists"
)
DEAD = "The provided authorization grant or refresh token is invalid, expired or revoked"


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (401, {"error": "invalid_request", "error_description": NOT_FOUND}, ReconnectRequired, "old or used"),
        (400, {"error": "invalid_redirect_uri", "error_description": MISMATCH}, ReconnectRequired, "redirect address"),
        (400, {"error": "invalid_grant"}, ReconnectRequired, "old or used"),
        (400, {"error": "invalid_request", "error_description": 'A required parameter "code" is missing'}, UnexpectedAnswer, "refused our request"),
        (401, {"error": "invalid_client", "error_description": "Client authentication failed"}, ConfigurationError, "credentials"),
        (400, {"error": "something_new"}, UnexpectedAnswer, "something_new"),
        (429, {"error": "too_many"}, RateLimited, "limit"),
        (500, {"error": "server_error"}, TransientError, "HTTP 500"),
        (503, None, TransientError, "HTTP 503"),
        (400, None, UnexpectedAnswer, "HTTP 400"),
    ],
)  # fmt: skip
def test_each_refusal_of_a_code_says_who_must_act(
    connector: LinkedInConnector,
    answers: responses.RequestsMock,
    status: int,
    body: Any,
    kind: type[Exception],
    words: str,
) -> None:
    answers.post(TOKEN, status=status, json=body) if body else answers.post(TOKEN, status=status, body="<html>")
    with pytest.raises(kind, match=words) as refusal:
        exchange(connector)
    assert type(refusal.value) is kind
    assert CODE.reveal() not in f"{refusal.value!r}"
    assert len(answers.calls) == 1, "a code is never tried twice"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "invalid_request", "error_description": DEAD}, ReconnectRequired),
        (400, {"error": "invalid_grant"}, ReconnectRequired),
        (401, {"error": "invalid_client"}, ConfigurationError),
        (400, {"error": "invalid_request", "error_description": 'A required parameter "refresh_token" is missing'}, UnexpectedAnswer),
        (500, {"error": "server_error"}, TransientError),
        (502, None, TransientError),
    ],
)  # fmt: skip
def test_only_a_dead_refresh_token_asks_for_the_person(
    alone: LinkedInConnector, answers: responses.RequestsMock, status: int, body: Any, kind: type[Exception]
) -> None:
    answers.post(TOKEN, status=status, json=body) if body else answers.post(TOKEN, status=status, body="<html>")
    with pytest.raises(kind) as refusal:
        alone.refresh_token(now=NOW)
    assert type(refusal.value) is kind


@pytest.mark.parametrize(
    ("error", "detail", "scope"),
    [
        ("unauthorized_scope_error", "Scope &quot;r_liteprofile&quot; is not authorized for your application", "r_liteprofile"),
        ("unauthorized_scope_error", 'Scope "r_ad_campaigns" is not authorized for your application', "r_ad_campaigns"),
        ("invalid_scope_error", "", ""),
    ],
)  # fmt: skip
def test_a_scope_without_a_product_is_the_operators_to_mend(
    connector: LinkedInConnector, error: str, detail: str, scope: str
) -> None:
    told = connector.refused_consent(error=error, detail=detail)
    assert told is not None
    assert scope in told.detail
    assert "LINKEDIN_MODE" in told.remedy


@pytest.mark.parametrize("error", ["user_cancelled_login", "user_cancelled_authorize", "", "access_denied"])
def test_a_person_who_cancelled_is_no_fault_of_the_operators(connector: LinkedInConnector, error: str) -> None:
    assert connector.refused_consent(error=error, detail='Scope "x"') is None


# --- renewal ------------------------------------------------------------------------------------------------------------


def test_a_renewal_brings_a_new_token_and_keeps_what_it_does_not_mention(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    tokens(answers, expires_in=432_000)
    fresh = alone.refresh_token(now=NOW)
    assert fresh.access_token.reveal() == "AQnew"
    assert fresh.access_expires_at == NOW + timedelta(days=5), "capped by what is left of the refresh token"
    assert fresh.refresh_token is None
    assert fresh.refresh_expires_at is None
    assert fresh.scopes_granted == ("email", "openid", "profile", "w_member_social")
    assert parse_qs(str(answers.calls[0].request.body))["refresh_token"] == ["AQscripted-refresh"]


@pytest.mark.parametrize(("told", "known"), [(26_000_000, True), (439_200, False)])
def test_a_small_figure_says_nothing_of_an_old_refresh_token(
    alone: LinkedInConnector, answers: responses.RequestsMock, told: int, known: bool
) -> None:
    tokens(answers, refresh_token="AQsame", refresh_token_expires_in=told)
    fresh = alone.refresh_token(now=NOW)
    assert fresh.refresh_token is not None
    assert fresh.refresh_expires_at == (NOW + timedelta(seconds=told) if known else None)


def test_without_a_refresh_token_nothing_is_sent_and_the_person_is_asked(
    connector: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    holder = LinkedInConnector(app=connector.app, http=connector.http, keys=Ring({ACCESS_TOKEN: Secret("AQ")}))
    with pytest.raises(ReconnectRequired, match="every 60 days"):
        holder.refresh_token(now=NOW)
    assert len(answers.calls) == 0


@pytest.mark.parametrize(("status", "kind"), [(400, UnexpectedAnswer), (503, TransientError)])
def test_a_grant_that_could_not_be_ended_is_told(
    alone: LinkedInConnector, answers: responses.RequestsMock, status: int, kind: type[Exception]
) -> None:
    answers.post(f"{WWW}/oauth/v2/revoke", status=status, json={"error": "odd"})
    with pytest.raises(kind):
        alone.revoke()


def test_ending_a_grant_names_the_token_in_the_body(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    answers.post(f"{WWW}/oauth/v2/revoke", status=200)
    alone.revoke()
    assert parse_qs(str(answers.calls[0].request.body))["token"] == ["AQscripted-access"]
    assert "AQscripted" not in str(answers.calls[0].request.url)
