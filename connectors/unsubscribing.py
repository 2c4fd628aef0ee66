"""Asking platforms to be silent about places that nobody here listens to any more: deselected, gone, or disconnected.

Best effort: a platform out of reach is asked again for two days, one that says no is left alone. A subscription that
places of others stand on as well, of whichever tenant, is never ended. An account that was disconnected while its platform
was out of reach keeps its tokens for that alone, and for ``LONGEST_FAREWELL`` at most; then they are destroyed.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from connectors import own_addresses, switches
from connectors.errors import ConfigurationError, ConnectorError, OutcomeUnknown, RateLimited, TransientError
from connectors.manager import connector_class, get_connector, target_of
from connectors.models import Connection, Destination
from connectors.types import Capability
from foundation import wall
from tenants.services import record
from vault import services as vault

log = structlog.get_logger(__name__)

#: After failures that time heals; after the last the platform is asked no more.
WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (15, 60, 6 * 60, 24 * 60, 24 * 60))
#: Long past, so due by whichever clock.
_AT_ONCE: Final = datetime(2000, 1, 1, tzinfo=UTC)
#: What was asked for at least once may stand, whatever became of the answer.
_MAY_STAND: Final = Q(subscribed_at__isnull=False) | Q(subscribe_at__isnull=False)
#: A little longer than all waits together.
LONGEST_FAREWELL: Final = sum(WAITS, timedelta(hours=4))
_BATCH: Final = 20
#: A task ends after this long; the next one goes on.
_MOST_SECONDS: Final = 50.0
#: Whoever disconnects waits for it, so it is bounded; the tokens are destroyed then, whatever was reached.
_MOST_SECONDS_AT_ONCE: Final = 15.0


def want_silence(places: QuerySet[Destination]) -> int:
    """Write down that these places are to be unsubscribed, where they may be subscribed; return how many."""
    return places.filter(_MAY_STAND, unsubscribe_at=None).update(unsubscribe_at=_AT_ONCE, unsubscribe_tries=0)


class MakeReady(Protocol):
    """Renews tokens that are about to end, before they are used; it stands in a layer above this one."""

    def __call__(self, connection: Connection, *, now: datetime) -> None:
        """Renew them if need be."""


def unsubscribe_due(*, make_ready: MakeReady, now: datetime) -> int:
    """Unsubscribe what is due; return how many platforms' answers that took. Never inside a transaction."""
    _give_up_late(now=now)
    end = time.monotonic() + _MOST_SECONDS
    asked = 0
    while settings.WEBHOOK_SUBSCRIBE and time.monotonic() < end:
        batch = list(_due(now=now)[:_BATCH])
        for place in batch:
            if _claim(place, now=now) and not _is_listening(place):
                make_ready(place.connection, now=now)
                asked += _unsubscribe(place, _others(place), now=now)
                _destroy_tokens_if_done(place.connection)
        if len(batch) < _BATCH:
            break
    return asked


def unsubscribe_now(connection: Connection, *, now: datetime) -> None:
    """Unsubscribe all places of a connection that is being disconnected, as far as the time goes; ``pending`` are the others."""
    end = time.monotonic() + _MOST_SECONDS_AT_ONCE
    places = Destination.objects.filter(_MAY_STAND, connection=connection).select_related("connection").order_by("pk")
    for _ in range(2 if settings.WEBHOOK_SUBSCRIBE else 0):  # what failed in passing is tried once more
        for place in list(places):
            if time.monotonic() > end:
                want_silence(places)
                log.warning(
                    "webhook.not_unsubscribed", connection_id=str(connection.pk), cause="there was no time left"
                )
                return
            _unsubscribe(place, _others(place).exclude(connection=connection), now=now)


def pending(connection: Connection) -> QuerySet[Destination]:
    """Return the places of a connection about which its platform is still to be asked to be silent."""
    waiting = Destination.objects.filter(connection=connection, unsubscribe_at__isnull=False)
    return waiting if settings.WEBHOOK_SUBSCRIBE else waiting.none()


def forget(places: QuerySet[Destination]) -> None:
    """Write down that nothing is subscribed at these places, and end their own addresses."""
    own_addresses.forget(places)
    places.update(subscribed_at=None, subscribe_at=None, subscribe_problem="", subscription="", unsubscribe_at=None)


def _due(*, now: datetime) -> QuerySet[Destination]:
    due = Destination.objects.filter(switches.rows_on(), unsubscribe_at__lte=now)
    return due.select_related("connection").order_by("unsubscribe_at", "pk")


