"""What a client asks to publish, before it is a post; and every rule that can be checked without asking a platform."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from connectors.manager import connector_class, get_connector, is_configured
from connectors.models import Connection, Destination
from connectors.selectors import destinations_of
from connectors.types import Content
from foundation.errors import Finding
from publishing import schedule
from publishing.models import Post
from tenants.models import Tenant

#: One post may go to this many places; more is a campaign, not a post.
MOST_DESTINATIONS: Final = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """A request to publish, of the right types and not yet checked."""

    text: str = ""
    link: str = ""
    destinations: tuple[UUID, ...] = ()
    publish_at: str = ""
    time_zone: str = ""
    #: Keep this post behind earlier ones of the same destination that ask for order too.
    in_order: bool = False
    #: By destination: what is said there instead; the keys are ``text`` and ``link``.
    overrides: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)

    def digest(self) -> str:
        """Return a hash that is equal for equal requests, whatever the order of keys."""
        said = {
            "text": self.text,
            "link": self.link,
            "destinations": sorted(str(pk) for pk in self.destinations),
            "publish_at": self.publish_at,
            "time_zone": self.time_zone,
            "in_order": self.in_order,
            "overrides": {str(pk): dict(said) for pk, said in self.overrides.items()},
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def content_for(self, destination_id: UUID) -> Content:
        """Return what is said at one destination."""
        said = {"text": self.text, "link": self.link, **self.overrides.get(destination_id, {})}
        return Content(text=said["text"], link=said["link"])


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft after all checks. Without errors it can be published at ``publish_at`` (None: now)."""

    findings: tuple[Finding, ...]
    destinations: tuple[Destination, ...]
    publish_at: datetime | None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stand in the way."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


def check(tenant: Tenant, draft: Draft, *, now: datetime) -> Checked:
    """Check a draft against every rule known beforehand; asks no platform and stores nothing."""
    findings: list[Finding] = []
    publish_at = None
    try:
        publish_at = schedule.resolve(draft.publish_at, draft.time_zone, now=now)
    except schedule.BadSchedule as error:
        findings.append(error.finding)
    if not draft.destinations:
        findings.append(
            Finding(
                "destinations", "none_chosen", "Nothing says where to publish.", "Name at least one destination id."
            )
        )
    if len(draft.destinations) > MOST_DESTINATIONS:
        findings.append(
            Finding(
                "destinations",
                "too_many",
                "One post goes to at most 500 places.",
                "Make several posts.",
                str(MOST_DESTINATIONS),
            )
        )
        return Checked(tuple(findings), (), publish_at)
    if len(set(draft.destinations)) != len(draft.destinations):
        findings.append(
            Finding(
                "destinations",
                "repeated",
                "A destination is named twice.",
                "Name each destination once: a post goes there once.",
            )
        )
    places = {place.pk: place for place in destinations_of(tenant).filter(pk__in=draft.destinations)}
    for destination_id in dict.fromkeys(draft.destinations):
        findings += _check_place(draft, destination_id, places.get(destination_id))
    for destination_id in draft.overrides:
        if destination_id not in draft.destinations:
            findings.append(
                Finding(
                    f"overrides.{destination_id}",
                    "unknown_destination",
                    "This override names a destination that the post does not go to.",
                    "Add it to destinations, or remove the override.",
                )
            )
    ordered = tuple(places[pk] for pk in dict.fromkeys(draft.destinations) if pk in places)
    return Checked(tuple(findings), ordered, publish_at)


def check_destination(draft: Draft, place: Destination) -> list[Finding]:
    """Check what a draft says at one destination; return what would stand in the way of publishing it there."""
    return [finding for finding in _check_place(draft, place.pk, place) if finding.severity == "error"]


def draft_of(post: Post) -> Draft:
    """Return a stored post as the draft it was, to check or change it again; its moment is left out."""
    return Draft(
        text=post.text,
        link=post.link,
        in_order=post.in_order,
        overrides={UUID(place): said for place, said in post.overrides.items()},
    )


def _check_place(draft: Draft, destination_id: UUID, place: Destination | None) -> list[Finding]:
    if place is None:
        return [
            Finding(
                "destinations",
                "unknown_destination",
                f"There is no destination {destination_id}.",
                "List your destinations to find their ids.",
                destination=str(destination_id),
            )
        ]
    told = {"destination": str(destination_id)}
    if obstacle := obstacle_at(place):
        code, message, remedy = obstacle
        return [Finding("destinations", code, message, remedy, **told)]
    connector = get_connector(place.platform_id, place.connection)
    found = connector.check(draft.content_for(destination_id), kind=place.kind)
    overridden = draft.overrides.get(destination_id, {})
    return [
        Finding(
            f"overrides.{destination_id}.{finding.field}" if finding.field in overridden else finding.field,
            finding.code,
            f"{place.name}: {finding.message}",
            finding.remedy,
            finding.limit,
            severity=finding.severity,
            **told,
        )
        for finding in found
    ]


def obstacle_at(place: Destination) -> tuple[str, str, str] | None:
    """Return why nothing can be published at a place now, as code, message and remedy."""
    if not place.platform.enabled:
        return "platform_disabled", f"{place.platform.name} is switched off here.", "Ask the operator to switch it on."
    if not is_configured(place.platform_id):
        name = connector_class(place.platform_id).name
        return "platform_not_configured", f"{name} has no app credentials here.", "Ask the operator to set them."
    if place.connection.status == Connection.Status.INACTIVE:
        return "disconnected", f"{place.name}: its account was disconnected.", "Connect the account again."
    if place.connection.status == Connection.Status.ATTENTION:
        cause, remedy = place.connection.status_cause, place.connection.status_remedy
        return "connection_attention", f"{place.name}: {cause}", remedy or "Reconnect the account."
    if place.gone_at is not None:
        return "gone", f"The account no longer opens {place.name}.", "Reconnect the account and grant access to it."
    if place.obstacle:
        return "obstacle", f"{place.name}: {place.obstacle}", ""
    if not place.enabled:
        return (
            "not_chosen",
            f"{place.name} is not chosen for publishing.",
            "Choose it among the connection's destinations.",
        )
    return None
