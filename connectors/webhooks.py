"""Taking in what platforms tell us by themselves: verified, stored once, answered; a task does the rest.

Platforms tell a thing several times, late and in any order, and switch off who answers slowly. So the door keeps each
event under its key, writes everything a delivery holds at once, and asks nobody anything.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.dispatch import Signal
from django.utils.crypto import salted_hmac

from connectors import deletions, models, own_addresses
from connectors.base import Connector
from connectors.errors import InvalidSignature
from connectors.manager import connector_class, get_connector
from connectors.types import Capability, EventKind, WebhookEvent, WebhookReply, WebhookRequest
from foundation.errors import NotFound
from foundation.secret import Secret
from foundation.text import storable, storable_json

log = structlog.get_logger(__name__)

#: Sent with ``platform`` when somebody knocked whose signature is not the platform's.
webhook_refused = Signal()

#: What a person asked of their platform: such an event ends something, so an old one is not taken for a new one.
PERSONAL: Final = frozenset({EventKind.DEAUTHORIZED, EventKind.DATA_DELETION})
#: How far ahead of ours a platform's clock may be.
_AHEAD: Final = timedelta(minutes=10)
#: How much is kept of a signed delivery in which nothing is understood.
_LONGEST_RIDDLE: Final = 20_000
_LONGEST_KEY: Final = 200
#: The code of a platform that has no webhooks.
TELLS_NOTHING: Final = "tells_nothing"


@dataclass(frozen=True, slots=True)
class Received:
    """What a delivery came to: what to answer, and whether there is work for a task."""

    reply: WebhookReply | None = None
    events: int = 0


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """A place's own address as somebody knocked at it: its last part is the secret."""

    platform: str
    destination_id: UUID
    path: Secret


def receive(*, platform: str, request: WebhookRequest, now: datetime) -> Received:
    """Answer a challenge, or verify a delivery and store every event it holds, once.

    Raises ``NotFound`` for a platform that tells nothing, ``InvalidSignature`` for a stranger or a stale wish (then nothing
    is stored), and ``ConfigurationError`` when the platform is not set up here.
    """
    if connector_class(platform).own_addresses:
        raise NotFound("The platform tells each place at its own address.", code="unknown_platform")
    connector = _telling(platform)
    challenge, events = _understood(connector, request, now=now)
    if challenge is not None or request.method != "POST":
        return Received(challenge)
    return _store(platform, events, now=now)


def receive_at(address: OwnAddress, *, request: WebhookRequest, now: datetime) -> Received:
    """Take in a delivery at a place's own address, or say that it is one, as platforms ask before they use it.

    What is told there is of that place and its person, whatever it says: the address speaks for no others. Raises as
    ``receive`` does, and ``NotFound`` for a wrong address.
    """
    if not connector_class(address.platform).own_addresses:
        raise NotFound("The platform tells of all places at one address.", code="unknown_platform")
    connector = _telling(address.platform)
    found = own_addresses.place_behind(address.platform, address.destination_id, address.path)
    if found is None:
        raise NotFound("There is nothing at this address.")
    place = found.destination
    known = replace(request, external_id=place.external_id, signing_secret=own_addresses.signing_secret_of(found))
    challenge, events = _understood(connector, known, now=now)
    if challenge is not None or request.method != "POST":
        return Received(challenge or WebhookReply(b"OK"))
    return _store(address.platform, [_of_place(event, place) for event in events], now=now)


def _telling(platform: str) -> Connector:
    connector = get_connector(platform)
    if Capability.WEBHOOKS not in connector.capabilities:
        raise NotFound(f"{connector.name} tells nothing by webhook: the hub asks it.", code=TELLS_NOTHING)
    return connector


