"""Asking platforms to tell us what happens at the places tenants have chosen.

A subscription may end silently at the platform, with a grant or by age, so each is asked for again after a while; asking
twice harms nobody. That a platform does not tell us keeps nobody from publishing: it is a line on the connection's page.
"""

import time
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog
from django.conf import settings
from django.db.models import F, Q, QuerySet

from connectors import own_addresses, switches
from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    TransientError,
)
from connectors.manager import connector_class, get_connector, target_of
from connectors.models import Connection, Destination
from connectors.refreshing import make_ready
from connectors.registry import CONNECTORS
from connectors.types import Capability
from foundation.text import storable

log = structlog.get_logger(__name__)

AGAIN_AFTER: Final = timedelta(days=7)
#: After a failure that time heals, and after one that somebody must mend.
SOON: Final = timedelta(minutes=15)
LATER: Final = timedelta(days=1)
_BATCH: Final = 20
#: A task ends after this long; the next one goes on.
_MOST_SECONDS: Final = 50.0


def subscribe_due(*, now: datetime) -> int:
    """Subscribe the places that are due; return how many were asked for. Never inside a transaction."""
    end = time.monotonic() + _MOST_SECONDS
    asked = 0
    while settings.WEBHOOK_SUBSCRIBE and time.monotonic() < end:
        batch = list(_due(now=now)[:_BATCH])
        for place in batch:
            if _claim(place, now=now):
                _subscribe(place, now=now)
                asked += 1
        if len(batch) < _BATCH:
            break
    return asked


class Stands(StrEnum):
    """What a look at a place's subscription showed."""

    YES = "yes"
    #: The platform had dropped it, and it is there again.
    RENEWED = "renewed"
    #: The platform dropped it, and would not have it back just now; ``subscribe_problem`` says why, and it is asked for again.
    LOST = "lost"
    #: It was never there, or the platform cannot be asked.
    UNKNOWN = "unknown"


def look_after(place: Destination, *, now: datetime) -> Stands:
    """Ask the platform whether it still tells us of a place, and subscribe it anew where it does not. Never inside a transaction.

    Raises from the ``ConnectorError`` tree, and ``ConfigurationError``.
    """
    if not settings.WEBHOOK_SUBSCRIBE or place.subscribed_at is None or place.subscribe_problem:
        return Stands.UNKNOWN
    connector = get_connector(place.platform_id, place.connection)
    address = own_addresses.known_address_of(place) if connector.own_addresses else None
    told = connector.is_subscribed(target_of(place), address=address)
    if told is not False:
        return Stands.UNKNOWN if told is None else Stands.YES
    if not _claim(place, now=now):
        return Stands.UNKNOWN
    log.info("webhook.subscription_lost", destination=str(place.pk), platform=place.platform_id)
    # What _subscribe writes down goes by the moment of the claim.
    _subscribe(place, now=now)
    place.refresh_from_db(fields=["subscribed_at", "subscribe_at", "subscribe_problem"])
    return Stands.LOST if place.subscribe_problem else Stands.RENEWED


def _due(*, now: datetime) -> QuerySet[Destination]:
    """Return the chosen places of working connections whose platforms can tell us something, and have yet to be asked."""
    able = [slug for slug, connector in CONNECTORS.items() if Capability.WEBHOOKS in connector.capabilities]
    chosen = Destination.objects.filter(switches.rows_on(), enabled=True, gone_at=None, platform__in=able)
    due = chosen.filter(Q(subscribe_at=None) | Q(subscribe_at__lte=now), connection__status=Connection.Status.ACTIVE)
    return due.select_related("connection").order_by(F("subscribe_at").asc(nulls_first=True), "pk")


def _claim(place: Destination, *, now: datetime) -> bool:
    """Move the place on before the call, so that two workers ask once, and nobody ends what it is about to stand on."""
    mine = Destination.objects.filter(pk=place.pk, subscribe_at=place.subscribe_at)
    shared = connector_class(place.platform_id).subscription_of(target_of(place))
    return bool(mine.update(subscribe_at=_until(now), subscription=shared[:200]))


def _until(now: datetime) -> datetime:
    """Return until when a place is left to who claimed it."""
    return now + 2 * settings.HTTP_TOTAL_TIMEOUT


def _subscribe(place: Destination, *, now: datetime) -> None:
    row = Destination.objects.filter(pk=place.pk)
    try:
        make_ready(place.connection, now=now)
        connector = get_connector(place.platform_id, place.connection)
        # Made and committed first: the platform may knock at it before it answers.
        address = own_addresses.address_of(place, now=now) if connector.own_addresses else None
        signing_secret = connector.subscribe_webhooks(target_of(place), address=address)
        if connector.own_addresses and signing_secret is not None:
            own_addresses.keep_signing_secret(place, signing_secret)
    except ConnectorError as error:
        passing = isinstance(error, TransientError | OutcomeUnknown)
        wait = error.retry_after if isinstance(error, RateLimited) and error.retry_after else SOON
        # What an author should do about a post is no remedy here.
        remedy = "" if isinstance(error, ContentRejected) else error.remedy
        problem = f"{error.cause} {remedy}".strip()
        _note_problem(place, problem, at=now + (max(wait, SOON) if passing else LATER), now=now)
    except ConfigurationError as error:
        _note_problem(place, f"{error.detail} {error.remedy}", at=now + LATER, now=now)
    except Exception as error:  # a fault of ours must not keep the places behind it waiting
        log.exception("webhook.subscribe_crashed", destination=str(place.pk), error=type(error).__name__)
        _note_problem(place, "The hub failed on it; its log says why.", at=now + LATER, now=now)
    else:
        row.update(subscribed_at=now, subscribe_problem="")
        # Unless somebody has asked for another try meanwhile: the last unsubscription may have come after us.
        row.filter(subscribe_at=_until(now)).update(subscribe_at=now + AGAIN_AFTER)


def _note_problem(place: Destination, problem: str, *, at: datetime, now: datetime) -> None:
    log.warning("webhook.not_subscribed", destination=str(place.pk), platform=place.platform_id, cause=problem[:200])
    Destination.objects.filter(pk=place.pk).update(subscribe_at=at, subscribe_problem=storable(problem)[:600])
