"""Webhooks both ways: what platforms tell the hub, and whether what the hub tells client apps arrives."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import (
    Avg,
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    Min,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncHour
from django.urls import reverse

from connectors import event_pages, platform_events
from connectors.models import WebhookEvent
from connectors.registry import CONNECTORS
from connectors.types import Capability
from foundation.listing import LONG_AGO, Column, read_count, read_text, stretch_of
from monitoring import refusals
from monitoring.analytics.vocabulary import Unit
from monitoring.pages.analytics.words import written
from monitoring.pages.dashboard import Dashboard
from monitoring.pages.hours import Hours, first_hour, hours_of
from monitoring.pages.rows import kept_of, link_to
from outbox import selectors as outbox
from outbox.models import WebhookDelivery, WebhookEndpoint
from outbox.stable import first_id_at
from tenants.principal import Principal
from tenants.scopes import WEBHOOKS_READ

PAGE_SIZE: Final = 25
DAY: Final = timedelta(days=1)
#: How an endpoint is doing, worst first: what people read, and the state whose colour and sign it takes.
STATES: Final = {
    "failing": ("Failing", "degraded"),
    "given_up": ("Given up", "unhealthy"),
    "unknown": ("Nothing sent yet", "unknown"),
    "healthy": ("Healthy", "healthy"),
    "by_hand": ("Switched off", "inactive"),
}
#: The place of an endpoint's state in ``STATES``.
_STATE: Final = Case(
    When(disabled=WebhookEndpoint.Disabled.BY_HAND, then=Value(4)),
    When(~Q(disabled=""), then=Value(1)),
    When(failures_in_row__gt=0, then=Value(0)),
    When(last_success_at=None, then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)
_COLUMNS: Final = {
    "state": Column(_STATE, read_count, descending=False),
    "address": Column(F("url"), read_text, descending=False),
    "success": Column(Coalesce("last_success_at", Value(LONG_AGO))),
}


def webhooks_page(principal: Principal, board: Dashboard) -> dict[str, Any]:
    """Return what ``monitoring/webhooks.html`` shows."""
    may_see_out = WEBHOOKS_READ in principal.scopes
    return {
        **board.context(),
        **_incoming(principal, board),
        "out": _outgoing(principal, board) if may_see_out else None,
        "kept": kept_of(board),
    }


# --- in -----------------------------------------------------------------------------------------------------------------


def _incoming(principal: Principal, board: Dashboard) -> dict[str, Any]:
    """Return what platforms told; of all tenants, or of the places and people of one."""
    everything = WebhookEvent.objects.all() if board.scope.is_wide else platform_events.events_of(principal.tenant)
    telling = [slug for slug, one in CONNECTORS.items() if Capability.WEBHOOKS in one.capabilities]
    lag = ExpressionWrapper(F("processed_at") - F("received_at"), output_field=DurationField())
    recent: Any = everything.filter(received_at__gte=board.now - DAY).order_by().values("platform")
    counted = recent.annotate(
        received=Count("pk"),
        processed=Count("pk", filter=Q(state=WebhookEvent.State.PROCESSED)),
        failed=Count("pk", filter=Q(state=WebhookEvent.State.FAILED)),
        lag=Avg(lag),
        latest=Max("received_at"),
    )
    waiting: Any = everything.filter(due_at__isnull=False).order_by().values("platform")
    figures = {row["platform"]: row for row in counted}
    waits = {row["platform"]: row for row in waiting.annotate(count=Count("pk"), since=Min("received_at"))}
    # Who is turned away belongs to no tenant.
    refused = refusals.of_the_day(telling, now=board.now) if board.scope.is_wide else None
    return {
        "platforms_in": [
            _platform_in(board, slug, figures.get(slug, {}), waits.get(slug, {}), refused)
            for slug in CONNECTORS
            if slug in telling
        ],
        "silent": [one.name for slug, one in CONNECTORS.items() if slug not in telling],
        "refused_known": refused is not None,
        "hours_in": _hours_in(everything, now=board.now),
    }


def _platform_in(
    board: Dashboard, slug: str, figures: dict[str, Any], waits: dict[str, Any], refused: dict[str, int] | None
) -> dict[str, Any]:
    lag = figures.get("lag")
    return {
        "slug": slug,
        "name": CONNECTORS[slug].name,
        "received": figures.get("received", 0),
        "received_url": _events(board, slug, last=True),
        "processed": figures.get("processed", 0),
        "processed_url": _events(board, slug, state=WebhookEvent.State.PROCESSED, last=True),
        "failed": figures.get("failed", 0),
        "failed_url": _events(board, slug, state=WebhookEvent.State.FAILED, last=True),
        "waiting": waits.get("count", 0),
        "waiting_url": _events(board, slug, state=WebhookEvent.State.RECEIVED),
        "waiting_since": waits.get("since"),
        "refused": None if refused is None else refused[slug],
        "lag": "" if lag is None else written(lag.total_seconds() * 1000, Unit.MILLISECONDS),
        "latest": figures.get("latest"),
    }


def _events(board: Dashboard, platform: str, *, state: str = "", last: bool = False) -> str:
    """Return the list of these events: the tenant's own page, or the admin's for all."""
    if board.scope.is_wide:
        said = {"platform__slug__exact": platform, "state__exact": state}
        said["received_at__gte"] = f"{board.now - DAY:%Y-%m-%d %H:%M:%S%z}" if last else ""
        page = reverse("admin:connectors_webhookevent_changelist")
    else:
        said = {"platform": platform, "state": state, "last": event_pages.LAST_DAY if last else ""}
        page = reverse("events_in")
    return f"{page}?{urlencode({name: value for name, value in said.items() if value})}"


def _hours_in(everything: QuerySet[WebhookEvent], *, now: datetime) -> Hours:
    rows: Any = everything.filter(received_at__gte=first_hour(now)).order_by()
    told = rows.values_list(TruncHour("received_at")).annotate(
        good=Count("pk", filter=~Q(state=WebhookEvent.State.FAILED)),
        bad=Count("pk", filter=Q(state=WebhookEvent.State.FAILED)),
    )
    return hours_of({hour: (good, bad) for hour, good, bad in told}, now=now)


# --- out ----------------------------------------------------------------------------------------------------------------


def _outgoing(principal: Principal, board: Dashboard) -> dict[str, Any]:
    query = board.query
    words, state = query.words(), query.choice("state", STATES)
    sort = query.sort(_COLUMNS, "state")
    rows = board.scope.of(WebhookEndpoint.objects.filter(deleted_at=None)).annotate(standing=_STATE)
    counts: dict[int, int] = dict(rows.order_by().values_list("standing").annotate(count=Count("pk")))
    if words:
        rows = rows.filter(Q(url__icontains=words) | Q(description__icontains=words))
    places = {name: place for place, name in enumerate(STATES)}
    chosen = rows.filter(standing=places[state]) if state else rows
    stretch = stretch_of(chosen, sort, query.cursor, size=PAGE_SIZE)
    total = sum(counts.values())
    tabs = [("", "All", total), *((name, STATES[name][0], counts.get(places[name], 0)) for name in STATES)]
    return {
        "total": total,
        "tiles": [
            {
                "label": STATES[name][0],
                "count": counts.get(places[name], 0),
                "tone": tone if counts.get(places[name]) else "",
                "url": _here(board, state=name),
            }
            for name, tone in (("failing", "warn"), ("given_up", "bad"), ("healthy", ""), ("by_hand", ""))
        ],
        "hours": _hours_out(board),
        "endpoints": _endpoints(principal, board, stretch.ties),
        "filters": {"query": words, "platform": "", "state": state, "destination": ""},
        "clear_url": _here(board, state=state),
        "states": [
            {
                "label": label,
                "count": None if words else count,
                "url": query.url(state=name),
                "current": name == state,
            }
            for name, label, count in tabs
        ],
        "sorts": query.sorts(_COLUMNS, sort),
        "page": stretch.links(query),
    }


def _hours_out(board: Dashboard) -> Hours:
    """Return how the deliveries of the last day went, by the hour of their latest attempt."""
    first = first_hour(board.now)
    rows: Any = board.scope.of(
        WebhookDelivery.objects.filter(pk__gte=first_id_at(first), attempted_at__gte=first, endpoint__deleted_at=None)
    ).order_by()
    told = rows.values_list(TruncHour("attempted_at")).annotate(
        good=Count("pk", filter=Q(state=WebhookDelivery.State.DELIVERED)),
        bad=Count("pk", filter=~Q(state=WebhookDelivery.State.DELIVERED)),
    )
    return hours_of({hour: (good, bad) for hour, good, bad in told}, now=board.now)


def _endpoints(principal: Principal, board: Dashboard, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    found = WebhookEndpoint.objects.select_related("tenant").annotate(standing=_STATE).in_bulk(ids)
    counts = outbox.counts_of(list(found.values()), now=board.now)
    waiting: Any = WebhookDelivery.objects.filter(endpoint__in=ids, due_at__isnull=False).order_by().values("endpoint")
    oldest = {row["endpoint"]: row["since"] for row in waiting.annotate(since=Min("created_at"))}
    return [_endpoint(principal, board, found[pk], counts[pk], oldest.get(pk)) for pk in ids if pk in found]


def _endpoint(
    principal: Principal, board: Dashboard, row: Any, counts: dict[str, int], oldest: datetime | None
) -> dict[str, Any]:
    label, look = STATES[list(STATES)[row.standing]]
    url = link_to(principal, "webhook_endpoint", row, tenant_id=row.tenant_id)
    mine = row.tenant_id == principal.tenant.pk
    finished = counts["delivered"] + counts["failed"]
    return {
        "id": row.pk,
        "address": row.url,
        "description": row.description,
        "tenant": row.tenant.name if board.scope.is_wide else "",
        "url": url,
        "state": look,
        "state_label": label,
        "cause": row.disabled_cause,
        "off_since": row.disabled_at,
        "failing_since": row.failing_since if row.failures_in_row and not row.disabled else None,
        "failures": row.failures_in_row,
        "probe_at": row.probe_at if not row.disabled else None,
        **counts,
        "success": 100 * counts["delivered"] / finished if finished else None,
        "oldest_waiting": oldest,
        "last_success_at": row.last_success_at,
        "numbers": {
            "delivered": _deliveries(board, row, WebhookDelivery.State.DELIVERED, mine=mine, last=True),
            "failed": _deliveries(board, row, WebhookDelivery.State.FAILED, mine=mine, last=True),
            "waiting": _deliveries(board, row, WebhookDelivery.State.WAITING, mine=mine, last=False),
        },
    }


def _deliveries(board: Dashboard, row: WebhookEndpoint, state: str, *, mine: bool, last: bool) -> str:
    """Return the list of these deliveries: on the endpoint's own page, or in the admin for other tenants'."""
    if mine:
        said = {"state": state, **({"last": event_pages.LAST_DAY} if last else {})}
        return f"{reverse('webhook_endpoint', args=[row.pk])}?{urlencode(said)}#deliveries"
    said = {"endpoint__id__exact": str(row.pk), "state__exact": state}
    if last:
        said["id__gte"] = str(first_id_at(board.now - DAY))
    return f"{reverse('admin:outbox_webhookdelivery_changelist')}?{urlencode(said)}"


def _here(board: Dashboard, **said: str) -> str:
    """Return the address of this page's table, narrowed to this alone."""
    return board.query.url(**{"state": "", "query": "", "sort": "", **said}) + "#rows"
