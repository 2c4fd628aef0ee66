"""Destinations with scripted answers: every page, every role, and the forms the list comes in."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses
from django.conf import settings

from connectors.errors import ReconnectRequired, TransientError
from connectors.linkedin.connector import LinkedInConnector
from connectors.types import FoundDestination
from foundation.secret import Secret
from tests.connectors.linkedin.conftest import API

ACLS = re.compile(rf"{API}/rest/organizationAcls\?")
NAMES = re.compile(rf"{API}/rest/organizations\?ids=List")


def entry(number: int, role: str = "ADMINISTRATOR", **more: Any) -> dict[str, Any]:
    return {"role": role, "state": "APPROVED", "organization": f"urn:li:organization:{number}", **more}


def who(answers: responses.RequestsMock) -> None:
    answers.get(f"{API}/v2/userinfo", json={"sub": "a-B_9", "name": "Zoë", "picture": "https://media.licdn.com/x"})


def found(connector: LinkedInConnector) -> dict[str, FoundDestination]:
    places = connector.fetch_accounts(access_token=Secret("AQ"))
    assert len({place.external_id for place in places}) == len(places), "each place once"
    return {place.external_id: place for place in places}


def named(answers: responses.RequestsMock, **names: Any) -> None:
    results = {number[1:]: {"localizedName": name, "vanityName": f"v{number}"} for number, name in names.items()}
    answers.get(NAMES, json={"results": results, "statuses": {}, "errors": {}})


def test_a_profile_app_asks_for_no_pages(
    connector: LinkedInConnector, answers: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LINKEDIN_MODE", "p")
    who(answers)
    places = found(connector)
    assert set(places) == {"urn:li:person:a-B_9"}
    profile = places["urn:li:person:a-B_9"]
    assert (profile.kind, profile.name, profile.obstacle) == ("linkedin_member", "Zoë", "")
    assert len(answers.calls) == 1


def test_pages_are_found_with_their_names_and_who_connected_them(
    connector: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    who(answers)
    target = {"organization": None, "organizationTarget": "urn:li:organization:2"}
    answers.get(ACLS, json={"elements": [entry(1), entry(2, "CONTENT_ADMINISTRATOR", **target)]})
    named(answers, n1="Acme", n2="Çelik")
    places = found(connector)
    page = places["urn:li:organization:2"]
    assert (page.kind, page.name, page.username) == ("linkedin_organization", "Çelik", "vn2")
    assert page.url == "https://www.linkedin.com/company/vn2"
    assert page.facts == {"member": "urn:li:person:a-B_9", "roles": ["CONTENT_ADMINISTRATOR"]}
    assert page.obstacle == places["urn:li:organization:1"].obstacle == ""
    assert page.token is None, "the member's token serves all"
    urls = [str(call.request.url) for call in answers.calls]
    assert urls[1].endswith("/rest/organizationAcls?q=roleAssignee&state=APPROVED&start=0&count=20")
    assert urls[2].endswith("/rest/organizations?ids=List(1,2)")


def test_every_page_of_results_and_every_batch_of_names_is_followed(
    connector: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    who(answers)

    def listed(request: requests.PreparedRequest) -> Any:
        start = int(str(request.url).split("start=")[1].split("&")[0])
        elements = [entry(number) for number in range(start + 1, min(start + 20, 110) + 1)]
        links = [{"rel": "next", "href": "x"}] if start + 20 < 110 else [{"rel": "prev", "href": "x"}]
        return (200, {}, json.dumps({"elements": elements, "paging": {"links": links}}))

    answers.add_callback(responses.GET, ACLS, listed)
    named(answers)
    assert len(found(connector)) == 111
    assert sum("organizations?ids" in str(call.request.url) for call in answers.calls) == 3


@pytest.mark.parametrize(
    ("roles", "obstacle"),
    [
        (["ANALYST"], "ANALYST"),
        (["DIRECT_SPONSORED_CONTENT_POSTER", "CURATOR"], "CURATOR"),
        (["ANALYST", "CONTENT_ADMINISTRATOR"], ""),
    ],
)
def test_a_page_without_a_posting_role_says_so(
    connector: LinkedInConnector, answers: responses.RequestsMock, roles: list[str], obstacle: str
) -> None:
    who(answers)
    answers.get(ACLS, json={"elements": [entry(1, role) for role in roles]})
    named(answers, n1="Acme")
    page = found(connector)["urn:li:organization:1"]
    assert bool(page.obstacle) is bool(obstacle)
    assert obstacle in page.obstacle


def test_roles_that_are_not_approved_open_nothing(
    connector: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    who(answers)
    answers.get(ACLS, json={"elements": [entry(1, state="REQUESTED"), entry(2, state="REVOKED"), entry(3)]})
    named(answers)
    assert set(found(connector)) == {"urn:li:person:a-B_9", "urn:li:organization:3"}


def test_a_page_whose_name_is_kept_from_us_is_found_by_its_number(
    connector: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    who(answers)
    answers.get(ACLS, json={"elements": [entry(7)]})
    answers.get(NAMES, json={"results": {}, "statuses": {"7": 403}, "errors": {"7": {"status": 403}}})
    page = found(connector)["urn:li:organization:7"]
    assert (page.name, page.url) == ("Page 7", "https://www.linkedin.com/company/7")


def test_a_list_that_wants_a_role_is_asked_role_by_role(
    connector: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    who(answers)

    def by_role(request: requests.PreparedRequest) -> Any:
        role = dict(parse_qsl(urlsplit(str(request.url)).query)).get("role")
        if role is None:
            return (400, {}, json.dumps({"status": 400, "message": "role is required"}))
        elements = [entry(2, role)] if role == "CONTENT_ADMINISTRATOR" else []
        return (200, {}, json.dumps({"elements": elements}))

    answers.add_callback(responses.GET, ACLS, by_role)
    named(answers)
    assert "urn:li:organization:2" in found(connector)


@pytest.mark.parametrize(("status", "kind"), [(403, ReconnectRequired), (503, TransientError)])
def test_a_list_that_breaks_off_is_not_taken_for_a_short_one(
    connector: LinkedInConnector, answers: responses.RequestsMock, status: int, kind: type[Exception]
) -> None:
    who(answers)
    answers.get(ACLS, status=status, json={"status": status, "message": "no"})
    with pytest.raises(kind):
        found(connector)
