"""Google's login on the wire: what is asked for, what is accepted, and why a login is over, told apart in words."""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import responses

from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.google_business.connector import GoogleBusinessConnector
from connectors.google_business.refresh_tokens import RefreshToken, unsealed
from connectors.types import ACCESS_TOKEN, REFRESH_TOKEN
from foundation.secret import Secret
from tests.connectors.google_business.stage import ACCOUNT, ACCOUNTS, CALLBACK, REVOKE, SCOPE, TOKEN, refused
from tests.connectors.kit import Ring

STATE = Secret("st4te")
TOLD = {
    "access_token": "ya29.fresh",
    "expires_in": 3599,
    "refresh_token": "1//0gfirst",
    "scope": SCOPE,
    "token_type": "Bearer",
}
PERSON = {"accounts": [{"name": ACCOUNT, "accountName": "Jane Doe", "type": "PERSONAL"}]}
DEAD = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}


def form(answers: responses.RequestsMock, number: int = -1) -> dict[str, str]:
    return dict(parse_qsl(str(answers.calls[number].request.body)))


def exchange(connector: GoogleBusinessConnector, now: datetime) -> Any:
    connector.authorize_url(redirect_uri=CALLBACK, state=STATE)
    return connector.exchange_code(code=Secret("4/0Acode"), redirect_uri=CALLBACK, now=now)


def test_the_consent_page_is_asked_for_a_login_that_lasts_and_is_proven(connector: GoogleBusinessConnector) -> None:
    url = urlsplit(connector.authorize_url(redirect_uri=CALLBACK, state=STATE))
    asked = {name: value for name, (value,) in parse_qs(url.query).items()}
    assert url.path.endswith("/accounts.google.com/o/oauth2/v2/auth")
    challenge = asked.pop("code_challenge")
    assert len(challenge) == 43
    assert asked == {
        "client_id": connector.app.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": SCOPE,
        "access_type": "offline",
        "prompt": "consent",
        "state": "st4te",
        "code_challenge_method": "S256",
    }


def test_the_proof_fits_the_challenge_and_no_other_login(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime
) -> None:
    answers.post(TOKEN, json=TOLD)
    answers.get(ACCOUNTS, json=PERSON)
    challenges = []
    for state in ("one", "two"):
        url = urlsplit(connector.authorize_url(redirect_uri=CALLBACK, state=Secret(state)))
        challenges.append(parse_qs(url.query)["code_challenge"][0])
    connector.exchange_code(code=Secret("4/0Acode"), redirect_uri=CALLBACK, now=now)
    sent = form(answers, 0)
    proof = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).decode().rstrip("=")
    assert proof == challenges[1] != challenges[0]
    assert 43 <= len(sent.pop("code_verifier")) <= 128
    assert sent == {
        "grant_type": "authorization_code",
        "code": "4/0Acode",
        "redirect_uri": CALLBACK,
        "client_id": connector.app.client_id,
        "client_secret": connector.app.client_secret.reveal(),
    }


def test_a_code_brings_a_grant_of_the_person_with_an_hour_and_a_refresh_token(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime
) -> None:
    answers.post(TOKEN, json={**TOLD, "scope": f"openid {SCOPE}"})
    answers.get(ACCOUNTS, json=PERSON)
    grant = exchange(connector, now)
    assert (grant.external_user_id, grant.display_name) == (ACCOUNT, "Jane Doe")
    assert grant.access_expires_at == now + timedelta(seconds=3599)
    assert grant.refresh_token.reveal() == "1//0gfirst"
    assert grant.refresh_expires_at is None
    assert set(grant.scopes_granted) == {SCOPE, "openid"}
    assert grant.scopes_missing == ()
    assert answers.calls[1].request.headers["Authorization"] == "Bearer ya29.fresh"