def _destroy_tokens_if_done(connection: Connection) -> None:
    """Destroy the tokens of a disconnected account once its platform need not be asked any more."""
    with transaction.atomic():
        row = Connection.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=connection.pk)
        if row.status != Connection.Status.INACTIVE or pending(row).exists():
            return
        if vault.erase_secrets(tenant_id=row.tenant_id, connection_id=row.pk):
            record(tenant=row.tenant, actor="system:unsubscribing", action="connection.tokens_destroyed", subject=row)


def _give_up_late(*, now: datetime) -> None:
    """Give up on platforms that were out of reach, switched off or left alone all the while since a disconnection."""
    late = Destination.objects.filter(
        unsubscribe_at__isnull=False,
        connection__status=Connection.Status.INACTIVE,
        connection__disconnected_at__lt=now - LONGEST_FAREWELL,
    )
    for connection in Connection.objects.filter(pk__in=late.values("connection")):
        log.warning("webhook.not_unsubscribed", connection_id=str(connection.pk), cause="it was tried for too long")
        forget(Destination.objects.filter(connection=connection))
        _destroy_tokens_if_done(connection)


def _claim(place: Destination, *, now: datetime) -> bool:
    """Move the place on before the call, so that two workers ask once."""
    mine = Destination.objects.filter(pk=place.pk, unsubscribe_at=place.unsubscribe_at)
    return bool(mine.update(unsubscribe_at=now + 2 * settings.HTTP_TOTAL_TIMEOUT))


def _is_listening(place: Destination) -> bool:
    """Tell whether a place was chosen again meanwhile, and if so, leave it alone."""
    return bool(_listening(Destination.objects.filter(pk=place.pk)).update(unsubscribe_at=None))


def _unsubscribe(place: Destination, others: QuerySet[Destination], *, now: datetime) -> bool:
    """Ask the platform, unless others stand on the same subscription; return whether it was asked."""
    row = Destination.objects.filter(pk=place.pk)
    try:
        with wall.lifted():  # the others may be other tenants'
            listening = others.exists()
        if listening or not _can_be_asked(place):
            forget(row)
            return False
        connector = get_connector(place.platform_id, place.connection)
        address = own_addresses.known_address_of(place) if connector.own_addresses else None
        connector.unsubscribe_webhooks(target_of(place), address=address)
    except (TransientError, OutcomeUnknown) as error:
        _put_off(place, error, now=now)
    except (ConnectorError, ConfigurationError) as error:
        log.warning("webhook.not_unsubscribed", destination=str(place.pk), platform=place.platform_id, cause=str(error))
        forget(row)
    except Exception as error:  # a fault of ours must not keep the places behind it waiting
        log.exception("webhook.unsubscribe_crashed", destination=str(place.pk), error=type(error).__name__)
        forget(row)
    else:
        forget(row)
        # Whoever came to rely on it while we were asking is subscribed anew at once.
        others.update(subscribe_at=None)
    return True


def _put_off(place: Destination, error: ConnectorError, *, now: datetime) -> None:
    tries = place.unsubscribe_tries
    if tries >= len(WAITS):
        log.warning("webhook.not_unsubscribed", destination=str(place.pk), platform=place.platform_id, cause=str(error))
        forget(Destination.objects.filter(pk=place.pk))
        return
    wait = max(error.retry_after or WAITS[tries], WAITS[tries]) if isinstance(error, RateLimited) else WAITS[tries]
    Destination.objects.filter(pk=place.pk).update(unsubscribe_at=now + wait, unsubscribe_tries=tries + 1)


def _can_be_asked(place: Destination) -> bool:
    """Tell whether there is anything to say: the platform has webhooks, and the address that it was told is known."""
    connector = connector_class(place.platform_id)
    if Capability.WEBHOOKS not in connector.capabilities:
        return False
    return not connector.own_addresses or own_addresses.known_address_of(place) is not None


def _listening(places: QuerySet[Destination]) -> QuerySet[Destination]:
    return places.filter(enabled=True, gone_at=None).exclude(connection__status=Connection.Status.INACTIVE)


def _others(place: Destination) -> QuerySet[Destination]:
    """Return the other places, of whichever tenant, that stand on the same subscription."""
    connector = connector_class(place.platform_id)
    if connector.own_addresses:
        return Destination.objects.none()
    shared = place.subscription or connector.subscription_of(target_of(place))
    return _listening(Destination.objects.filter(platform=place.platform_id, subscription=shared)).exclude(pk=place.pk)