def _understood(
    connector: Connector, request: WebhookRequest, *, now: datetime
) -> tuple[WebhookReply | None, list[WebhookEvent]]:
    """Return the answer to a challenge, or the events of a delivery; neither where nothing was asked."""
    try:
        challenge = connector.answer_challenge(request)
        if challenge is not None or request.method != "POST":
            return challenge, []
        events = list(connector.parse_webhook(request)) or [_riddle(request)]
        for event in events:
            _require_recent(event, within=replay_window(connector), now=now)
    except InvalidSignature:
        webhook_refused.send_robust(sender=models.WebhookEvent, platform=connector.slug)
        raise
    return None, events


def _of_place(event: WebhookEvent, place: models.Destination) -> WebhookEvent:
    """Return an event as told of one place: its key is apart from those of others, and so are those it may name."""
    person = place.connection.external_user_id
    return replace(
        event,
        key=f"{place.pk.hex}:{event.key}",
        external_id=place.external_id,
        external_user_id=person if event.external_user_id == person else "",
    )


def _store(platform: str, events: Iterable[WebhookEvent], *, now: datetime) -> Received:
    rows = [_row(platform, event, now=now) for event in events]
    wishes = [row for row in rows if row.kind == EventKind.DATA_DELETION]
    with transaction.atomic():
        models.WebhookEvent.objects.bulk_create(rows, ignore_conflicts=True)
        codes = [deletions.request_deletion(event=row, now=now) for row in wishes]
    kinds = sorted({str(row.kind) for row in rows})
    log.info("webhook.received", platform=platform, events=len(rows), kinds=kinds)
    return Received(_promise(platform, codes[0]) if codes else None, len(rows))


def _promise(platform: str, code: str) -> WebhookReply:
    """Answer a wish to be forgotten: where to see how far it is, and under which code."""
    told = {"url": deletions.status_url(platform, code), "confirmation_code": code}
    return WebhookReply(json.dumps(told).encode(), "application/json")


def _row(platform: str, event: WebhookEvent, *, now: datetime) -> models.WebhookEvent:
    return models.WebhookEvent(
        platform_id=platform,
        key=_key(event),
        kind=event.kind,
        external_id=storable(event.external_id)[:128],
        external_user_id=storable(event.external_user_id)[:128],
        post_id=storable(event.post_id)[:200],
        happened_at=event.happened_at,
        received_at=now,
        raw=storable_json(event.raw),
        due_at=now,
    )


def _key(event: WebhookEvent) -> str:
    """Return what the event is kept under. One that speaks of a person is digested: the key outlives their data."""
    if event.kind in PERSONAL:
        return f"{event.kind.value}:{salted_hmac('connectors.webhook_key', event.key, algorithm='sha256').hexdigest()}"
    if len(event.key) > _LONGEST_KEY or storable(event.key) != event.key:
        return f"sha256:{hashlib.sha256(event.key.encode('utf-8', 'replace')).hexdigest()}"
    return event.key


def replay_window(connector: Connector | type[Connector]) -> timedelta:
    """Return how old a person's wish may be: as long as the platform repeats one, or as the operator says.

    The keys of events are forgotten after a while, so none older than that is taken either.
    """
    window = settings.WEBHOOK_REPLAY_WINDOW or connector.repeats_for
    return min(window, settings.WEBHOOK_RETENTION or window)


def _require_recent(event: WebhookEvent, *, within: timedelta, now: datetime) -> None:
    """Refuse a signed wish that is too old, or from the future: whoever recorded one could play it again."""
    if event.kind not in PERSONAL or event.happened_at is None:
        return
    if not now - within <= event.happened_at <= now + _AHEAD:
        raise InvalidSignature(f"it was signed on {event.happened_at:%Y-%m-%d %H:%M} UTC, too far from now")


def _riddle(request: WebhookRequest) -> WebhookEvent:
    """Keep a signed delivery in which the connector understood nothing."""
    text = request.body[:_LONGEST_RIDDLE].decode("utf-8", "replace")
    key = f"body:{hashlib.sha256(request.body).hexdigest()}"
    return WebhookEvent(key=key, kind=EventKind.UNKNOWN, raw={"body": text})