def test_a_login_of_an_app_in_testing_is_kept_with_its_end(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime
) -> None:
    answers.post(TOKEN, json={**TOLD, "refresh_token_expires_in": 604_799})
    answers.get(ACCOUNTS, json=PERSON)
    grant = exchange(connector, now)
    assert grant.refresh_expires_at == now + timedelta(seconds=604_799)
    kept = unsealed(grant.refresh_token)
    assert kept.token.reveal() == "1//0gfirst"
    assert kept.ends_at is not None
    assert abs(kept.ends_at - grant.refresh_expires_at) < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ({**TOLD, "refresh_token": None}, "no refresh token"),
        ({**TOLD, "scope": "openid email"}, "business.manage"),
    ],
)
def test_a_grant_that_would_not_serve_is_refused_with_what_lacks(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime, told: Any, cause: str
) -> None:
    answers.post(TOKEN, json=told)
    with pytest.raises(ReconnectRequired, match=cause) as refusal:
        exchange(connector, now)
    assert refusal.value.remedy


def test_an_account_without_any_business_is_told_so(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime
) -> None:
    answers.post(TOKEN, json=TOLD)
    answers.get(ACCOUNTS, json={})
    with pytest.raises(ReconnectRequired, match="manages no business profile"):
        exchange(connector, now)


def test_an_unapproved_project_is_told_at_the_first_login(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime
) -> None:
    answers.post(TOKEN, json=TOLD)
    body = refused(429, "RESOURCE_EXHAUSTED", reason="RATE_LIMIT_EXCEEDED", quota="0")
    answers.get(ACCOUNTS, status=429, json=body)
    with pytest.raises(ConfigurationError, match="not approved") as refusal:
        exchange(connector, now)
    assert "Basic API Access" in refusal.value.remedy


def test_a_renewal_keeps_the_refresh_token_it_does_not_name(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime
) -> None:
    answers.post(TOKEN, json={name: value for name, value in TOLD.items() if name != "refresh_token"})
    fresh = alone.refresh_token(now=now)
    assert fresh.access_token.reveal() == "ya29.fresh"
    assert fresh.access_expires_at == now + timedelta(seconds=3599)
    assert fresh.refresh_token is None
    assert form(answers)["refresh_token"] == "1//0gscripted-refresh"
    answers.replace(responses.POST, TOKEN, json={**TOLD, "refresh_token": "1//0gsecond"})
    assert alone.refresh_token(now=now).refresh_token == Secret("1//0gsecond")


def ended(connector: GoogleBusinessConnector, ends_at: datetime, now: datetime) -> ReconnectRequired:
    sealed = RefreshToken(Secret("1//0gtesting"), ends_at).sealed()
    ring = Ring({REFRESH_TOKEN: sealed})
    with pytest.raises(ReconnectRequired) as refusal:
        GoogleBusinessConnector(app=connector.app, http=connector.http, keys=ring).refresh_token(now=now)
    return refusal.value


