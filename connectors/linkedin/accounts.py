"""The profile and every company page a LinkedIn grant opens.

Source: https://learn.microsoft.com/linkedin/marketing/community-management/organizations/organization-access-control-by-role, read
2026-11-21. There are no tokens of pages: the member's own serves all, so who connected a page is kept with it. Names come from
a second call, because the versioned API joins nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from connectors.errors import UnexpectedAnswer
from connectors.linkedin import restli
from connectors.linkedin.auth import Person
from connectors.linkedin.rest import Rest
from connectors.linkedin.scopes import ADMIN, MEMBER, ORGANIZATION, WRITE
from connectors.types import FoundDestination

#: These roles may post organically; statistics and webhooks need the first.
ADMINISTRATOR: Final = "ADMINISTRATOR"
POSTING_ROLES: Final = (ADMINISTRATOR, "CONTENT_ADMINISTRATOR")
#: Asked for one by one should LinkedIn not answer without a role.
ROLES: Final = (*POSTING_ROLES, "DIRECT_SPONSORED_CONTENT_POSTER", "ANALYST", "CURATOR")
PAGE_OF_ROLES: Final = 20
NAMES_AT_ONCE: Final = 50


def profile(person: Person, *, scopes: Sequence[str]) -> FoundDestination:
    """Return the member's own feed."""
    needed = WRITE[MEMBER]
    obstacle = "" if needed in scopes else f"Publishing to a profile needs the scope {needed}, which was not granted."
    return FoundDestination(
        kind=MEMBER,
        external_id=person.urn,
        name=person.name,
        username=person.vanity_name,
        picture_url=person.picture,
        url=f"https://www.linkedin.com/in/{person.vanity_name}" if person.vanity_name else "",
        obstacle=obstacle,
        facts={"member": person.urn},
    )


def pages(rest: Rest, person: Person, *, scopes: Sequence[str]) -> list[FoundDestination]:
    """Return every page on which the member has an approved role, in the order LinkedIn lists them."""
    roles: dict[str, list[str]] = {}
    for entry in _entries(rest):
        urn = str(entry.get("organization") or entry.get("organizationTarget") or "")
        if urn.startswith("urn:li:organization:") and entry.get("state", "APPROVED") == "APPROVED":
            roles.setdefault(urn, []).append(str(entry.get("role") or ""))
    names = _names(rest, [urn.rsplit(":", 1)[1] for urn in roles])
    return [
        _page(urn, sorted(set(held)), names.get(urn.rsplit(":", 1)[1], {}), person, scopes=scopes)
        for urn, held in roles.items()
    ]


def roles_of(rest: Rest) -> dict[str, set[str]]:
    """Return the approved roles by page, for a health check."""
    held: dict[str, set[str]] = {}
    for entry in _entries(rest):
        urn = str(entry.get("organization") or entry.get("organizationTarget") or "")
        held.setdefault(urn, set()).add(str(entry.get("role") or ""))
    return held


def _entries(rest: Rest) -> Iterable[dict[str, Any]]:
    """List the member's roles; whether one may leave the role out is not certain, so a refusal is asked again by role."""
    try:
        return list(_listed(rest, {}))
    except UnexpectedAnswer as error:
        if error.reply.status != 400:
            raise
    return [entry for role in ROLES for entry in _listed(rest, {"role": role})]


def _listed(rest: Rest, more: dict[str, restli.Value]) -> Iterator[dict[str, Any]]:
    query = restli.query(q="roleAssignee", state="APPROVED", **more)
    return rest.elements(
        "organizationAcls", query, operation="list_pages", count=PAGE_OF_ROLES, rest_method="FINDER", scope=ADMIN
    )


def _names(rest: Rest, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read names in batches; a page that LinkedIn keeps from us stays without one."""
    known: dict[str, dict[str, Any]] = {}
    for first in range(0, len(ids), NAMES_AT_ONCE):
        query = restli.query(ids=list(ids[first : first + NAMES_AT_ONCE]))
        answer = rest.read("organizations", operation="read_pages", query=query, rest_method="BATCH_GET", scope=ADMIN)
        results = answer.get("results")
        if isinstance(results, dict):
            known |= {str(key): value for key, value in results.items() if isinstance(value, dict)}
    return known


def _page(
    urn: str, roles: list[str], told: dict[str, Any], person: Person, *, scopes: Sequence[str]
) -> FoundDestination:
    number = urn.rsplit(":", 1)[1]
    vanity = str(told.get("vanityName") or "")
    needed = WRITE[ORGANIZATION]
    obstacle = ""
    if not set(roles) & set(POSTING_ROLES):
        obstacle = f"Your role on this page ({', '.join(roles)}) does not allow posting. Ask an admin for that."
    elif needed not in scopes:
        obstacle = f"Publishing to a page needs the scope {needed}, which was not granted."
    return FoundDestination(
        kind=ORGANIZATION,
        external_id=urn,
        name=str(told.get("localizedName") or f"Page {number}"),
        username=vanity,
        url=f"https://www.linkedin.com/company/{vanity or number}",
        obstacle=obstacle,
        facts={"member": person.urn, "roles": roles},
    )
