"""Refreshing tokens: one exchange per token, whoever asks.

A refresh token may be good for one exchange only, and many may ask for it at once: jobs that were refused, the sweep, a
person. So whoever wants to exchange takes a lease on the connection first, reads the tokens inside it, and stores what came
only if nobody else stored anything meanwhile (``token_version``). An exchange that outlives its lease therefore overwrites
nothing, and a refusal is believed only while the token it was about is still the present one.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q

from connectors import token_times
from connectors.errors import ConfigurationError, ConnectorError, ReconnectRequired
from connectors.manager import connector_class, get_connector
from connectors.models import Connection, TokenRefresh
from connectors.registry import CONNECTORS
from connectors.services import mark_attention, mark_recovered, seal
from connectors.types import ACCESS_TOKEN, REFRESH_TOKEN, Capability, Refreshed, destination_token
from foundation.ids import new_id
from vault.selectors import marks_of

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

_BATCH: Final = 500
#: A sweep ends after this long; the next one goes on.
_MOST_SECONDS: Final = 50.0


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


def refresh_due(*, clock: Clock, limit: int = 500) -> int:
    """Refresh the tokens whose moment has come, those that end first first; return how many were refreshed.

    A platform's moments (``Connector.refresh_moments``) say when; a try that failed is repeated after a pause that suits the
    time left. Grants that cannot be renewed without their person are left alone: the connection page says until when they
    hold.
    """
    now, end = clock(), time.monotonic() + _MOST_SECONDS
    count = 0
    for tried, row in enumerate(_ending(now=now)):
        if tried >= limit or time.monotonic() > end:
            break
        outcome = refresh_connection(
            connection_id=row.pk, reason="ends soon", clock=clock, seen_version=row.token_version
        )
        count += outcome is Outcome.REFRESHED
    return count


def refresh_ending(*, connection_id: UUID, clock: Clock) -> Outcome | None:
    """Refresh a token that ends within minutes, or has ended, before somebody works with it; None when nothing was tried.

    Tried once for an end, and after a failure only when its pause is over: many jobs may come at once.
    """
    now = clock()
    row = Connection.objects.filter(pk=connection_id).first()
    if row is None or row.access_expires_at is None or row.access_expires_at - now > token_times.ENDING:
        return None
    if row.refreshed_at is not None and row.refreshed_at >= row.access_expires_at - token_times.ENDING:
        return None
    if not _renewable([row], now=now) or _rests(row, _last_tries([row.pk]).get(row.pk), now=now):
        return None
    return refresh_connection(
        connection_id=row.pk, reason="ends before a job", clock=clock, seen_version=row.token_version
    )


def _ending(*, now: datetime) -> Iterator[Connection]:
    """Yield the connections whose tokens are to be refreshed now, those that end first first."""
    within = Q(pk=None)
    for slug, connector in CONNECTORS.items():
        if Capability.REFRESH_TOKEN in connector.capabilities:
            within |= Q(platform_id=slug, access_expires_at__lte=now + max(connector.refresh_before))
    rows = Connection.objects.filter(within, status=Connection.Status.ACTIVE, platform__enabled=True)
    batch = list(rows.order_by("access_expires_at", "pk")[:_BATCH])
    while batch:
        tries = _last_tries([row.pk for row in batch])
        for row in _renewable(batch, now=now):
            if _moment_has_come(row, now=now) and not _rests(row, tries.get(row.pk), now=now):
                yield row
        at, last = batch[-1].access_expires_at, batch[-1].pk
        behind = Q(access_expires_at__gt=at) | Q(access_expires_at=at, pk__gt=last)
        more = len(batch) == _BATCH
        batch = list(rows.filter(behind).order_by("access_expires_at", "pk")[:_BATCH]) if more else []


def _renewable(rows: Sequence[Connection], *, now: datetime) -> list[Connection]:
    """Return those that can be renewed without their person: what is traded for a fresh token is here, and good."""
    kinds = {row.pk: _traded(row, now=now) for row in rows}
    held = {kind: marks_of(list(kinds), kind=kind) for kind in set(kinds.values()) - {""}}
    return [row for row in rows if row.pk in held.get(kinds[row.pk], {})]


def _traded(row: Connection, *, now: datetime) -> str:
    """Return the kind of secret that is traded for a fresh token; empty where there is none, or it has ended."""
    connector = connector_class(row.platform_id)
    ends = row.access_expires_at if connector.renews_with == ACCESS_TOKEN else row.refresh_expires_at
    able = Capability.REFRESH_TOKEN in connector.capabilities and (ends is None or ends > now)
    return connector.renews_with if able else ""


def _moment_has_come(row: Connection, *, now: datetime) -> bool:
    """Tell whether a moment has come since the last refresh: an expiry that did not move is not chased."""
    if row.access_expires_at is None:
        return False
    issued = max(row.connected_at, row.refreshed_at or row.connected_at)
    moments = connector_class(row.platform_id).refresh_moments(issued_at=issued, expires_at=row.access_expires_at)
    begun = token_times.last_begun(moments, account=row.pk, expires_at=row.access_expires_at, now=now)
    return begun is not None and (row.refreshed_at is None or row.refreshed_at < begun)


def _rests(row: Connection, last_try: datetime | None, *, now: datetime) -> bool:
    """Tell whether the last try was too little a while ago."""
    if last_try is None or row.access_expires_at is None:
        return False
    return now - last_try < token_times.pause(expires_at=row.access_expires_at, now=now)


def _last_tries(connection_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    rows = TokenRefresh.objects.filter(connection__in=connection_ids).order_by()
    return dict(rows.values_list("connection_id").annotate(last=Max("started_at")))


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
