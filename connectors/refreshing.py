"""Refreshing tokens: one exchange per token, whoever asks.

A refresh token may be good for one exchange only, and many may ask for it at once: jobs that were refused, the sweep, a
person. So whoever wants to exchange takes a lease on the connection first, reads the tokens inside it, and stores what came
only if nobody else stored anything meanwhile (``token_version``). An exchange that outlives its lease therefore overwrites
nothing, and a refusal is believed only while the token it was about is still the present one.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.dispatch import Signal

from connectors import token_plans, token_times
from connectors.errors import ConfigurationError, ConnectorError, RateLimited, ReconnectRequired
from connectors.manager import get_connector
from connectors.models import Connection, TokenPlan, TokenRefresh
from connectors.services import mark_attention, mark_recovered, seal
from connectors.types import ACCESS_TOKEN, REFRESH_TOKEN, Refreshed, destination_token
from foundation import tracing
from foundation.ids import new_id

log = structlog.get_logger(__name__)

#: Sent with ``platform``, ``outcome`` and ``seconds`` after each exchange.
token_exchanged = Signal()

Clock = Callable[[], datetime]

#: Who asks where no person does.
HUB: Final = "system:hub"
#: The hub's own steps around an exchange: reading, storing, a second try after a lost answer.
_SPARE: Final = timedelta(seconds=30)


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
    #: There is nothing to trade: the platform knows no refresh, gave no refresh token, or the account is disconnected.
    IMPOSSIBLE = "impossible"


def lease() -> timedelta:
    """Return how long one exchange may take: longer than any, so that a slow platform causes no second one.

    A connector may ask a second time when the first answer is lost.
    """
    return 2 * (settings.TOKEN_EXCHANGE_TIMEOUT + settings.HTTP_CONNECT_TIMEOUT) + _SPARE


def refresh_connection(
    *, connection_id: UUID, reason: str, clock: Clock, seen_version: int | None = None, asked_by: str = HUB
) -> Outcome:
    """Exchange a connection's tokens for fresh ones and store them; say what came of it. Never inside a transaction.

    ``seen_version`` is the ``token_version`` the asker worked with: when it is no longer the present one, there is nothing
    to do. ``reason`` and ``asked_by`` are kept in the history. Raises nothing that a platform can cause.
    """
    row = Connection.objects.filter(pk=connection_id).first()
    if row is None:
        return Outcome.IMPOSSIBLE
    if seen_version is not None and row.token_version != seen_version:
        return Outcome.FRESH_ALREADY
    started, token = clock(), new_id()
    if not token_plans.renewable([row], now=started):
        return Outcome.IMPOSSIBLE
    if not _take_lease(row, token, now=started):
        return Outcome.UNDER_WAY
    try:
        history = TokenRefresh.objects.create(
            connection=row,
            tenant_id=row.tenant_id,
            reason=reason[:40],
            asked_by=asked_by[:160],
            outcome=TokenRefresh.OPEN,
            started_at=started,
            took_ms=0,
        )
        ids = {"tenant_id": str(row.tenant_id), "connection_id": str(row.pk), "platform": row.platform_id}
        with tracing.work("token.renew", ids, resource=row.platform_id) as span:
            outcome, error = _exchange(row, clock=clock)
            if span is not None:
                tracing.say(span, {"outcome": str(outcome), "reason": reason})
    finally:
        Connection.objects.filter(pk=row.pk, refresh_lease_token=token).update(
            refresh_lease_token=None, refresh_lease_until=None
        )
    took = max(timedelta(), clock() - started)
    TokenRefresh.objects.filter(pk=history.pk).update(
        outcome=outcome,
        took_ms=int(took / timedelta(milliseconds=1)),
        cause=_words_of(error)[:500],
        facts=error.reply.facts() if isinstance(error, ConnectorError) else {},
    )
    log.info(
        "token.refreshed",
        tenant_id=str(row.tenant_id),
        connection_id=str(row.pk),
        platform=row.platform_id,
        outcome=str(outcome),
        reason=reason,
    )
    token_exchanged.send_robust(
        TokenRefresh, platform=row.platform_id, outcome=str(outcome), seconds=took.total_seconds()
    )
    return outcome


def hand_out_due(*, now: datetime, platform: str = "", limit: int | None = None) -> list[token_plans.Handed]:
    """Take connections whose tokens are due, those that end first first, for workers to renew (``renew_due``)."""
    return token_plans.hand_out(now=now, hold=lease() + _SPARE, platform=platform, limit=limit)


def renew_due(*, handed: token_plans.Handed, clock: Clock) -> Outcome | None:
    """Renew the tokens of a connection that was handed out; None when they are not due any more."""
    pk = handed.connection_id
    try:
        with transaction.atomic():
            row = Connection.objects.select_for_update().filter(pk=pk).first()
            if row is None:
                return None
            # By what is known now: the connection or a setting may have changed since it was planned.
            token_plans.plan([pk], now=clock())
        due = TokenPlan.objects.filter(pk=pk, due_at__lte=clock(), version=handed.version).exists()
        if not due:
            return None
        outcome = refresh_connection(
            connection_id=pk, reason="ends soon", clock=clock, seen_version=handed.version, asked_by="system:beat"
        )
        if outcome is Outcome.UNDER_WAY:
            # Whoever is at it may die; nobody needs to look again before their lease has ended.
            TokenPlan.objects.filter(pk=pk, due_at__lte=clock()).update(due_at=clock() + lease())
        return outcome
    finally:
        token_plans.let_go(pk)


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
    if not token_plans.renewable([row], now=now) or token_plans.rests(row, now=now):
        return None
    return refresh_connection(
        connection_id=row.pk, reason="ends before it is used", clock=clock, seen_version=row.token_version
    )


def make_ready(connection: Connection, *, now: datetime) -> None:
    """Renew tokens that are about to end, or have ended, before they are used; what keeps us from it keeps nobody from asking.

    Whoever is about to call a platform for a connection calls this first, outside of a transaction.
    """
    ends = connection.access_expires_at
    if ends is not None and ends - now <= token_times.ENDING:
        refresh_ending(connection_id=connection.pk, clock=clock_from(now))
        connection.refresh_from_db()


def clock_from(now: datetime) -> Clock:
    """Return a clock that goes on from the moment whoever asks was given."""
    started = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - started)


def _take_lease(row: Connection, token: UUID, *, now: datetime) -> bool:
    """Take the right to exchange these very tokens; False when somebody has it, or the tokens are no longer these."""
    free = Q(refresh_lease_until=None) | Q(refresh_lease_until__lt=now)
    mine = Connection.objects.filter(free, pk=row.pk, token_version=row.token_version)
    return bool(mine.update(refresh_lease_token=token, refresh_lease_until=now + lease()))


def _exchange(row: Connection, *, clock: Clock) -> tuple[Outcome, Exception | None]:
    try:
        connector = get_connector(row.platform_id, row, patience=settings.TOKEN_EXCHANGE_TIMEOUT)
        fresh = connector.refresh_token(now=clock())
        return _store(row, fresh, now=clock()), None
    except ReconnectRequired as error:
        # A secret that does not open says nothing about the grant, and neither does a scope that is missing.
        if not error.connection_ended or error.operation == "open_token":
            return _failed(row, error, now=clock()), error
        return _refused(row, error, clock=clock), error
    except (ConnectorError, ConfigurationError) as error:
        return _failed(row, error, now=clock()), error
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # a fault of ours is no reason to call a grant dead
        log.exception("token.refresh_crashed", error=type(error).__name__)
        return _failed(row, error, now=clock()), error


def _failed(row: Connection, error: Exception, *, now: datetime) -> Outcome:
    asked = error.retry_after if isinstance(error, RateLimited) else None
    token_plans.note_failure(row, at_least=asked, now=now)
    return Outcome.FAILED


def _refused(row: Connection, error: ReconnectRequired, *, clock: Clock) -> Outcome:
    """Believe a refusal only while the token that was refused is the present one."""
    with transaction.atomic():
        present = Connection.objects.select_for_update().get(pk=row.pk)
        if present.token_version != row.token_version:
            return Outcome.FRESH_ALREADY
        token_plans.note_refusal(present, now=clock())
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
    token_plans.plan([row.pk], now=now)
    _heal(row, now=now)
    return Outcome.REFRESHED


def _heal(row: Connection, *, now: datetime) -> None:
    """Say that a connection works again, if its token was what was wrong; of anything else the next health check tells."""
    code = Connection.objects.values_list("status_code", flat=True).get(pk=row.pk)
    if not code or ":" in code or "token" in code:
        mark_recovered(connection_id=row.pk, now=now)
    else:
        ill = Connection.objects.filter(pk=row.pk, status=Connection.Status.ATTENTION)
        ill.filter(next_health_at__gt=now).update(next_health_at=now)


def _words_of(error: Exception | None) -> str:
    if isinstance(error, ConnectorError):
        return error.cause
    if error is None or isinstance(error, ConfigurationError):
        return str(error or "")
    return f"The hub failed on it ({type(error).__name__}); its log says why."
