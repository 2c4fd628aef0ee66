"""Writes of the post room: announce what happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from outbox.events import EventType
from outbox.models import OutgoingEvent


def announce(*, tenant_id: UUID, kind: EventType, data: Mapping[str, Any], now: datetime) -> OutgoingEvent:
    """Write down a piece of news in the caller's transaction; it is delivered after the commit, or not at all.

    ``data`` is plain JSON for client apps: ids as text, moments as ISO 8601 in UTC; never a secret.
    """
    return OutgoingEvent.objects.create(tenant_id=tenant_id, type=kind, happened_at=now, data=dict(data))
