"""What platforms told by themselves of a tenant's own places and grants, as plain values for pages."""

import json
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q

from connectors.models import Destination, WebhookEvent
from connectors.pages import platform_options
from connectors.platform_events import events_of
from connectors.registry import CONNECTORS
from connectors.types import EventKind
from foundation.listing import Column, Query, stretch_of
from foundation.text import storable
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE

PAGE_SIZE: Final = 25
#: ``?last=24h``: what was received in the last day alone.
LAST_DAY: Final = "24h"
#: So much of what a platform said is shown.
LONGEST_SHOWN: Final = 20_000

KIND_LABELS: Final[dict[str, str]] = {
    EventKind.POST_CREATED: "Post published",
    EventKind.POST_CHANGED: "Post changed",
    EventKind.POST_REMOVED: "Post removed",
    EventKind.COMMENT: "Comment",
    EventKind.REACTION: "Reaction",
    EventKind.MENTION: "Mention",
    EventKind.SHARE: "Share",
    EventKind.MESSAGE: "Message",
    EventKind.INSIGHTS: "Numbers",
    EventKind.MEMBER_JOINED: "Contact joined",
    EventKind.MEMBER_CHANGED: "Contact changed",
    EventKind.MEMBER_LEFT: "Contact left",
    EventKind.MEMBER_UNREACHABLE: "Contact out of reach",
    EventKind.DEAUTHORIZED: "App removed",
    EventKind.DATA_DELETION: "Wish to be forgotten",
    EventKind.UNKNOWN: "Something else",
}
#: How an event stands: its label, and the slug by which ``partials/state.html`` colours it.
STATES: Final[dict[str, tuple[str, str]]] = {
    WebhookEvent.State.RECEIVED: ("Waiting", "queued"),
    WebhookEvent.State.PROCESSED: ("Processed", "published"),
    WebhookEvent.State.FAILED: ("Dead letter", "dlq"),
}
_COLUMNS: Final = {"id": Column()}


def events_page(principal: Principal, query: Query, *, now: datetime) -> dict[str, Any]:
    """Return what ``connectors/events_in.html`` shows."""
    tenant = principal.tenant
    words, state = query.words(), query.choice("state", STATES)
    platform = query.choice("platform", CONNECTORS)
    everything = events_of(tenant)
    last = query.choice("last", {LAST_DAY})
    narrowed = everything.filter(platform_id=platform) if platform else everything
    if last:
        narrowed = narrowed.filter(received_at__gte=now - timedelta(days=1))
    if words:
        narrowed = narrowed.filter(Q(post_id=words) | Q(external_id=words) | Q(key=words) | Q(kind=words))
    counts = dict(narrowed.order_by().values_list("state").annotate(count=Count("pk")))
    chosen = narrowed.filter(state=state) if state else narrowed
    stretch = stretch_of(chosen, query.sort(_COLUMNS, "id"), query.cursor, size=PAGE_SIZE)
    found = WebhookEvent.objects.select_related("platform").defer("raw").in_bulk(stretch.ties)
    rows = [found[pk] for pk in stretch.ties if pk in found]
    names = _names(tenant, rows)
    total = sum(counts.values())
    return {
        "events": [_row(event, names) for event in rows],
        "total": total or int(everything.exists()),
        "filters": {"query": words, "platform": platform, "state": state, "destination": ""},
        "kept": {"last": last} if last else {},
        "last": last,
        "platforms": platform_options(),
        "states": _tabs(query, counts, state),
        "silent": [one.name for one in CONNECTORS.values() if "webhooks" not in one.capabilities],
        "page": stretch.links(query, total=counts.get(state, 0) if state else total),
    }


def event_page(principal: Principal, event: WebhookEvent) -> dict[str, Any]:
    """Return what ``connectors/event_in.html`` shows. What the platform said is for those who manage the accounts."""
    may_manage = CONNECTIONS_WRITE in principal.scopes
    said = json.dumps(event.raw, indent=2, ensure_ascii=False, sort_keys=True) if may_manage else ""
    return {
        "event": {
            **_row(event, _names(principal.tenant, [event])),
            "key": event.key,
            "happened_at": event.happened_at,
            "processed_at": event.processed_at,
            "due_at": event.due_at,
            "said": storable(said[:LONGEST_SHOWN]),
            "cut": len(said) > LONGEST_SHOWN,
            "at_rest": event.due_at is None,
        },
        "can_manage": may_manage,
    }


def _row(event: WebhookEvent, names: dict[tuple[str, str], str]) -> dict[str, Any]:
    label, colour = STATES[event.state]
    return {
        "id": event.pk,
        "platform": event.platform_id,
        "platform_name": event.platform.name,
        "kind": KIND_LABELS.get(event.kind, event.kind),
        "place": names.get((event.platform_id, event.external_id), ""),
        "post_id": event.post_id,
        "received_at": event.received_at,
        "state": colour,
        "state_label": label,
        "tries": event.tries,
        "error": event.error,
    }


def _names(tenant: Tenant, events: list[WebhookEvent]) -> dict[tuple[str, str], str]:
    ids = {event.external_id for event in events} - {""}
    places = Destination.objects.filter(tenant=tenant, external_id__in=ids)
    return {
        (platform, external_id): name
        for platform, external_id, name in places.values_list("platform", "external_id", "name")
    }


def _tabs(query: Query, counts: dict[str, int], current: str) -> list[dict[str, Any]]:
    tabs = [{"label": "All", "count": sum(counts.values()), "url": query.url(state=""), "current": not current}]
    for state, (label, _) in STATES.items():
        tab = {
            "label": label,
            "count": counts.get(state, 0),
            "url": query.url(state=state),
            "current": state == current,
        }
        tabs.append(tab)
    return tabs
