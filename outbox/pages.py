"""What the pages of this room show: plain values."""

import json
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import TruncHour
from django.urls import reverse
from django.utils import timezone

from foundation.listing import Column, Query, stretch_of
from outbox import members, payloads, secrets, selectors, sending
from outbox.events import MEANINGS, SAMPLES, TYPES, VERSION, EventType
from outbox.models import WebhookDelivery, WebhookEndpoint
from outbox.stable import first_id_at
from tenants.models import Membership
from tenants.principal import Principal
from tenants.scopes import WEBHOOKS_WRITE
from vault import services as vault

DELIVERIES_SHOWN: Final = 100
#: ``?last=24h``: what was made in the last day alone.
LAST_DAY: Final = "24h"
_HOURS: Final = 24
#: Our words for a state, as the house's colours and icons know them.
_TONES: Final = {
    "healthy": ("healthy", "Healthy"),
    "failing": ("degraded", "Failing"),
    "disabled": ("inactive", "Switched off"),
    "unknown": ("unknown", "Nothing sent yet"),
}
_DELIVERY_TONES: Final = {"delivered": "published", "waiting": "queued", "failed": "failed"}


def endpoints_page(principal: Principal, *, now: datetime) -> dict[str, Any]:
    """Return what ``outbox/endpoints.html`` shows."""
    rows = list(selectors.endpoints_of(principal.tenant).order_by("-id"))
    counts = selectors.counts_of(rows, now=now)
    return {
        "endpoints": [{**_endpoint(row), **counts[row.pk]} for row in rows],
        "can_manage": WEBHOOKS_WRITE in principal.scopes,
    }


def endpoint_page(principal: Principal, endpoint: WebhookEndpoint, query: Query, *, now: datetime) -> dict[str, Any]:
    """Return what ``outbox/endpoint.html`` shows."""
    state = query.choice("state", WebhookDelivery.State.values)
    last = query.choice("last", {LAST_DAY})
    rows = WebhookDelivery.objects.filter(endpoint=endpoint)
    if last:
        rows = rows.filter(pk__gte=first_id_at(now - timedelta(days=1)))
    stretch = stretch_of(
        rows.filter(state=state) if state else rows,
        query.sort({"sent": Column()}, "sent"),
        query.cursor,
        size=DELIVERIES_SHOWN,
    )
    found = {row.pk: row for row in rows.filter(pk__in=stretch.ties).select_related("event")}
    tabs = [("", "All"), *WebhookDelivery.State.choices]
    waiting = any(row.state == WebhookDelivery.State.WAITING for row in found.values())
    return {
        "endpoint": {
            **_endpoint(endpoint),
            **selectors.counts_of([endpoint], now=now)[endpoint.pk],
            "hint": vault.hints(tenant_id=endpoint.tenant_id, connection_id=endpoint.pk).get(secrets.CURRENT, ""),
        },
        "chart": chart(endpoint, now=now),
        "deliveries": [_delivery(found[pk], now=now) for pk in stretch.ties if pk in found],
        "states": [
            {"label": label, "count": None, "url": query.url(state=name), "current": name == state}
            for name, label in tabs
        ],
        "last": last,
        "page": stretch.links(query),
        "can_manage": WEBHOOKS_WRITE in principal.scopes,
        "poll_seconds": 3 if waiting and not query.cursor else None,
        "since_default": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "kept": selectors.how_long_kept(),
    }


def form_page(
    endpoint: WebhookEndpoint | None, *, sent: dict[str, Any] | None = None, errors: Any = ()
) -> dict[str, Any]:
    """Return what ``outbox/endpoint_form.html`` shows: an endpoint to be made, or one to be changed."""
    chosen = sent or {
        "url": endpoint.url if endpoint else "",
        "description": endpoint.description if endpoint else "",
        "event_types": endpoint.event_types if endpoint else [],
    }
    return {
        "endpoint": _endpoint(endpoint) if endpoint else None,
        "form": chosen,
        "everything": not chosen["event_types"],
        "types": [
            {"name": kind.value, "meaning": MEANINGS[kind], "chosen": kind.value in chosen["event_types"]}
            for kind in TYPES
        ],
        "errors": errors,
        "loopback": settings.WEBHOOK_OUT_ALLOW_LOOPBACK,
    }


