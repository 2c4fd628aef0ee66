"""The gate: token, version, protocol, scope, in that order; and URLs that must be written by the rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from sandbox.linkedin import demo, restli, versions
from sandbox.linkedin.errors import Refusal
from sandbox.world import World
from tests.sandbox.linkedin.conftest import Grant
from tests.sandbox.linkedin.hub import (
    API,
    COMMUNITY,
    CONTROL,
    OBSERVATORY,
    PROFILE,
    SOLVEIG,
    VERSION,
    Hub,
    body,
    code_of,
    enc,
)

ACLS = "/rest/organizationAcls?q=roleAssignee"


def _told(response: requests.Response) -> tuple[int, str, int | None]:
    return (*code_of(response), response.json().get("serviceErrorCode"))


def test_each_dead_token_has_its_own_code(world: World, hub: Hub, grant: Grant) -> None:
    assert _told(hub.call("GET", ACLS)) == (401, "EMPTY_ACCESS_TOKEN", None)
    assert _told(hub.call("GET", ACLS, "AQinvented")) == (401, "INVALID_ACCESS_TOKEN", 65600)
    token = grant()
    world.linkedin.revoke({"user": demo.SOLVEIG})
    assert _told(hub.call("GET", ACLS, token)) == (401, "REVOKED_ACCESS_TOKEN", 65601)
    token = grant()
    world.clock.advance(60 * 86_400)
    assert _told(hub.call("GET", ACLS, token)) == (401, "EXPIRED_ACCESS_TOKEN", 65602)


def test_the_gate_asks_in_its_order(world: World, session: requests.Session, grant: Grant) -> None:
    """Each request mends the first thing that was wrong, and is refused for the next."""
    weak = grant(PROFILE)
    url = f"{API}/rest/organizationAcls?q=nonsense"
    steps: list[tuple[dict[str, str], int]] = [
        ({}, 401),
        ({"Authorization": f"Bearer {weak}"}, 400),
        ({"LinkedIn-Version": "202511"}, 426),
        ({"LinkedIn-Version": VERSION}, 400),
        ({"X-Restli-Protocol-Version": "2.0.0"}, 403),
    ]
    headers: dict[str, str] = {}
    seen = []
    for more, _ in steps:
        headers |= more
        seen.append(session.get(url, headers=headers).status_code)
    assert seen == [status for _, status in steps]
    headers["Authorization"] = f"Bearer {grant()}"
    assert session.get(url, headers=headers).status_code == 400


def test_a_missing_version_is_named(session: requests.Session, token: str) -> None:
    answer = session.get(f"{API}{ACLS}", headers={"Authorization": f"Bearer {token}"})
    assert code_of(answer) == (400, "VERSION_MISSING")


@pytest.mark.parametrize(
    ("version", "shown"),
    [
        ("202504", "20250401"),
        ("202511", "20251101"),
        ("202512", "20251201"),
        ("20260901", "20260901"),
        ("soon", "soon"),
    ],
)
def test_a_version_that_is_not_active_answers_426(hub: Hub, token: str, version: str, shown: str) -> None:
    answer = hub.call("GET", ACLS, token, headers={"LinkedIn-Version": version})
    assert code_of(answer) == (426, "NONEXISTENT_VERSION")
    assert answer.json()["message"] == f"Requested version {shown} is not active"


def test_versions_die_by_the_clock_on_their_day(world: World, hub: Hub, token: str) -> None:
    assert hub.call("GET", ACLS, token, headers={"LinkedIn-Version": "202601"}).ok
    day = datetime(2027, 1, 15, tzinfo=UTC).timestamp()
    assert versions.alive("202601", day - 1)
    world.clock.freeze(day)
    assert hub.call("GET", ACLS, token, headers={"LinkedIn-Version": "202601"}).status_code == 426
    assert hub.call("GET", ACLS, token, headers={"LinkedIn-Version": "202602"}).ok
    assert versions.sunset("202603").date().isoformat() == "2027-03-16"
    assert versions.sunset("202609").date().isoformat() == "2027-09-15"


def test_a_missing_scope_names_resource_method_and_version(hub: Hub, member_token: str) -> None:
    answer = hub.call("GET", ACLS, member_token)
    assert _told(answer) == (403, "ACCESS_DENIED", 100)
    assert answer.json()["message"] == (
        "Not enough permissions to access: partnerApiOrganizationAcls.FINDER-roleAssignee.20260901"
    )
    answer = hub.call("GET", f"/rest/posts/{enc('urn:li:share:1')}", member_token)
    assert answer.json()["message"] == "Not enough permissions to access: partnerApiPostsExternal.GET.20260901"


def test_answers_carry_what_support_asks_for(hub: Hub, token: str) -> None:
    headers = hub.call("GET", ACLS, token).headers
    assert headers["x-li-uuid"]
    assert headers["x-li-fabric"]
    assert headers["x-li-request-id"]


@pytest.mark.parametrize(
    "path",
    [
        "/rest/posts/urn:li:share:1",
        f"/rest/organizations?ids=List%28{demo.OBSERVATORY}%29",
        f"/rest/posts?ids=List({'urn:li:share:1'})",
        "/rest/posts?ids=urn%3Ali%3Ashare%3A1",
        f"/rest/posts?q=author&author={SOLVEIG}",
        f"/rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={OBSERVATORY}",
        (
            f"/rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={enc(OBSERVATORY)}"
            "&timeIntervals=%28timeRange%3A%28start%3A1%2Cend%3A2%29%2CtimeGranularityType%3ADAY%29"
        ),
    ],
)
def test_a_url_that_is_not_written_by_the_rules_is_refused(hub: Hub, token: str, path: str) -> None:
    assert code_of(hub.call("GET", path, token)) == (400, "ILLEGAL_ARGUMENT")


def test_parameters_that_a_library_encoded_are_refused(hub: Hub, token: str) -> None:
    answer = hub.call("GET", "/rest/organizations", token, params={"ids": f"List({demo.OBSERVATORY})"})
    assert answer.status_code == 400
    assert hub.call("GET", f"/rest/organizations?ids=List({demo.OBSERVATORY})", token).ok


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("List(urn%3Ali%3Ashare%3A1,b)", ["urn:li:share:1", "b"]),
        ("List()", []),
        ("(k1:v1,k2:urn%3Ali%3Aapp%3A123,k3:List(1,2))", {"k1": "v1", "k2": "urn:li:app:123", "k3": ["1", "2"]}),
        ("(start:(day:1,month:5,year:2026))", {"start": {"day": "1", "month": "5", "year": "2026"}}),
        ("%20t%3F%27%3A%2C%2A%21", " t?':,*!"),
    ],
)
def test_values_are_read_as_they_are_written(written: str, value: Any) -> None:
    assert restli.read_value(written) == value


@pytest.mark.parametrize("written", ["List(a", "(a:b", "(a)", "a:b", "List(urn:li:x)", "(a:urn:li:x)", "a(b)"])
def test_values_that_cannot_be_read_are_refused(written: str) -> None:
    with pytest.raises(Refusal) as refusal:
        restli.read_value(written)
    assert refusal.value.status == 400


def test_a_long_question_may_travel_as_a_post(hub: Hub, token: str) -> None:
    ids = ",".join([demo.OBSERVATORY, demo.TYPE_FOUNDRY])
    headers = {"X-HTTP-Method-Override": "GET", "Content-Type": "application/x-www-form-urlencoded"}
    answer = hub.call("POST", "/rest/organizations", token, data=f"ids=List({ids})", headers=headers)
    assert set(answer.json()["results"]) == {demo.OBSERVATORY, demo.TYPE_FOUNDRY}


def test_a_post_without_a_length_is_refused(session: requests.Session, token: str) -> None:
    request = requests.Request("POST", f"{API}/rest/posts", headers={"Authorization": f"Bearer {token}"}).prepare()
    del request.headers["Content-Length"]
    assert session.send(request).status_code == 411


def test_an_empty_post_that_says_so_gets_past_the_length(hub: Hub, token: str) -> None:
    assert code_of(hub.call("POST", "/rest/posts", token)) == (400, "MISSING_FIELD")


def test_bodies_must_be_json(hub: Hub, token: str) -> None:
    assert hub.call("POST", "/rest/posts", token, data={"author": SOLVEIG}).status_code == 415
    broken = hub.call("POST", "/rest/posts", token, data="{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 400


def test_there_are_no_side_doors(hub: Hub, token: str) -> None:
    for path in ("/rest/nothing", "/v2/ugcPosts", "/v2/posts", "/posts", "/rest/posts/search"):
        assert hub.call("GET", path, token).status_code in (400, 404), path
    headers = {"Idempotency-Key": "once", "X-RestLi-Id": "mine"}
    seen = {
        hub.call("POST", "/rest/posts", token, json=body(SOLVEIG, f"Number {number}"), headers=headers).headers[
            "x-restli-id"
        ]
        for number in range(2)
    }
    assert len(seen) == 2


def test_quotas_count_per_member_and_app_and_end_at_midnight_utc(world: World, hub: Hub, grant: Grant) -> None:
    world.switches.set({"linkedin.limit_member_calls": 2, "linkedin.limit_app_calls": 3})
    solveig, mateo = grant(), grant(user=demo.MATEO)
    assert [hub.call("GET", ACLS, solveig).status_code for _ in range(2)] == [200, 200]
    refused = hub.call("GET", ACLS, solveig)
    assert _told(refused) == (429, "TOO_MANY_REQUESTS", 101)
    assert refused.json()["message"] == "Resource level throttle limit for calls to this resource is reached."
    assert not {"Retry-After", "X-RateLimit-Reset"} & set(refused.headers)
    assert hub.call("GET", "/v2/userinfo", solveig).ok, "another endpoint has counters of its own"
    by_app = hub.call("GET", ACLS, mateo)
    assert (by_app.status_code, "DAY" in by_app.json()["message"]) == (429, True)
    world.clock.freeze(datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC).timestamp())
    assert hub.call("GET", ACLS, solveig).status_code == 429
    world.clock.advance(1)
    assert hub.call("GET", ACLS, solveig).ok


def test_each_apps_tier_has_its_own_quota(world: World, session: requests.Session, hub: Hub, grant: Grant) -> None:
    community = grant(COMMUNITY, app_id=demo.COMMUNITY_APP_ID)
    statuses = [hub.call("GET", "/v2/me", community).status_code for _ in range(101)]
    assert statuses == [200] * 100 + [429]
    change = {"app_id": demo.COMMUNITY_APP_ID, "tier": "standard"}
    assert session.post(f"{CONTROL}/linkedin/apps", json=change).ok
    assert hub.call("GET", "/v2/me", community).ok
