"""What a client asks to publish, before it is a post; and every rule that can be checked without asking a platform."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from connectors import switches
from connectors.base import DestinationKind
from connectors.manager import connector_class, get_connector, is_configured
from connectors.models import Connection, Destination
from connectors.selectors import destinations_named
from connectors.types import Capability, Content
from foundation.errors import Finding, Invalid
from publishing import attachments, author_settings, parked, schedule
from publishing.attachments import Said
from publishing.contents import kind_of
from publishing.models import Post
from tenants import flags
from tenants.models import Tenant
from tenants.principal import Principal

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
    #: The files in their order, each named by ``id`` (or ``url``, until it is fetched), with ``alt_text`` and ``title``.
    media: tuple[Said, ...] = ()
    #: By kind of destination: what is set for it, by the schema that the kind has.
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: Written under the post once it is public, where the platform can.
    first_comment: str = ""
    #: By destination: what is said there instead; the keys are ``text``, ``link``, ``media``, ``settings``, ``first_comment``.
    overrides: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)

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
        # Left out where nothing is said, so that keys used before these words existed still answer their posts.
        said |= {name: value for name in ("media", "settings", "first_comment") if (value := getattr(self, name))}
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def content_for(self, destination_id: UUID) -> Content:
        """Return what is said at one destination."""
        said = {"text": self.text, "link": self.link, "first_comment": self.first_comment}
        said |= {name: value for name, value in self.overrides.get(destination_id, {}).items() if name in said}
        return Content(text=said["text"], link=said["link"], first_comment=said["first_comment"])

    def media_at(self, destination_id: UUID) -> Sequence[Said]:
        """Return the files that go to one destination."""
        said: Sequence[Said] = self.overrides.get(destination_id, {}).get("media", self.media)
        return said

    def media_ids(self) -> list[UUID]:
        """Return the ids of all files of the draft; each must be named by one."""
        lists = [self.media, *(said["media"] for said in self.overrides.values() if "media" in said)]
        return list(dict.fromkeys(pk for said in lists for pk in attachments.ids_in(said)))


@dataclass(frozen=True, slots=True)
class _Read:
    """What a draft names beyond words, looked up once for all its places."""

    settings: author_settings.Read
    files: attachments.Found


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft after all checks. Without errors it can be published at ``publish_at`` (None: now)."""

    findings: tuple[Finding, ...]
    destinations: tuple[Destination, ...]
    publish_at: datetime | None
    #: As they are to be stored: the settings in today's version.
    settings: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    overrides: Mapping[str, dict[str, Any]] = field(default_factory=dict)

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
    findings += _switched_off(tenant, draft, later=publish_at is not None)
    places = destinations_named(tenant, draft.destinations)
    read = _read(tenant, draft, places)
    findings += [*read.settings.findings, *read.files.findings(draft.media, where="media")]
    for destination_id in dict.fromkeys(draft.destinations):
        findings += _check_place(draft, destination_id, places.get(destination_id), read)
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
    return Checked(tuple(findings), ordered, publish_at, read.settings.by_kind, _stored(draft, read))


def _switched_off(tenant: Tenant, draft: Draft, *, later: bool) -> list[Finding]:
    """Tell what of a draft the operator switched off, and that it would wait where publishing is off altogether."""
    commented = bool(draft.first_comment) or any(said.get("first_comment") for said in draft.overrides.values())
    refused = [("scheduling", "publish_at", later), ("first_comments", "first_comment", commented)]
    findings = [
        Finding(where, "feature_off", flags.cause_of(name), flags.remedy_for(name))
        for name, where, asked in refused
        if asked and not flags.is_on(name, tenant.pk)
    ]
    if not flags.is_on(parked.PUBLISHING, tenant.pk):
        told = f"{flags.cause_of(parked.PUBLISHING)} What is accepted waits until it is on again."
        findings.append(Finding("", "feature_off", told, flags.remedy_for(parked.PUBLISHING), severity="warning"))
    return findings


def check_place(draft: Draft, place: Destination) -> Checked:
    """Check what a draft says at one destination; its errors are what would stand in the way of publishing it there."""
    own = {place.kind: draft.settings[place.kind]} if place.kind in draft.settings else {}
    here = replace(draft, settings=own, overrides={pk: said for pk, said in draft.overrides.items() if pk == place.pk})
    read = _read(place.tenant, here, {place.pk: place})
    lost = read.files.findings(here.media_at(place.pk), where="media")
    findings = (*read.settings.findings, *lost, *_check_place(here, place.pk, place, read))
    return Checked(findings, (place,), None, read.settings.by_kind, _stored(here, read))


