"""Listens to the news of the rooms below, and rings for a worker."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from connectors.services import connection_granted
from publishing import doorbell


@receiver(connection_granted)
def _granted(connection_id: UUID, **kwargs: Any) -> None:
    doorbell.ring_after_reconnect(connection_id)
