"""Health with scripted answers: who must act, told apart; one location in trouble is not the whole account."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import responses

from connectors.errors import RateLimited, TransientError
from connectors.google_business.connector import GoogleBusinessConnector
from connectors.google_business.refresh_tokens import RefreshToken
from connectors.types import REFRESH_TOKEN, HealthReport, HealthState, Target
from foundation.secret import Secret
from tests.connectors.google_business.stage import (
    ACCOUNT,
    ACCOUNTS,
    LOCATION,
    LOCATIONS,
    PLACE,
    POSTS,
    SCOPE,
    TOKEN,
    VERIFICATIONS,
    refused,
)
from tests.connectors.kit import Ring

OPEN = {"name": LOCATION, "metadata": {"hasVoiceOfMerchant": True}, "openInfo": {"status": "OPEN"}}
OTHER = Target(PLACE.kind, "locations/7", "Cafe Due", {"account": ACCOUNT})
LISTED = f"{LOCATIONS}/{ACCOUNT}/locations"


@pytest.fixture
def well(answers: responses.RequestsMock) -> responses.RequestsMock:
    answers.post(TOKEN, json={"access_token": "ya29.fresh", "expires_in": 3599, "scope": SCOPE})
    answers.get(ACCOUNTS, json={"accounts": [{"name": ACCOUNT}]})
    answers.get(LISTED, json={"locations": [OPEN]})
    answers.get(POSTS, json={})
    return answers


def told(report: HealthReport) -> list[tuple[HealthState, str]]:
    return [(finding.state, finding.code) for finding in report.findings]


def test_a_well_connection_proves_the_login_the_account_the_location_and_posting(
    alone: GoogleBusinessConnector, well: responses.RequestsMock, now: datetime
) -> None:
    report = alone.health_check(targets=[PLACE], now=now)
    assert report == HealthReport((), scopes_granted=(SCOPE,))
    assert [call.request.method for call in well.calls] == ["POST", "GET", "GET", "GET"]
    assert {call.request.headers["Authorization"] for call in list(well.calls)[1:]} == {"Bearer ya29.fresh"}


@pytest.mark.parametrize(
    ("url", "status", "body", "state", "code"),
    [
        (TOKEN, 400, {"error": "invalid_grant"}, HealthState.UNHEALTHY, "token_dead"),
        (TOKEN, 401, {"error": "invalid_client"}, HealthState.DEGRADED, "operator_config"),
        (ACCOUNTS, 401, refused(401, "UNAUTHENTICATED"), HealthState.UNHEALTHY, "token_dead"),
        (
            ACCOUNTS,
            403,
            refused(403, "PERMISSION_DENIED", reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
            HealthState.UNHEALTHY,
            "scope_missing",
        ),
        (
            ACCOUNTS,
            429,
            refused(429, "RESOURCE_EXHAUSTED", reason="RATE_LIMIT_EXCEEDED", quota="0"),
            HealthState.DEGRADED,
            "operator_config",
        ),
        (
            POSTS,
            403,
            refused(403, "PERMISSION_DENIED", reason="SERVICE_DISABLED"),
            HealthState.DEGRADED,
            "operator_config",
        ),
        (POSTS, 403, refused(403, "PERMISSION_DENIED"), HealthState.DEGRADED, "posts_refused"),
        (ACCOUNTS, 403, refused(403, "PERMISSION_DENIED"), HealthState.DEGRADED, "refused"),
    ],
)
def test_each_trouble_is_told_with_who_must_act(
    alone: GoogleBusinessConnector,
    well: responses.RequestsMock,
    now: datetime,
    url: str,
    status: int,
    body: Any,
    state: HealthState,
    code: str,
) -> None:
    well.replace(responses.POST if url == TOKEN else responses.GET, url, status=status, json=body)
    report = alone.health_check(targets=[PLACE], now=now)
    assert told(report) == [(state, code)]
    assert report.findings[0].cause
    assert report.findings[0].remedy
    assert report.scopes_granted == (() if code == "scope_missing" else (SCOPE,) if code == "posts_refused" else None)


def test_posting_that_is_switched_off_is_seen_though_all_else_answers(
    alone: GoogleBusinessConnector, well: responses.RequestsMock, now: datetime
) -> None:
    body = refused(403, "PERMISSION_DENIED", reason="SERVICE_DISABLED")
    well.replace(responses.GET, POSTS, status=403, json=body)
    (finding,) = alone.health_check(targets=[PLACE], now=now).findings
    assert "Google My Business API" in finding.cause


def test_what_keeps_us_from_asking_is_raised(
    alone: GoogleBusinessConnector, well: responses.RequestsMock, now: datetime
) -> None:
    well.replace(responses.GET, ACCOUNTS, status=503)
    with pytest.raises(TransientError):
        alone.health_check(targets=[PLACE], now=now)
    body = refused(429, "RESOURCE_EXHAUSTED", reason="RATE_LIMIT_EXCEEDED", quota="300")
    well.replace(responses.GET, ACCOUNTS, status=429, json=body)
    with pytest.raises(RateLimited):
        alone.health_check(targets=[PLACE], now=now)


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        ([OPEN], [(HealthState.DEGRADED, "permission_lost")]),
        ([], [(HealthState.UNHEALTHY, "permission_lost")] * 2),
        ([OPEN, {**OPEN, "name": "locations/7", "metadata": {}}], [(HealthState.DEGRADED, "location_not_eligible")]),
        (
            [OPEN, {**OPEN, "name": "locations/7", "openInfo": {"status": "CLOSED_PERMANENTLY"}}],
            [(HealthState.DEGRADED, "location_not_eligible")],
        ),
    ],
)
def test_one_location_in_trouble_is_not_the_whole_account(
    alone: GoogleBusinessConnector, well: responses.RequestsMock, now: datetime, listed: Any, found: Any
) -> None:
    well.replace(responses.GET, LISTED, json={"locations": listed})
    well.get(f"{VERIFICATIONS}/locations/7/VoiceOfMerchantState", json={"verify": {}})
    report = alone.health_check(targets=[PLACE, OTHER], now=now)
    assert told(report) == found
    if len(found) == 1:
        assert "Cafe Due" in report.findings[0].cause


def test_an_account_that_is_closed_to_us_loses_its_locations(
    alone: GoogleBusinessConnector, well: responses.RequestsMock, now: datetime
) -> None:
    for status, word in ((403, "PERMISSION_DENIED"), (404, "NOT_FOUND")):
        well.replace(responses.GET, LISTED, status=status, json=refused(status, word))
        assert told(alone.health_check(targets=[PLACE], now=now)) == [(HealthState.UNHEALTHY, "permission_lost")]


@pytest.mark.parametrize(("left", "warned"), [(timedelta(days=3), False), (timedelta(days=1), True)])
def test_a_login_of_an_app_in_testing_is_warned_of_before_its_end(
    connector: GoogleBusinessConnector, well: responses.RequestsMock, now: datetime, left: timedelta, warned: bool
) -> None:
    ring = Ring({REFRESH_TOKEN: RefreshToken(Secret("1//0g"), now + left).sealed()})
    held = GoogleBusinessConnector(app=connector.app, http=connector.http, keys=ring)
    found = told(held.health_check(targets=[PLACE], now=now))
    assert found == ([(HealthState.DEGRADED, "token_expires")] if warned else [])


def test_a_token_that_is_not_there_is_told_and_nothing_is_asked(
    connector: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime
) -> None:
    held = GoogleBusinessConnector(app=connector.app, http=connector.http, keys=Ring())
    assert told(held.health_check(targets=[PLACE], now=now)) == [(HealthState.UNHEALTHY, "token_dead")]
    assert len(answers.calls) == 0