def delivery_page(principal: Principal, delivery: WebhookDelivery, *, now: datetime) -> dict[str, Any]:
    """Return what ``outbox/delivery.html`` shows."""
    attempts = [
        {**one, "at": datetime.fromisoformat(one["at"]), "number": number}
        for number, one in enumerate(delivery.attempts, start=1)
    ]
    return {
        "delivery": _delivery(delivery, now=now),
        "endpoint": _endpoint(delivery.endpoint),
        "attempts": list(reversed(attempts)),
        "headers": list(sending.headers_of(delivery, at=delivery.attempted_at or delivery.created_at).items()),
        "body": json.dumps(payloads.envelope_of(delivery.event), indent=2, ensure_ascii=False),
        "subject_url": _subject_url(delivery.event.data),
        "can_manage": WEBHOOKS_WRITE in principal.scopes,
        "poll_seconds": 2 if delivery.state == WebhookDelivery.State.WAITING else None,
    }


def catalogue_page() -> dict[str, Any]:
    """Return what ``outbox/catalogue.html`` shows."""
    return {
        "types": [
            {"name": kind.value, "meaning": MEANINGS[kind], "sample": json.dumps(sample_of(kind), indent=2)}
            for kind in EventType
        ]
    }


def sample_of(kind: EventType) -> dict[str, Any]:
    """Return an example of a whole message."""
    return {
        "id": "019f7c1e-3f00-7c4d-9b2e-8a7f6e5d4c3b",
        "type": kind.value,
        "version": VERSION,
        "sequence": 1042,
        "timestamp": "2026-11-22T09:00:01.250000+00:00",
        "data": SAMPLES[kind],
    }


def preferences_page(membership: Membership) -> dict[str, Any]:
    """Return what ``outbox/preferences.html`` shows."""
    chosen = members.choices_of(membership)
    return {
        "topics": [
            {"name": topic.name, "label": topic.label, "help": topic.help, "chosen": chosen[topic.name]}
            for topic in members.TOPICS
        ],
        "address": membership.user.email,
    }


def chart(endpoint: WebhookEndpoint, *, now: datetime) -> dict[str, Any]:
    """Return how the deliveries of the last day went, by the hour of their latest attempt."""
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=_HOURS - 1)
    rows = WebhookDelivery.objects.filter(endpoint=endpoint, pk__gte=first_id_at(first), attempted_at__gte=first)
    counted: Any = rows.order_by().annotate(hour=TruncHour("attempted_at")).values("hour")
    figures = {
        row["hour"]: (row["good"], row["bad"])
        for row in counted.annotate(
            good=Count("pk", filter=Q(state="delivered")), bad=Count("pk", filter=~Q(state="delivered"))
        )
    }
    moments = [first + timedelta(hours=number) for number in range(_HOURS)]
    hours = [(moment, *figures.get(moment, (0, 0))) for moment in moments]
    return {
        "hours": [
            {"label": f"{timezone.localtime(moment):%H:%M}", "good": good, "bad": bad} for moment, good, bad in hours
        ],
        "good": sum(good for _, good, _ in hours),
        "bad": sum(bad for _, _, bad in hours),
        "max": max(1, *(good + bad for _, good, bad in hours)),
    }


def _endpoint(row: WebhookEndpoint) -> dict[str, Any]:
    health = selectors.health_of(row)
    tone, label = _TONES[health]
    return {
        "id": row.pk,
        "url": row.url,
        "description": row.description,
        "types": row.event_types,
        "health": health,
        "state": tone,
        "state_label": label,
        "disabled": row.disabled,
        "disabled_at": row.disabled_at,
        "disabled_cause": row.disabled_cause,
        "failures": row.failures_in_row,
        "failing_since": row.failing_since,
        "probe_at": row.probe_at,
        "last_success_at": row.last_success_at,
        "last_failure_at": row.last_failure_at,
        "previous_secret_until": row.previous_secret_until,
        "created_at": row.created_at,
    }


def _delivery(row: WebhookDelivery, *, now: datetime) -> dict[str, Any]:
    latest = row.attempts[-1] if row.attempts else {}
    return {
        "id": row.pk,
        "event_id": row.event_id,
        "type": row.event.type,
        "happened_at": row.event.happened_at,
        "state": "retrying" if row.state == WebhookDelivery.State.WAITING and row.tries else _DELIVERY_TONES[row.state],
        "state_label": row.get_state_display(),
        "waiting": row.state == WebhookDelivery.State.WAITING,
        "status": row.last_status,
        "error": row.last_error,
        "took_ms": latest.get("took_ms"),
        "tries": row.tries,
        "attempted_at": row.attempted_at,
        # What is due and not under way waits for its endpoint: to be probed, to be switched on, or to have room.
        "due_at": row.due_at if row.due_at and row.due_at > now else None,
    }


def _subject_url(data: dict[str, Any]) -> str:
    """Return the page of what an event is about."""
    for name, page in (("job_id", "job"), ("connection_id", "connection")):
        if data.get(name):
            return reverse(page, args=[UUID(str(data[name]))])
    return ""
