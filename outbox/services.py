"""Writes of the post room: announce what happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.dispatch import Signal

from foundation.ids import new_id
from outbox.events import EventType
from outbox.models import OutgoingEvent

#: Sent after the commit, without arguments: somebody should hand the news on.
news_written = Signal()


def announce(
    *,
    tenant_id: UUID,
    kind: EventType,
    data: Mapping[str, Any],
    now: datetime,
    event_id: UUID | None = None,
    endpoint_id: UUID | None = None,
) -> OutgoingEvent:
    """Write down a piece of news in the caller's transaction; it is delivered after the commit, or not at all.

    ``data`` is plain JSON for client apps: ids as text, moments as ISO 8601 in UTC; never a secret. News with an
    ``event_id`` that is there already is told once. ``endpoint_id`` names the one endpoint it is for.
    """
    event = OutgoingEvent(
        id=event_id or new_id(),
        tenant_id=tenant_id,
        type=kind,
        happened_at=now,
        data=dict(data),
        endpoint_id=endpoint_id,
    )
    OutgoingEvent.objects.bulk_create([event], ignore_conflicts=event_id is not None)
    say_written()
    return event


def say_written() -> None:
    """Send ``news_written`` once the present transaction is committed."""
    transaction.on_commit(lambda: news_written.send(sender=OutgoingEvent), robust=True)
