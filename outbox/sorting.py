"""Handing news on: each gets its number, a delivery for every endpoint that wants it, and mails to whom they concern.

One sorter works at a time, because it holds the bookmark; so numbers become visible in their order, and a client that has
read up to one of them misses nothing by asking for what comes after.
"""

from datetime import datetime, timedelta
from typing import Final

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
    _deliver(after=place.number, count=count, now=now)
    handed_on = OutgoingEvent.objects.filter(sequence__gt=place.number, sequence__lte=place.number + count)
    for event in handed_on.filter(type__in=members.TOPIC_OF).order_by("sequence"):
        _mail(event, now=now)
    return count


def _deliver(*, after: int, count: int, now: datetime) -> None:
    """Make a delivery for every endpoint that is told of one of these news, in one statement, whoever and how many they are."""
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(_DELIVER_SQL[connection.vendor], [after, moment, moment, moment, after, after + count])


#: What ``is_for`` says, for many at once. Ids are those of this moment, in the order of the news.
_DELIVER_TEMPLATE: Final = f"""
INSERT INTO webhook_deliveries
  (id, created_at, updated_at, tenant_id, endpoint_id, event_id, state, due_at, tries, attempts, last_error)
SELECT {{fresh_id}}, %s, %s, event.tenant_id, endpoint.id, event.id, '{WebhookDelivery.State.WAITING}', %s, 0, '[]', ''
FROM outgoing_events event JOIN webhook_endpoints endpoint ON endpoint.tenant_id = event.tenant_id
WHERE event.sequence > %s AND event.sequence <= %s AND endpoint.disabled = '' AND endpoint.deleted_at IS NULL
  AND CASE
    WHEN event.endpoint_id IS NOT NULL THEN event.endpoint_id = endpoint.id
    WHEN event.type = '{EventType.WEBHOOK_ENDPOINT_DISABLED}' AND {{same_endpoint}} THEN {{no}}
    ELSE event.happened_at >= endpoint.listens_since AND {{wanted}}
  END
ON CONFLICT (event_id, endpoint_id) DO NOTHING
"""  # noqa: S608 - every word of it is ours
_DELIVER_SQL: Final = {
    "postgresql": _DELIVER_TEMPLATE.format(
        fresh_id="(lpad(to_hex((extract(epoch FROM statement_timestamp()) * 1000)::bigint), 12, '0') || '7' || "
        "lpad(to_hex(event.sequence - %s), 3, '0') || '8' || substr(md5(event.id::text || endpoint.id::text), 1, 15))::uuid",
        same_endpoint="event.data ->> 'endpoint_id' = endpoint.id::text",
        no="false",
        wanted="(endpoint.event_types = '[]' OR endpoint.event_types @> to_jsonb(event.type::text))",
    ),
    "sqlite": _DELIVER_TEMPLATE.format(
        fresh_id="printf('%%012x7%%03x8', CAST((julianday('now') - 2440587.5) * 86400000 AS integer), event.sequence - %s) "
        "|| substr(lower(hex(randomblob(8))), 1, 15)",
        same_endpoint="replace(json_extract(event.data, '$.endpoint_id'), '-', '') = endpoint.id",
        no="0",
        wanted="(endpoint.event_types = '[]' OR EXISTS "
        "(SELECT 1 FROM json_each(endpoint.event_types) AS kind WHERE kind.value = event.type))",
    ),
}


def is_for(endpoint: WebhookEndpoint, event: OutgoingEvent) -> bool:
    """Tell whether an endpoint is told of an event."""
    if event.endpoint_id is not None:
        return event.endpoint_id == endpoint.pk
    if event.type == EventType.WEBHOOK_ENDPOINT_DISABLED and event.data.get("endpoint_id") == str(endpoint.pk):
        return False
    return wants(endpoint.event_types, event.type) and event.happened_at >= endpoint.listens_since


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
