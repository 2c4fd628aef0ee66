"""Renewing an account's tokens because a person, or a client app, wants it now; and what became of every renewal."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from connectors import token_plans
from connectors.manager import connector_class
from connectors.models import Connection, TokenRefresh
from connectors.refreshing import Outcome, clock_from, lease, refresh_connection
from connectors.types import Capability
from foundation.errors import Conflict
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_READ, CONNECTIONS_WRITE
from tenants.services import record

#: A platform that rotates tokens takes offence at being asked again and again.
REST: Final = timedelta(minutes=1)

#: What became of a renewal: the word people read, and the state whose colour and sign it takes.
OUTCOMES: Final = {
    Outcome.REFRESHED: ("Renewed", "healthy"),
    Outcome.FRESH_ALREADY: ("Fresh already", "unknown"),
    Outcome.FAILED: ("No answer", "degraded"),
    Outcome.ENDED: ("Refused", "unhealthy"),
}


def refreshes_of(principal: Principal, connection: Connection) -> QuerySet[TokenRefresh]:
    """Return the history of a connection's renewals, newest first."""
    principal.require(CONNECTIONS_READ)
    return TokenRefresh.objects.filter(connection=connection).order_by("-id")


def renew_now(*, principal: Principal, connection: Connection, now: datetime) -> TokenRefresh:
    """Exchange a connection's tokens now; return what came of it. Audited; raises ``Conflict`` when it cannot be done."""
    principal.require(CONNECTIONS_WRITE)
    _require_renewable(connection, now=now)
    last = TokenRefresh.objects.filter(connection=connection).order_by("-id").first()
    if last is not None and last.outcome != TokenRefresh.OPEN and now - last.started_at < REST:
        raise Conflict(
            "It was renewed, or tried, less than a minute ago.",
            remedy="See what came of that; try again in a minute.",
            code="refreshed_just_now",
        )
    outcome = refresh_connection(
        connection_id=connection.pk, reason="asked for", clock=clock_from(now), asked_by=principal.actor
    )
    if outcome is Outcome.UNDER_WAY:
        raise Conflict(
            "Somebody else is renewing it just now.",
            remedy="Look again in some seconds.",
            code="refresh_under_way",
        )
    record(
        tenant=connection.tenant,
        actor=principal.actor,
        action="connection.refreshed",
        subject=connection,
        outcome=str(outcome),
    )
    return TokenRefresh.objects.filter(connection=connection).order_by("-id")[:1].get()


def in_words(row: TokenRefresh, *, now: datetime) -> dict[str, Any]:
    """Return one renewal as pages show it."""
    if row.outcome == TokenRefresh.OPEN:
        died = now - row.started_at > lease()
        label, state = ("Never finished", "degraded") if died else ("Under way", "processing")
        note = "The worker ended in the middle of it." if died else ""
    else:
        label, state = OUTCOMES.get(Outcome(row.outcome), (row.outcome, "unknown"))
        note = row.cause
    return {
        "at": row.started_at,
        "state": state,
        "label": label,
        "took_ms": None if row.outcome == TokenRefresh.OPEN else row.took_ms,
        "why": row.reason,
        "asked_by": asker(row.asked_by),
        "note": note,
    }


def asker(actor: str) -> str:
    """Return who asked, as people say it."""
    kind, _, name = actor.partition(":")
    return {"system": "the hub", "key": f"API key {name}", "user": name}.get(kind, actor)


def newest(connection: Connection, *, count: int, now: datetime) -> Iterable[dict[str, Any]]:
    """Return a connection's last renewals as pages show them."""
    rows = TokenRefresh.objects.filter(connection=connection).order_by("-id")[:count]
    return [in_words(row, now=now) for row in rows]


def _require_renewable(connection: Connection, *, now: datetime) -> None:
    connector = connector_class(connection.platform_id)
    if connection.status == Connection.Status.INACTIVE:
        raise Conflict(
            f"{connection.display_name} was disconnected.", remedy="Connect the account again.", code="disconnected"
        )
    if Capability.REFRESH_TOKEN not in connector.capabilities:
        # Where nothing ends, a look at the account is what a refresh is good for.
        Connection.objects.filter(pk=connection.pk, next_health_at__gt=now).update(next_health_at=now)
        raise Conflict(
            f"Keys of {connector.name} never end, so there is nothing to renew.",
            remedy="Nothing: the account is checked in a moment instead.",
            code="nothing_to_refresh",
        )
    if not token_plans.renewable([connection], now=now):
        raise Conflict(
            f"{connector.name} gave nothing to renew this account with, or it has ended: only its person can.",
            remedy="Reconnect the account.",
            code="nothing_to_refresh",
        )
