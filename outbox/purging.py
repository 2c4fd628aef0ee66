"""Forgetting what is of no use: secrets of before, and endpoints that were deleted. What is merely old, ``monitoring.retention`` forgets."""

from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from outbox import secrets
from outbox.models import WebhookDelivery, WebhookEndpoint

_BATCH: Final = 1000


def purge(*, now: datetime) -> int:
    """Remove what is of no use any more; return how many rows."""
    removed = 0
    for endpoint in WebhookEndpoint.objects.filter(deleted_at__isnull=False)[:100]:
        removed += _remove(WebhookDelivery.objects.filter(endpoint=endpoint))
        removed += WebhookEndpoint.objects.filter(pk=endpoint.pk).delete()[0]
    for endpoint in WebhookEndpoint.objects.filter(previous_secret_until__lt=now)[:1000]:
        secrets.forget_previous(endpoint)
        WebhookEndpoint.objects.filter(pk=endpoint.pk, previous_secret_until=endpoint.previous_secret_until).update(
            previous_secret_until=None, updated_at=now
        )
    return removed


def _remove(rows: QuerySet[Any]) -> int:
    total = 0
    while batch := list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        total += rows.model.objects.filter(pk__in=batch).delete()[0]
    return total
