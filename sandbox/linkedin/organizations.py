"""Pages: who has which role on them, and what they are called."""

from __future__ import annotations

from typing import Any

from sandbox.linkedin import restli
from sandbox.linkedin.access import roles_on
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.errors import Refusal, bad_query, gone
from sandbox.linkedin.identity import picture_url
from sandbox.linkedin.records import Organization, Role

ROLES = (
    "ADMINISTRATOR",
    "CONTENT_ADMINISTRATOR",
    "DIRECT_SPONSORED_CONTENT_POSTER",
    "RECRUITING_POSTER",
    "LEAD_CAPTURE_ADMINISTRATOR",
    "LEAD_GEN_FORMS_MANAGER",
    "ANALYST",
    "CURATOR",
)
STATES = ("APPROVED", "REJECTED", "REQUESTED", "REVOKED")


def acls(ask: Ask) -> dict[str, Any]:
    """List the member's roles on pages."""
    if ask.need("q") != "roleAssignee":
        raise bad_query(f"There is no finder {ask.text('q')}.")
    role, state = ask.text("role"), ask.text("state")
    if ask.world.switches.flag("linkedin.acl_needs_role") and not role:
        raise bad_query("Parameter 'role' is required.")
    if (role and role not in ROLES) or (state and state not in STATES):
        raise bad_query("Parameter 'role' or 'state' is invalid.")
    start, count = ask.window()
    found = [
        (index, item)
        for index, item in enumerate(ask.state.roles_of(ask.member.id))
        if role in ("", item.role) and state in ("", item.state)
    ]
    return {
        "paging": ask.paging(start, count, more=len(found) > start + count),
        "elements": [_acl(ask, item, index) for index, item in found[start : start + count]],
    }


def batch(ask: Ask) -> dict[str, Any]:
    """Read several pages; foreign ones are refused one by one."""
    results: dict[str, Any] = {}
    statuses: dict[str, int] = {}
    errors: dict[str, Any] = {}
    for number in restli.list_of(ask.query, "ids"):
        try:
            results[number], statuses[number] = _managed(ask, number), 200
        except Refusal as refusal:
            statuses[number], errors[number] = refusal.status, refusal.body()
    return {"results": results, "statuses": statuses, "errors": errors}


def read(ask: Ask) -> dict[str, Any]:
    """Read one page of the member's own."""
    return _managed(ask, ask.key)


def by_vanity_name(ask: Ask) -> dict[str, Any]:
    """Find a page by the name in its address; anybody's, with what everybody sees."""
    if ask.need("q") != "vanityName":
        raise bad_query(f"There is no finder {ask.text('q')}.")
    wanted = ask.need("vanityName")
    found = [_public(ask, page) for page in ask.state.organizations if page.vanity == wanted]
    return {"paging": ask.paging(0, 10, more=False), "elements": found}


def lookup(ask: Ask) -> dict[str, Any]:
    """Look up any pages by id, with what everybody sees."""
    found = {number: ask.state.organizations.get(number) for number in restli.list_of(ask.query, "ids")}
    return {
        "results": {number: _public(ask, page) for number, page in found.items() if page},
        "statuses": {number: 200 if page else 404 for number, page in found.items()},
        "errors": {number: gone(number).body() for number, page in found.items() if page is None},
    }


def _managed(ask: Ask, number: str) -> dict[str, Any]:
    page = ask.state.organizations.get(number)
    if page is None:
        raise gone(f"organization {number}")
    if not roles_on(ask.state, ask.member.id, page.id):
        raise Refusal(
            403,
            f"Viewer does not have permission to see organization {number}: ADMIN_ONLY VisibilityReduction",
            "ACCESS_DENIED",
        )
    return {
        **_public(ask, page),
        "name": {"localized": {"en_US": page.name}, "preferredLocale": {"country": "US", "language": "en"}},
        "localizedDescription": page.about,
        "organizationType": "PRIVATELY_HELD",
    }


def _public(ask: Ask, page: Organization) -> dict[str, Any]:
    logo = picture_url(ask, page.id)
    return {
        "id": int(page.id),
        "localizedName": page.name,
        "vanityName": page.vanity,
        "logoV2": {"original": f"urn:li:digitalmediaAsset:{page.id}", "cropped": logo},
        "$URN": page.urn,
    }


def _acl(ask: Ask, role: Role, index: int) -> dict[str, Any]:
    # Both names of the field are in use on the real platform.
    field = "organization" if index % 2 == 0 else "organizationTarget"
    return {
        "role": role.role,
        "state": role.state,
        "roleAssignee": ask.member.urn,
        field: f"urn:li:organization:{role.organization_id}",
    }
