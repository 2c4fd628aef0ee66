"""Listens to the news of the rooms below, and rings for a worker."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from connectors.services import connection_granted
from connectors.types import EventKind
from connectors.webhook_processing import webhook_received
from publishing import doorbell


@receiver(connection_granted)
def _granted(connection_id: UUID, **kwargs: Any) -> None:
    doorbell.ring_after_reconnect(connection_id)


@receiver(webhook_received)
def _told_by_platform(platform: str, kind: EventKind, external_id: str, post_id: str, **kwargs: Any) -> None:
    if kind is EventKind.POST_REMOVED and post_id:
        doorbell.ring_for_removed(platform=platform, external_id=external_id, post_id=post_id)
    elif kind in {EventKind.POST_CREATED, EventKind.POST_CHANGED} and external_id:
        doorbell.ring_for_news(platform=platform, external_id=external_id)
