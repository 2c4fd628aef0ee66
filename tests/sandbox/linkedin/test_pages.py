"""Pages: roles and their states, names, links to the next page."""

from __future__ import annotations

from typing import Any

from sandbox.linkedin import demo
from sandbox.world import World
from tests.sandbox.linkedin.conftest import Grant
from tests.sandbox.linkedin.hub import CONTROL, SOLVEIG, Hub

ACLS = "/rest/organizationAcls?q=roleAssignee"


def _urn(element: dict[str, Any]) -> str:
    (urn,) = (element[name] for name in ("organization", "organizationTarget") if name in element)
    return str(urn)


def test_roles_come_in_every_state_and_under_both_names(hub: Hub, token: str) -> None:
    elements = hub.call("GET", f"{ACLS}&count=100", token).json()["elements"]
    assert {element["state"] for element in elements} == {"APPROVED", "REQUESTED", "REJECTED"}
    roles = {element["role"] for element in elements}
    assert {"ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "ANALYST", "DIRECT_SPONSORED_CONTENT_POSTER"} <= roles
    assert all(element["roleAssignee"] == SOLVEIG for element in elements)
    assert {"organization" in element for element in elements} == {True, False}


def test_roles_are_filtered_by_role_and_state(world: World, hub: Hub, token: str) -> None:
    approved = hub.call("GET", f"{ACLS}&state=APPROVED&role=ADMINISTRATOR", token).json()["elements"]
    assert {_urn(element) for element in approved} == {
        f"urn:li:organization:{demo.OBSERVATORY}",
        f"urn:li:organization:{demo.ARCHIVE}",
    }
    assert hub.call("GET", f"{ACLS}&role=KING", token).status_code == 400
    assert hub.call("GET", "/rest/organizationAcls?q=organization", token).status_code == 400
    world.switches.set({"linkedin.acl_needs_role": True})
    assert hub.call("GET", ACLS, token).status_code == 400


def test_more_than_one_page_of_roles_is_reached_by_links(hub: Hub, grant: Grant) -> None:
    token = grant(user=demo.MATEO)
    path, seen, rounds = f"{ACLS}&state=APPROVED&count=20&start=0", [], 0
    while path:
        answer = hub.call("GET", path, token).json()
        seen += [_urn(element) for element in answer["elements"]]
        assert (answer["paging"]["start"], answer["paging"]["count"]) == (20 * rounds, 20)
        path = next((link["href"] for link in answer["paging"]["links"] if link["rel"] == "next"), "")
        rounds += 1
    assert rounds == 2
    assert len(seen) == len(set(seen)) == len(demo.BRANCHES) + 3


def test_names_come_in_a_batch_with_a_status_for_each(hub: Hub, token: str) -> None:
    ids = f"{demo.OBSERVATORY},{demo.LIGHTHOUSE},99"
    told = hub.call("GET", f"/rest/organizations?ids=List({ids})", token).json()
    assert told["statuses"] == {demo.OBSERVATORY: 200, demo.LIGHTHOUSE: 403, "99": 404}
    page = told["results"][demo.OBSERVATORY]
    assert (page["id"], page["localizedName"], page["vanityName"]) == (
        int(demo.OBSERVATORY),
        "Stjörnuhús Observatory",
        "stjornuhus",
    )
    assert "ADMIN_ONLY VisibilityReduction" in told["errors"][demo.LIGHTHOUSE]["message"]
    assert hub.call("GET", f"/rest/organizations/{demo.OBSERVATORY}", token).json()["localizedName"]
    assert hub.call("GET", f"/rest/organizations/{demo.LIGHTHOUSE}", token).status_code == 403


def test_any_page_can_be_looked_up_with_what_everybody_sees(hub: Hub, token: str) -> None:
    found = hub.call("GET", "/rest/organizations?q=vanityName&vanityName=faro-del-fin", token).json()["elements"]
    assert [page["localizedName"] for page in found] == ["Faro del Fin"]
    told = hub.call("GET", f"/rest/organizationsLookup?ids=List({demo.LIGHTHOUSE},99)", token).json()
    assert told["statuses"] == {demo.LIGHTHOUSE: 200, "99": 404}


def test_roles_can_be_given_and_lost_from_the_controls(world: World, hub: Hub, token: str) -> None:
    role = {"user": demo.SOLVEIG, "organization": demo.LIGHTHOUSE, "role": "ADMINISTRATOR"}
    assert hub.session.post(f"{CONTROL}/linkedin/roles", json=role).ok
    assert hub.publish(token, f"urn:li:organization:{demo.LIGHTHOUSE}", "Light").ok
    assert world.linkedin.revoke({"page": demo.LIGHTHOUSE}) == {"revoked": 1}
    assert hub.publish(token, f"urn:li:organization:{demo.LIGHTHOUSE}", "Dark").status_code == 403
    assert hub.session.post(f"{CONTROL}/linkedin/roles", json={**role, "role": "KING"}).status_code == 400
    assert hub.session.post(f"{CONTROL}/linkedin/roles", json={**role, "organization": "1"}).status_code == 404
