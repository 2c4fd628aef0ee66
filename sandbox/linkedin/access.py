"""Who may act for whom: the member for itself, and for a page by role and scope."""

from __future__ import annotations

from sandbox.linkedin.ask import Ask
from sandbox.linkedin.records import Organization
from sandbox.linkedin.state import State

POSTING_ROLES = ("ADMINISTRATOR", "CONTENT_ADMINISTRATOR")
SPONSORING_ROLE = "DIRECT_SPONSORED_CONTENT_POSTER"
ADMIN = ("ADMINISTRATOR",)
ADMIN_SCOPES = ("rw_organization_admin", "r_organization_admin")


def roles_on(state: State, member_id: str, organization_id: str) -> set[str]:
    """Return the approved roles of a member on a page."""
    return {
        role.role
        for role in state.roles_of(member_id)
        if role.organization_id == organization_id and role.state == "APPROVED"
    }


def may_write_as(ask: Ask, author: str, *, dark: bool = False) -> bool:
    """Say whether this token may post as an author."""
    if author == ask.member.urn:
        return ask.has("w_member_social")
    page = ask.state.author(author)
    if not isinstance(page, Organization) or not ask.has("w_organization_social"):
        return False
    roles = roles_on(ask.state, ask.member.id, page.id)
    return bool(roles.intersection(POSTING_ROLES)) or (dark and SPONSORING_ROLE in roles)


def may_read_posts_of(ask: Ask, author: str) -> bool:
    """Say whether this token may read an author's posts. A member's own need a scope closed to new apps."""
    if author == ask.member.urn:
        return ask.has("r_member_social")
    page = ask.state.author(author)
    if not isinstance(page, Organization) or not ask.has("r_organization_social"):
        return False
    return bool(roles_on(ask.state, ask.member.id, page.id))


def administers(ask: Ask, organization_urn: str) -> bool:
    """Say whether the member is an approved administrator of a page."""
    page = ask.state.author(organization_urn)
    return isinstance(page, Organization) and "ADMINISTRATOR" in roles_on(ask.state, ask.member.id, page.id)
