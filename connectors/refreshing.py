"""Refreshing tokens: one exchange per token, whoever asks.

A refresh token may be good for one exchange only, and many may ask for it at once: jobs that were refused, the sweep, a
person. So whoever wants to exchange takes a lease on the connection first, reads the tokens inside it, and stores what came
only if nobody else stored anything meanwhile (``token_version``). An exchange that outlives its lease therefore overwrites
nothing, and a refusal is believed only while the token it was about is still the present one.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from connectors.errors import ConfigurationError, ConnectorError, ReconnectRequired
from connectors.manager import connector_class, get_connector
from connectors.models import Connection, TokenRefresh
from connectors.registry import CONNECTORS
from connectors.services import mark_attention, mark_recovered, seal
from connectors.types import ACCESS_TOKEN, REFRESH_TOKEN, Capability, Refreshed, destination_token
from foundation.ids import new_id
from vault import services as vault

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

#: How long after a try the sweep leaves a connection alone.
PAUSE: Final = timedelta(hours=6)


class Outcome(StrEnum):
    """What became of a wish to refresh."""

    REFRESHED = "refreshed"
    #: Somebody else did it since the asker read the token.
    FRESH_ALREADY = "fresh_already"
    #: Somebody else is at it.
    UNDER_WAY = "under_way"
    #: The platform could not be asked, or gave no clear answer; the old tokens stand.
    FAILED = "failed"
    #: The grant is over; the connection needs its tenant.
    ENDED = "ended"
    #: The platform knows no refresh, or the account is disconnected.
    IMPOSSIBLE = "impossible"


def lease() -> timedelta:
    """Return how long one exchange may take: longer than any call, so that a slow platform causes no second one."""
    return 2 * settings.HTTP_TOTAL_TIMEOUT


def refresh_connection(*, connection_id: UUID, reason: str, clock: Clock, seen_version: int | None = None) -> Outcome:
    """Exchange a connection's tokens for fresh ones and store them; say what came of it. Never inside a transaction.

    ``seen_version`` is the ``token_version`` the asker worked with: when it is no longer the present one, there is nothing
    to do. ``reason`` is kept in the history. Raises nothing that a platform can cause.
    """
    row = Connection.objects.filter(pk=connection_id).first()
    if row is None or row.status == Connection.Status.INACTIVE:
        return Outcome.IMPOSSIBLE
    if Capability.REFRESH_TOKEN not in connector_class(row.platform_id).capabilities:
        return Outcome.IMPOSSIBLE
    if seen_version is not None and row.token_version != seen_version:
        return Outcome.FRESH_ALREADY
    started = clock()
    token = new_id()
    free = Q(refresh_lease_until=None) | Q(refresh_lease_until__lt=started)
    mine = Connection.objects.filter(free, pk=row.pk, token_version=row.token_version)
    if not mine.update(refresh_lease_token=token, refresh_lease_until=started + lease()):
        return Outcome.UNDER_WAY
    try:
        outcome, error = _exchange(row, clock=clock)
    finally:
        Connection.objects.filter(pk=row.pk, refresh_lease_token=token).update(
            refresh_lease_token=None, refresh_lease_until=None
        )
    TokenRefresh.objects.create(
        connection=row,
        tenant_id=row.tenant_id,
        reason=reason[:40],
        outcome=outcome,
        started_at=started,
        took_ms=int((clock() - started) / timedelta(milliseconds=1)),
        cause=error.cause[:500] if isinstance(error, ConnectorError) else str(error or "")[:500],
        facts=error.reply.facts() if isinstance(error, ConnectorError) else {},
    )
    log.info("token.refreshed", connection=str(row.pk), platform=row.platform_id, outcome=str(outcome), reason=reason)
    return outcome


def refresh_due(*, clock: Clock, limit: int = 50) -> int:
    """Refresh the tokens that are to end soon, those that end first first; return how many were refreshed.

    A platform's windows (``Connector.refresh_before``) say when; a try that failed is repeated after ``PAUSE``. Grants that
    cannot be renewed without their person are left alone: the connection page says until when they hold.
    """
    now = clock()
    count = 0
    for slug, connector in CONNECTORS.items():
        if Capability.REFRESH_TOKEN not in connector.capabilities:
            continue
        lately = TokenRefresh.objects.filter(connection=OuterRef("pk"), started_at__gt=now - PAUSE)
        ending = Connection.objects.filter(
            ~Exists(lately),
            platform_id=slug,
            platform__enabled=True,
            status=Connection.Status.ACTIVE,
            access_expires_at__gt=now,
            access_expires_at__lte=now + max(connector.refresh_before),
        ).order_by("access_expires_at")
        for row in ending[:limit]:
            renewable = connector.renews_with in vault.hints(tenant_id=row.tenant_id, connection_id=row.pk)
            if renewable and _window_is_new(row, connector.refresh_before, now=now):
                outcome = refresh_connection(
                    connection_id=row.pk, reason="ends soon", clock=clock, seen_version=row.token_version
                )
                count += outcome is Outcome.REFRESHED
    return count


def _window_is_new(row: Connection, windows: Sequence[timedelta], *, now: datetime) -> bool:
    """Tell whether no refresh has succeeded since the present window began: an expiry that did not move is not chased."""
    if row.access_expires_at is None:
        return False
    begun = [row.access_expires_at - window for window in windows if row.access_expires_at - window <= now]
    return bool(begun) and (row.refreshed_at is None or row.refreshed_at < max(begun))


def _exchange(row: Connection, *, clock: Clock) -> tuple[Outcome, Exception | None]:
    try:
        fresh = get_connector(row.platform_id, row).refresh_token(now=clock())
    except ReconnectRequired as error:
        return _refused(row, error, clock=clock), error
    except (ConnectorError, ConfigurationError) as error:
        return Outcome.FAILED, error
    return _store(row, fresh, now=clock()), None


def _refused(row: Connection, error: ReconnectRequired, *, clock: Clock) -> Outcome:
    """Believe a refusal only while the token that was refused is the present one."""
    with transaction.atomic():
        present = Connection.objects.select_for_update().get(pk=row.pk)
        if present.token_version != row.token_version:
            return Outcome.FRESH_ALREADY
        mark_attention(
            connection_id=row.pk, code=error.fingerprint, cause=error.cause, remedy=error.remedy, now=clock()
        )
    return Outcome.ENDED


@transaction.atomic
def _store(row: Connection, fresh: Refreshed, *, now: datetime) -> Outcome:
    """Store tokens and expiries together, if nobody stored others since we read ours."""
    told: dict[str, Any] = {
        "access_expires_at": fresh.access_expires_at,
        "refresh_expires_at": fresh.refresh_expires_at,
        "data_access_expires_at": fresh.data_access_expires_at,
        "scopes_granted": None if fresh.scopes_granted is None else list(fresh.scopes_granted),
    }
    changed = {name: value for name, value in told.items() if value is not None}
    unchanged = Connection.objects.filter(pk=row.pk, token_version=row.token_version)
    if not unchanged.exclude(status=Connection.Status.INACTIVE).update(
        token_version=F("token_version") + 1, refreshed_at=now, updated_at=now, **changed
    ):
        return Outcome.FRESH_ALREADY
    seal(row, ACCESS_TOKEN, fresh.access_token)
    if fresh.refresh_token is not None:
        seal(row, REFRESH_TOKEN, fresh.refresh_token)
    known = set(row.destinations.filter(gone_at=None).values_list("external_id", flat=True))
    for external_id, secret in fresh.destination_tokens.items():
        if external_id in known:
            seal(row, destination_token(external_id), secret)
    mark_recovered(connection_id=row.pk, now=now)
    return Outcome.REFRESHED
