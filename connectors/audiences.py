"""Contacts and segments of audiences: read and changed at their platform, never kept here.

Contacts are people. Their addresses stand in no row, log line or message of ours; the audit log tells how many were changed,
and of one that was archived a keyed digest.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils.crypto import salted_hmac

from connectors import asking
from connectors.models import Destination
from connectors.types import Capability, Member, MemberPage, MemberResult, Segment
from foundation.errors import Finding, Invalid, NotFound
from tenants.principal import Principal
from tenants.scopes import AUDIENCES_READ, AUDIENCES_WRITE
from tenants.services import record

#: One request saves this many contacts; more are sent in several.
MOST_AT_ONCE: Final = 500


def members_of(*, principal: Principal, place: Destination, page: str, status: str, now: datetime) -> MemberPage:
    """Return one page of an audience's contacts. Raises ``Refusal`` when they cannot be had."""
    principal.require(AUDIENCES_READ)
    _require(place)
    return asking.ask(
        place, lambda connector, target: connector.fetch_members(target, page=page, status=status), now=now
    )


def segments_of(*, principal: Principal, place: Destination, now: datetime) -> Sequence[Segment]:
    """Return every segment and tag of an audience. Raises ``Refusal`` when they cannot be had."""
    principal.require(AUDIENCES_READ)
    _require(place)
    return asking.ask(place, lambda connector, target: connector.fetch_segments(target), now=now)


def save_members(
    *, principal: Principal, place: Destination, members: Sequence[Member], now: datetime
) -> Sequence[MemberResult]:
    """Add contacts or update those that are there; return what became of each, in order. Audited by number.

    One that the platform refuses keeps none of the others back. Raises ``Refusal`` when nothing can be said of any.
    """
    principal.require(AUDIENCES_WRITE)
    _require_distinct(members)
    _require(place)
    results = asking.ask(place, lambda connector, target: connector.save_members(target, members), now=now)
    failed = sum(bool(result.code) for result in results)
    record(
        tenant=principal.tenant,
        actor=principal.actor,
        action="audience.saved",
        subject=place,
        saved=len(results) - failed,
        refused=failed,
    )
    return results


def archive_member(*, principal: Principal, place: Destination, email: str, now: datetime) -> None:
    """Take a contact out of an audience; one that is out already is no error. Audited; raises ``Refusal``."""
    principal.require(AUDIENCES_WRITE)
    if "@" not in email or not email.isprintable():
        raise NotFound("There is no such contact.", remedy="Name it by its e-mail address.")
    _require(place)
    asking.ask(place, lambda connector, target: connector.archive_member(target, email), now=now)
    digest = salted_hmac("connectors.contact", email.strip().lower(), algorithm="sha256").hexdigest()
    record(tenant=principal.tenant, actor=principal.actor, action="audience.archived", subject=place, contact=digest)


def _require(place: Destination) -> None:
    asking.connector_for(place, Capability.AUDIENCES, doing="read and change contacts")
    asking.require_open(place)


def _require_distinct(members: Sequence[Member]) -> None:
    """Refuse a contact named twice: which of the two would hold, nobody could say."""
    seen: set[str] = set()
    findings = []
    for number, member in enumerate(members):
        address = member.email.strip().lower()
        if address in seen:
            findings.append(
                Finding(
                    f"members.{number}.email", "repeated", "This contact is named before.", "Name each contact once."
                )
            )
        seen.add(address)
    if findings:
        raise Invalid("Some contacts are named twice; nothing was sent.", findings=findings)
