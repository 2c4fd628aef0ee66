"""Handing news on: each gets its number, a delivery for every endpoint that wants it, and mails to whom they concern.

One sorter works at a time, because it holds the bookmark; so numbers become visible in their order, and a client that has
read up to one of them misses nothing by asking for what comes after.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from outbox import members
from outbox.events import EventType
from outbox.hearing import wants
from outbox.models import Bookmark, Mail, OutgoingEvent, WebhookDelivery, WebhookEndpoint

#: A connection that toggles within this time makes one mail.
FLAPPING: Final = timedelta(minutes=10)
#: Kinds that tell the same trouble from two sides: one mail of them is enough.
_SICK: Final = (EventType.CONNECTION_ATTENTION, EventType.CONNECTION_HEALTH_CHANGED)
_BATCH: Final = 500
_BOOKMARK: Final = "news"

_NUMBER_SQL: Final = """
UPDATE outgoing_events SET sequence = %s + chosen.place
FROM (
  SELECT id, row_number() OVER (ORDER BY id) AS place
  FROM (SELECT id FROM outgoing_events WHERE sequence IS NULL ORDER BY id LIMIT %s) AS oldest
) AS chosen
WHERE outgoing_events.id = chosen.id
"""


def sort(*, now: datetime) -> int:
    """Hand on every piece of news that waits; return how many. Each batch is one transaction."""
    total = 0
    while OutgoingEvent.objects.filter(sequence=None).exists():
        done = _sort_some(now=now)
        total += done
        if not done:  # another sorter was faster
            break
    return total


@transaction.atomic
def _sort_some(*, now: datetime) -> int:
    Bookmark.objects.get_or_create(name=_BOOKMARK)
    place = Bookmark.objects.select_for_update().get(name=_BOOKMARK)
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER_SQL, [place.number, _BATCH])
        count: int = cursor.rowcount
    if count <= 0:
        return 0
    Bookmark.objects.filter(pk=place.pk).update(number=place.number + count, at=now)
    events = list(
        OutgoingEvent.objects.filter(sequence__gt=place.number, sequence__lte=place.number + count).order_by("sequence")
    )
    _deliver(events, now=now)
    for event in events:
        if event.type in members.TOPIC_OF:
            _mail(event, now=now)
    return count


def _deliver(events: Sequence[OutgoingEvent], *, now: datetime) -> None:
    endpoints = _endpoints_of({event.tenant_id for event in events})
    WebhookDelivery.objects.bulk_create(
        (
            WebhookDelivery(tenant_id=event.tenant_id, endpoint_id=endpoint.pk, event_id=event.pk, due_at=now)
            for event in events
            for endpoint in endpoints.get(event.tenant_id, ())
            if is_for(endpoint, event)
        ),
        ignore_conflicts=True,
    )


def is_for(endpoint: WebhookEndpoint, event: OutgoingEvent) -> bool:
    """Tell whether an endpoint is told of an event."""
    if event.endpoint_id is not None:
        return event.endpoint_id == endpoint.pk
    if event.type == EventType.WEBHOOK_ENDPOINT_DISABLED and event.data.get("endpoint_id") == str(endpoint.pk):
        return False
    return wants(endpoint.event_types, event.type) and event.happened_at >= endpoint.listens_since


def _endpoints_of(tenants: set[UUID]) -> dict[UUID, list[WebhookEndpoint]]:
    found = defaultdict(list)
    for endpoint in WebhookEndpoint.objects.filter(tenant_id__in=tenants, disabled="", deleted_at=None).order_by("pk"):
        found[endpoint.tenant_id].append(endpoint)
    return found


def _mail(event: OutgoingEvent, *, now: datetime) -> None:
    about = str(
        event.data.get("connection_id")
        or event.data.get("endpoint_id")
        or event.data.get("api_key_id")
        or event.data.get("alert_id")
        or event.pk
    )
    if event.type == EventType.CONNECTION_EXPIRING:
        about = f"{about}:{event.data.get('days', '')}:{event.data.get('ends_at', '')}"[:64]
    recent = Mail.objects.filter(
        tenant_id=event.tenant_id, about=about, kind__in=_SICK if event.type in _SICK else [event.type]
    )
    if recent.filter(Q(state=Mail.State.WAITING) | Q(created_at__gt=now - FLAPPING)).exists():
        return
    members.write_to(
        event.tenant_id,
        topic=members.TOPIC_OF[event.type],
        kind=event.type,
        about=about,
        facts=event.data,
        now=now,
    )
