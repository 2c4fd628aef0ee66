"""Health with scripted answers: tokens with and without renewal, persons, roles, and a platform that cannot be asked."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses

from connectors.errors import RateLimited, TransientError
from connectors.linkedin.connector import LinkedInConnector
from connectors.types import ACCESS_TOKEN, HealthReport, HealthState, Target
from foundation.secret import Secret
from tests.connectors.kit import Ring
from tests.connectors.linkedin.conftest import API, MEMBER, PAGE, WWW

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SCOPES = "openid,profile,email,w_member_social,w_organization_social,r_organization_social,rw_organization_admin"


def introspected(answers: responses.RequestsMock, **more: Any) -> None:
    told = {
        "active": True,
        "status": "active",
        "scope": SCOPES,
        "expires_at": int((NOW + timedelta(days=50)).timestamp()),
        "auth_type": "3L",
        **more,
    }
    answers.post(f"{WWW}/oauth/v2/introspectToken", json=told)


def person(answers: responses.RequestsMock, sub: str = "sV7bKx2QpA") -> None:
    answers.get(f"{API}/v2/userinfo", json={"sub": sub, "name": "Sólveig"})


def roles(answers: responses.RequestsMock, *held: tuple[str, str]) -> None:
    elements = [
        {"role": role, "state": "APPROVED", "roleAssignee": MEMBER.external_id, where: PAGE.external_id}
        for role, where in held
    ]
    answers.get(re.compile(f"{API}/rest/organizationAcls"), json={"elements": elements, "paging": {"links": []}})


def check(connector: LinkedInConnector, *targets: Target) -> HealthReport:
    return connector.health_check(targets=list(targets), now=NOW)


def codes(report: HealthReport) -> list[str]:
    for finding in report.findings:
        assert finding.cause.endswith(".")
        assert len(finding.remedy.split()) >= 2
    return [finding.code for finding in report.findings]


def test_a_healthy_connection_tells_its_scopes_and_its_end(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    introspected(answers)
    person(answers)
    roles(answers, ("ADMINISTRATOR", "organization"))
    report = check(alone, MEMBER, PAGE)
    assert (report.state, codes(report)) == (HealthState.HEALTHY, [])
    assert "w_organization_social" in (report.scopes_granted or ())
    assert report.access_expires_at == NOW + timedelta(days=50)


def test_a_profile_alone_spends_no_call_of_the_versioned_api(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    introspected(answers)
    person(answers)
    check(alone, MEMBER)
    assert [str(call.request.url).rsplit("/", 1)[1] for call in answers.calls] == ["introspectToken", "userinfo"]


@pytest.mark.parametrize(("status", "words"), [("expired", "expired"), ("revoked", "revoked"), ("", "no longer")])
def test_a_dead_token_is_unhealthy_and_says_why(
    alone: LinkedInConnector, answers: responses.RequestsMock, status: str, words: str
) -> None:
    introspected(answers, active=False, status=status)
    report = check(alone, MEMBER)
    assert (report.state, codes(report)) == (HealthState.UNHEALTHY, ["token_dead"])
    assert words in report.findings[0].cause
    assert report.scopes_granted is None


@pytest.mark.parametrize("told", [None, "", 7])
def test_an_introspection_that_tells_no_scopes_proves_nothing_missing(
    alone: LinkedInConnector, answers: responses.RequestsMock, told: Any
) -> None:
    introspected(answers, scope=told)
    person(answers)
    roles(answers, ("ADMINISTRATOR", "organization"))
    report = check(alone, MEMBER, PAGE)
    assert report.findings == ()
    assert report.scopes_granted is None, "what is stored stays"


@pytest.mark.parametrize(("target", "scope"), [(MEMBER, "w_member_social"), (PAGE, "w_organization_social")])
def test_a_missing_scope_is_named(
    alone: LinkedInConnector, answers: responses.RequestsMock, target: Target, scope: str
) -> None:
    introspected(answers, scope=SCOPES.replace(scope, "r_basicprofile"))
    person(answers)
    roles(answers, ("ADMINISTRATOR", "organization"))
    report = check(alone, target)
    assert codes(report) == ["scope_missing"]
    assert scope in report.findings[0].cause
    assert "LINKEDIN_MODE" in report.findings[0].remedy


@pytest.mark.parametrize(
    ("days", "renewable", "told"),
    [(16, False, False), (15, False, True), (15, True, False), (3, True, True), (1, False, True)],
)
def test_without_renewal_people_are_told_from_day_45_on(
    alone: LinkedInConnector, answers: responses.RequestsMock, days: int, renewable: bool, told: bool
) -> None:
    introspected(answers, expires_at=int((NOW + timedelta(days=days)).timestamp()))
    person(answers)
    if not renewable:
        alone = LinkedInConnector(app=alone.app, http=alone.http, keys=Ring({ACCESS_TOKEN: Secret("AQ")}))
    report = check(alone, MEMBER)
    assert codes(report) == (["token_expires"] if told else [])
    assert report.state is (HealthState.DEGRADED if told else HealthState.HEALTHY)


def test_the_token_of_another_person_is_unhealthy(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    introspected(answers)
    person(answers, sub="somebody")
    assert codes(check(alone, MEMBER)) == ["other_person"]


@pytest.mark.parametrize("where", ["organization", "organizationTarget"])
@pytest.mark.parametrize(
    ("role", "well"), [("ADMINISTRATOR", True), ("CONTENT_ADMINISTRATOR", True), ("ANALYST", False), ("CURATOR", False)]
)
def test_a_page_needs_a_role_that_allows_posting(
    alone: LinkedInConnector, answers: responses.RequestsMock, where: str, role: str, well: bool
) -> None:
    introspected(answers)
    person(answers)
    roles(answers, (role, where))
    report = check(alone, PAGE)
    assert codes(report) == ([] if well else ["role_lost"])
    if not well:
        assert PAGE.name in report.findings[0].cause


def test_a_page_is_told_apart_from_roles_on_others(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    introspected(answers)
    person(answers)
    roles(answers)
    assert codes(check(alone, PAGE)) == ["role_lost"]


def test_roles_that_may_not_be_asked_for_are_unknown_and_not_lost(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    introspected(answers, scope="openid,w_member_social,w_organization_social")
    person(answers)
    report = check(alone, PAGE)
    assert (report.state, codes(report)) == (HealthState.DEGRADED, ["roles_unknown"])


def test_a_retired_version_disconnects_nobody(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    introspected(answers)
    person(answers)
    answers.get(
        re.compile(f"{API}/rest/organizationAcls"), status=426, json={"status": 426, "code": "NONEXISTENT_VERSION"}
    )
    report = check(alone, PAGE)
    assert (report.state, codes(report)) == (HealthState.DEGRADED, ["version_retired"])


@pytest.mark.parametrize(("status", "kind"), [(500, TransientError), (503, TransientError), (429, RateLimited)])
@pytest.mark.parametrize("where", ["introspect", "userinfo", "roles"])
def test_a_platform_that_cannot_be_asked_is_a_passing_fault(
    alone: LinkedInConnector, answers: responses.RequestsMock, where: str, status: int, kind: type[Exception]
) -> None:
    if where == "introspect":
        answers.post(f"{WWW}/oauth/v2/introspectToken", status=status, json={"error": "x"})
    introspected(answers)
    if where == "userinfo":
        answers.get(f"{API}/v2/userinfo", status=status, json={"status": status})
    person(answers)
    if where == "roles":
        answers.get(re.compile(f"{API}/rest/organizationAcls"), status=status, json={"status": status})
    with pytest.raises(kind) as failure:
        check(alone, PAGE)
    assert type(failure.value) is kind


def test_a_missing_token_is_told_without_asking(connector: LinkedInConnector, answers: responses.RequestsMock) -> None:
    empty = LinkedInConnector(app=connector.app, http=connector.http, keys=Ring())
    report = check(empty, MEMBER)
    assert (report.state, codes(report)) == (HealthState.UNHEALTHY, ["token_missing"])
    assert len(answers.calls) == 0