def draft_of(post: Post) -> Draft:
    """Return a stored post as the draft it was, to check or change it again; its moment is left out."""
    return Draft(
        text=post.text,
        link=post.link,
        in_order=post.in_order,
        media=tuple(post.media),
        settings=post.settings,
        first_comment=post.first_comment,
        overrides={UUID(place): said for place, said in post.overrides.items()},
    )


def fetch_files(principal: Principal, draft: Draft, *, now: datetime) -> Draft:
    """Return the draft with every file named by its id; those named by an address are fetched and kept.

    Raises ``Invalid`` with a finding at the file that cannot be had.
    """
    lists = [draft.media, *(said["media"] for said in draft.overrides.values() if "media" in said)]
    if sum("url" in one for said in lists for one in said) > attachments.MOST_FETCHED:
        raise Invalid(
            f"At most {attachments.MOST_FETCHED} files are fetched for one request.",
            remedy="Send them to /api/media/ first, and name them by their ids.",
            code="too_many_addresses",
        )
    media = attachments.fetched(principal, draft.media, where="media", now=now)
    overrides: dict[UUID, Mapping[str, Any]] = {}
    for pk, said in draft.overrides.items():
        where = f"overrides.{pk}.media"
        own = attachments.fetched(principal, said["media"], where=where, now=now) if "media" in said else None
        overrides[pk] = said if own is None else {**said, "media": own}
    return replace(draft, media=tuple(media), overrides=overrides)


def _read(tenant: Tenant, draft: Draft, places: Mapping[UUID, Destination]) -> _Read:
    kinds = {pk: kind for pk, place in places.items() if (kind := kind_of(place)) is not None}
    own = {pk: said["settings"] for pk, said in draft.overrides.items() if "settings" in said}
    return _Read(author_settings.read_all(draft.settings, own, kinds), attachments.find(tenant, draft.media_ids()))


def _stored(draft: Draft, read: _Read) -> dict[str, dict[str, Any]]:
    stored = {str(pk): dict(said) for pk, said in draft.overrides.items()}
    for pk, settings in read.settings.by_place.items():
        stored[str(pk)]["settings"] = settings
    return stored


def _check_place(draft: Draft, destination_id: UUID, place: Destination | None, read: _Read) -> list[Finding]:
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
    said = draft.media_at(destination_id)
    content = replace(
        draft.content_for(destination_id),
        media=read.files.attached(said),
        settings=read.settings.at(destination_id, place.kind),
    )
    # A connector relies on settings that hold and files that are there; when they do not, that is told alone.
    sound = destination_id not in read.settings.broken and len(content.media) == len(said)
    found = connector.check(content, kind=place.kind) if sound else []
    kind = kind_of(place)
    if kind is not None and len(said) > kind.most_media:
        found.append(_too_many(kind))
    if content.first_comment and Capability.FIRST_COMMENT not in connector.capabilities:
        found.append(
            Finding(
                "first_comment",
                "first_comment_unsupported",
                f"{connector.name} takes no comments from us, so the first comment is left out here.",
                "Say it in the text instead.",
                severity="warning",
            )
        )
    overridden = draft.overrides.get(destination_id, {})
    lost = read.files.findings(said, where=f"overrides.{destination_id}.media", **told) if "media" in overridden else []
    return lost + [
        Finding(
            _field_of(finding.field, destination_id, place.kind, overridden),
            finding.code,
            f"{place.name}: {finding.message}",
            finding.remedy,
            finding.limit,
            severity=finding.severity,
            **told,
        )
        for finding in found
    ]


def _too_many(kind: DestinationKind) -> Finding:
    if not kind.most_media:
        return Finding(
            "media", "too_many_media", f"A {kind.name} takes no files from us.", "Remove them, or link to them."
        )
    words = "1 file" if kind.most_media == 1 else f"{kind.most_media} files"
    message = f"A post on a {kind.name} carries at most {words}."
    return Finding("media", "too_many_media", message, "Remove some, or make several posts.", words)


def _field_of(field: str, destination_id: UUID, kind: str, overridden: Mapping[str, Any]) -> str:
    """Return where a connector's finding stands in the request; a setting is named below its kind or its place."""
    member, _, rest = field.partition(".")
    if member in overridden:
        return f"overrides.{destination_id}.{field}"
    return f"settings.{kind}.{rest}" if member == "settings" and rest else field


def obstacle_at(place: Destination) -> tuple[str, str, str] | None:
    """Return why nothing can be published at a place now, as code, message and remedy."""
    if not switches.is_on(place.platform, place.tenant_id):
        cause = switches.cause_of(place.platform)
        return "platform_disabled", cause, switches.remedy_for(place.platform)
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
