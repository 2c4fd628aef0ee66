"""Telling client apps and people that a connection's health has changed: once for each change, and not for each check.

Bad news are told at once. Good news that follow them closely wait until they have lasted, so that an account which comes and goes
fills nobody's inbox; what it is by then is told. What a new grant brings does not wait.
"""

from datetime import datetime

from django.conf import settings

from connectors.models import Connection
from monitoring import verdicts
from monitoring.models import ConnectionHealth
from outbox.events import EventType
from outbox.services import announce


def tell(connection: Connection, health: ConnectionHealth, *, now: datetime) -> datetime | None:
    """Announce a change of state, in the caller's transaction and on the row it saves.

    Returns when to look again for news that were held back, else None.
    """
    told, pause = health.told_state, settings.HEALTH_NEWS_PAUSE
    renewed = health.told_at is not None and connection.connected_at > health.told_at
    told_at = None if renewed else health.told_at
    if not verdicts.news(told=told, told_at=told_at, state=health.state, now=now, pause=pause):
        if health.state and not told:
            health.told_state = health.state
        held = bool(told and health.state and health.state != told and told_at is not None)
        return told_at + pause if held and told_at is not None else None
    announce(
        tenant_id=connection.tenant_id,
        kind=EventType.CONNECTION_HEALTH_CHANGED,
        data={
            "connection_id": str(connection.pk),
            "platform": connection.platform_id,
            "state": health.state,
            "previous": told or "unknown",
            "code": health.code,
            "cause": health.cause,
            "remedy": health.remedy,
            "link": health.link,
            "since": health.since.isoformat() if health.since else None,
        },
        now=now,
    )
    health.told_state, health.told_at = health.state, now
    return None