def test_a_login_that_is_over_is_told_from_one_taken_back_though_google_says_the_same(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime
) -> None:
    answers.post(TOKEN, status=400, json=DEAD)
    over = ended(connector, now - timedelta(hours=1), now)
    assert "seven days" in over.cause
    assert "In production" in over.remedy
    taken_back = ended(connector, now + timedelta(days=3), now)
    assert "took access back" in taken_back.cause
    assert "Testing" not in taken_back.cause + taken_back.remedy
    assert form(answers)["refresh_token"] == "1//0gtesting"
    assert over.connection_ended
    assert taken_back.connection_ended


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (400, DEAD, ReconnectRequired, "took access back"),
        (400, {"error": "invalid_grant", "error_subtype": "invalid_rapt"}, ReconnectRequired, "session control"),
        (400, {"error": "invalid_grant", "error_subtype": "rapt_required"}, ReconnectRequired, "session control"),
        (400, {"error": "admin_policy_enforced"}, ReconnectRequired, "administrator"),
        (401, {"error": "invalid_client"}, ConfigurationError, "credentials"),
        (401, {"error": "deleted_client"}, ConfigurationError, "deleted"),
        (400, {"error": "redirect_uri_mismatch"}, ConfigurationError, "address"),
        (400, {"error": "unsupported_grant_type"}, ConfigurationError, "fault"),
        (400, {"error": "internal_failure"}, TransientError, "HTTP 400"),
        (503, {"error": "temporarily_unavailable"}, TransientError, "HTTP 503"),
        (500, "<html>", TransientError, "HTTP 500"),
        (408, {}, TransientError, "HTTP 408"),
        (429, {}, RateLimited, "patience"),
        (400, {"error": "out_of_ink"}, UnexpectedAnswer, "out_of_ink"),
        (418, "teapot", UnexpectedAnswer, "418"),
        (400, {"error": {"code": 429}}, UnexpectedAnswer, "400"),
    ],
)
def test_each_refusal_of_a_renewal_names_who_must_act(
    alone: GoogleBusinessConnector,
    answers: responses.RequestsMock,
    now: datetime,
    status: int,
    body: Any,
    kind: type[Exception],
    words: str,
) -> None:
    answers.post(TOKEN, status=status, **({"body": body} if isinstance(body, str) else {"json": body}))
    with pytest.raises((ConnectorError, ConfigurationError)) as caught:
        alone.refresh_token(now=now)
    error = caught.value
    assert isinstance(error, ConnectorError | ConfigurationError)
    assert type(error) is kind
    assert words in str(error)
    assert error.remedy
    assert "scripted-refresh" not in str(error)


def test_a_code_that_google_does_not_take_leads_back_to_the_beginning(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime
) -> None:
    answers.post(TOKEN, status=400, json={"error": "invalid_grant", "error_description": "Malformed auth code."})
    with pytest.raises(ReconnectRequired, match="old or used") as refusal:
        exchange(connector, now)
    assert refusal.value.remedy == "Start connecting again."


def test_the_whole_grant_is_revoked_and_one_that_is_over_is_no_error(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.post(REVOKE, json={})
    alone.revoke()
    assert form(answers) == {"token": "1//0gscripted-refresh"}
    answers.replace(responses.POST, REVOKE, status=400, json={"error": "invalid_token"})
    alone.revoke()
    answers.replace(responses.POST, REVOKE, status=503, json={})
    with pytest.raises(TransientError):
        alone.revoke()
    only_access = Ring({ACCESS_TOKEN: Secret("ya29.left")})
    answers.replace(responses.POST, REVOKE, json={})
    GoogleBusinessConnector(app=alone.app, http=alone.http, keys=only_access).revoke()
    assert form(answers) == {"token": "ya29.left"}


@pytest.mark.parametrize(("error", "told"), [("access_denied", False), ("org_internal", True), ("invalid_scope", True)])
def test_what_the_operator_must_mend_is_told_from_a_person_who_said_no(
    connector: GoogleBusinessConnector, error: str, told: bool
) -> None:
    assert (connector.refused_consent(error=error, detail="") is not None) is told


@pytest.mark.parametrize(("life", "moment"), [(3600, 600), (7200, 4200), (1200, 200), (0, 0)])
def test_a_token_is_renewed_fifty_minutes_before_its_end_and_never_at_once(
    connector: GoogleBusinessConnector, now: datetime, life: int, moment: int
) -> None:
    (due,) = connector.refresh_moments(issued_at=now, expires_at=now + timedelta(seconds=life))
    assert due == now + timedelta(seconds=moment)
    assert connector.refresh_before == (timedelta(minutes=50),)


@pytest.mark.parametrize("kept", ["1//0gplain", "until=x 1//0g", "past=12 1//0g", "until=12"])
def test_a_refresh_token_without_an_end_is_itself(kept: str) -> None:
    assert unsealed(Secret(kept)) == RefreshToken(Secret(kept))
