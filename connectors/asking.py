"""Asking a platform about one place at once, because somebody waits for the answer or a look is due.

Nothing is queued and no transaction is open during a call. A token that is refused may only be stale: it is renewed once and
the question put again. What goes wrong is told to whoever waits as a refusal, by the class of the error.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from connectors.base import Connector
from connectors.errors import (
    ConnectorError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
)
from connectors.manager import get_connector, target_of
from connectors.models import Connection, Destination
from connectors.refreshing import Outcome, clock_from, make_ready, refresh_connection
from connectors.services import mark_attention, require_platform
from connectors.types import Capability, Target
from foundation.errors import Conflict, Invalid, Refusal, Unavailable

T = TypeVar("T")
Question = Callable[[Connector, Target], T]

#: What to do after a lost answer, where doing it twice is doing it once; and where it is not.
REPEAT: Final = "Do it again: repeating it harms nobody."
LOOK_FIRST: Final = "Look at the platform whether it was done, before you do it again."


class PlatformFailed(Refusal):
    """The platform answered something that does not let us go on."""

    status = 502
    code = "platform_failed"
    title = "The platform did not do it"


def connector_for(place: Destination, capability: Capability, *, doing: str) -> Connector:
    """Return a place's connector, if it can do this. Raises ``Conflict`` when nobody can; ``doing`` ends the sentence."""
    connection = place.connection
    if connection.status == Connection.Status.INACTIVE:
        raise Conflict(
            f"{connection.display_name} was disconnected.", remedy="Connect the account again.", code="disconnected"
        )
    connector = get_connector(place.platform_id, connection)
    if capability not in connector.capabilities:
        raise Conflict(
            f"{connector.name} does not let us {doing}.", remedy="Do it at the platform.", code="platform_cannot"
        )
    return connector


def require_open(place: Destination) -> None:
    """Raise what keeps the hub from acting at a place: its platform is switched off, it is gone, or nobody chose it."""
    require_platform(place.platform_id, place.tenant)
    if place.gone_at is not None:
        raise Conflict(
            f"The account no longer opens {place.name}.",
            remedy="Reconnect the account and grant access to it.",
            code="gone",
        )
    if not place.enabled:
        raise Conflict(
            f"{place.name} is not chosen, so the hub leaves it alone.",
            remedy="Choose it among the connection's destinations.",
            code="not_chosen",
        )


def put(place: Destination, question: Question[T], *, now: datetime) -> T:
    """Put a question to a place's platform, once more with fresh tokens if the first were refused.

    Raises from the ``ConnectorError`` tree; when the grant is over, its tenant has been told.
    """
    connection = place.connection
    make_ready(connection, now=now)
    try:
        return question(get_connector(place.platform_id, connection), target_of(place))
    except ReconnectRequired as error:
        if not error.connection_ended:
            raise
        if not _renewed(connection, error, now=now):
            _say(connection, error, now=now)
            raise
    connection.refresh_from_db()
    try:
        return question(get_connector(place.platform_id, connection), target_of(place))
    except ReconnectRequired as error:
        if error.connection_ended:
            _say(connection, error, now=now)
        raise


def ask(place: Destination, question: Question[T], *, after_silence: str = REPEAT, now: datetime) -> T:
    """Put a question for somebody who waits; raises ``Refusal`` with cause and remedy when there is no answer."""
    try:
        return put(place, question, now=now)
    except ConnectorError as error:
        raise refusal_of(error, after_silence=after_silence) from error


def refusal_of(error: ConnectorError, *, after_silence: str = REPEAT) -> Refusal:
    """Return what a person is told when a platform did not do it."""
    cause, remedy = error.cause, error.remedy
    if isinstance(error, ReconnectRequired):
        return Conflict(cause, remedy=remedy or "Reconnect the account.", code="reconnect_required")
    if isinstance(error, ContentRejected):
        return Invalid(cause, remedy=remedy, code="content_rejected")
    if isinstance(error, RateLimited):
        wait = error.retry_after
        later = f"Try again in {max(1, round(wait.total_seconds())):,} seconds." if wait else "Try again in a minute."
        return Unavailable(cause, remedy=later, code="platform_busy")
    if isinstance(error, TransientError):
        return Unavailable(cause, remedy="Try again in a minute.", code="platform_unavailable")
    if isinstance(error, OutcomeUnknown):
        told = f"Nobody can tell whether it was done. {cause}"
        return Unavailable(told, remedy=after_silence, code="platform_silent")
    return PlatformFailed(cause, remedy=remedy or "Look at the platform, and tell the operator.")


def _renewed(connection: Connection, error: ReconnectRequired, *, now: datetime) -> bool:
    """Renew a connection's tokens; return whether the question is worth putting again."""
    outcome = refresh_connection(
        connection_id=connection.pk,
        reason="refused while asking",
        clock=clock_from(now),
        seen_version=connection.token_version,
    )
    if outcome in {Outcome.FAILED, Outcome.UNDER_WAY}:
        cause = f"{error.cause} A fresh token could not be had for the moment."
        raise TransientError(cause, platform=error.platform, operation=error.operation) from error
    return outcome in {Outcome.REFRESHED, Outcome.FRESH_ALREADY}


def _say(connection: Connection, error: ReconnectRequired, *, now: datetime) -> None:
    mark_attention(connection_id=connection.pk, code=error.fingerprint, cause=error.cause, remedy=error.remedy, now=now)
