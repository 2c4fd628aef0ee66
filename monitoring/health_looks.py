"""What the hub knows of a connection without asking for it anew: what ends, what is left, which version it speaks.

And one thing that it asks about and mends itself: whether the platform still tells us what happens at its places.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from redis.exceptions import RedisError

from connectors import subscribing
from connectors.base import Connector
from connectors.budgets import Budgets
from connectors.errors import ConfigurationError, ConnectorError
from connectors.models import Connection, Destination
from connectors.types import Capability, HealthFinding, HealthState

log = structlog.get_logger(__name__)

#: Before a refresh token ends: when people are told, and when it counts as wrong; of a short life, so much of it at most.
REFRESH_NOTICE: Final = (timedelta(days=30), 0.5)
REFRESH_WARNING: Final = (timedelta(days=7), 0.25)
#: Before an API version ends: when the operator is told, and when it counts as wrong.
VERSION_NOTICES: Final = (90, 30)
VERSION_WARNING: Final = 7
#: A budget that stays closed for less is no news: the platform's own short windows do that all day.
LONG_CLOSED: Final = timedelta(minutes=5)
BUDGET_NOTICE: Final = 75
#: Subscriptions looked at by one check; of more places each has its turn.
MOST_SUBSCRIPTIONS: Final = 20

_RECONNECT: Final = "Reconnect the account: that begins a new term."


def known(
    connection: Connection, connector: Connector, places: Sequence[Destination], *, now: datetime
) -> list[HealthFinding]:
    """Return what the hub knows by itself."""
    return [
        *_refresh_token(connection, now=now),
        *_version(connector, now=now),
        *_budgets(connector, places),
        *_untold(places),
    ]


def _refresh_token(connection: Connection, *, now: datetime) -> Iterator[HealthFinding]:
    ends = connection.refresh_expires_at
    if ends is None:
        return
    life, left = ends - connection.connected_at, ends - now
    when = f"{'ended' if ends <= now else 'ends'} on {ends:%d %B %Y at %H:%M} UTC"
    cause = f"The refresh token {when}; from then on nobody can renew this login without its person."
    for state, (span, share) in ((HealthState.DEGRADED, REFRESH_WARNING), (HealthState.HEALTHY, REFRESH_NOTICE)):
        if left <= min(span, life * share):
            yield HealthFinding(state, "refresh_token_expires", cause, _RECONNECT)
            return


def _version(connector: Connector, *, now: datetime) -> Iterator[HealthFinding]:
    version = connector.api_version()
    if version.ends_on is None:
        return
    days = (version.ends_on - now).days
    if days > max(VERSION_NOTICES):
        return
    name = f"Version {version.name} of {connector.name}'s API"
    verb = "ended" if version.ends_on <= now else "ends"
    within = next((step for step in sorted((*VERSION_NOTICES, VERSION_WARNING)) if days <= step), max(VERSION_NOTICES))
    state = HealthState.DEGRADED if within <= VERSION_WARNING else HealthState.HEALTHY
    setting = version.setting or f"{connector.slug.upper()}_GRAPH_VERSION"
    yield HealthFinding(
        state,
        "version_ends",
        f"{name} {verb} on {version.ends_on:%d %B %Y}{'' if days < 0 else f', in {days} days'}.",
        f"The operator sets {setting} to a later version. Nobody has to reconnect.",
        link=version.page,
    )


def _budgets(connector: Connector, places: Sequence[Destination]) -> Iterator[HealthFinding]:
    names = {place.external_id: place.name for place in places}
    try:
        told = Budgets(connector.slug).left(connector.budget_keys(list(names)))
    except (RedisError, OSError):
        return  # nobody knows, and nobody is to blame
    for left in told:
        place = next(
            (name for external_id, name in names.items() if external_id and left.key.endswith(external_id)), ""
        )
        whose = f"{connector.name}'s budget of calls for {place or 'this app'}"
        if left.blocked_for >= LONG_CLOSED:
            minutes = round(left.blocked_for.total_seconds() / 60)
            yield HealthFinding(
                HealthState.DEGRADED,
                "budget_spent",
                f"{whose} is spent; it opens again in {minutes:,} minutes.",
                "Nothing: posts wait until then and lose no try.",
            )
        elif left.used_percent >= BUDGET_NOTICE:
            yield HealthFinding(
                HealthState.HEALTHY,
                "budget_low",
                f"{left.used_percent} % of {whose} is used.",
                "Nothing: publishing goes first, everything else gives way.",
            )


def _untold(places: Sequence[Destination]) -> Iterator[HealthFinding]:
    for place in places:
        if place.subscribe_problem:
            yield HealthFinding(
                HealthState.HEALTHY,
                "webhook_missing",
                f"The platform does not tell the hub what happens at {place.name}: {place.subscribe_problem}",
                "Publishing works without; it is asked for again each day.",
            )


def subscriptions(connector: Connector, places: Sequence[Destination], *, now: datetime) -> list[HealthFinding]:
    """Look whether the platform still tells us of these places, and subscribe anew what it dropped. Never in a transaction."""
    if Capability.WEBHOOKS not in connector.capabilities:
        return []
    found: list[HealthFinding] = []
    for place in _in_turn(places, now=now):
        try:
            stands = subscribing.look_after(place, now=now)
        except (ConnectorError, ConfigurationError) as error:
            log.info("health.subscription_unknown", destination=str(place.pk), cause=str(error)[:200])
            continue
        if stands is subscribing.Stands.RENEWED:
            cause = f"{connector.name} had stopped telling the hub what happens at {place.name}; the hub subscribed it again."
            remedy = "Nothing. If it comes again and again, look who else manages the place's webhooks."
            found.append(HealthFinding(HealthState.HEALTHY, "webhook_renewed", cause, remedy))
        elif stands is subscribing.Stands.LOST:
            cause = (
                f"{connector.name} has stopped telling the hub what happens at {place.name}, and did not take it up again: "
                f"{place.subscribe_problem}"
            )
            remedy = "Publishing works without; the hub asks again by itself."
            found.append(HealthFinding(HealthState.DEGRADED, "webhook_lost", cause, remedy))
    return found


def _in_turn(places: Sequence[Destination], *, now: datetime) -> list[Destination]:
    """Return the places whose subscriptions are looked at now, one for each subscription; of many, the next ones each time."""
    distinct = list({place.subscription or str(place.pk): place for place in places}.values())
    if len(distinct) <= MOST_SUBSCRIPTIONS:
        return distinct
    turn = int(now.timestamp() // settings.HEALTH_CHECK_EVERY.total_seconds())
    first = turn * MOST_SUBSCRIPTIONS % len(distinct)
    return (distinct[first:] + distinct[:first])[:MOST_SUBSCRIPTIONS]
