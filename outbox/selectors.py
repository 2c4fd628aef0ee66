"""Reads of the post room, the tenant first."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from foundation.errors import NotFound
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from outbox.stable import first_id_at
from tenants.models import Tenant


def how_long_kept() -> str:
    """Return in words how long news can be listed and replayed."""
    days = settings.WEBHOOK_OUT_RETENTION.days
    return f"for {days} days" if days else "for good"


def endpoints_of(tenant: Tenant) -> QuerySet[WebhookEndpoint]:
    """Return a tenant's endpoints."""
    return WebhookEndpoint.objects.filter(tenant=tenant, deleted_at=None)


def endpoint_of(tenant: Tenant, endpoint_id: UUID) -> WebhookEndpoint:
    """Return one endpoint; raises ``NotFound``."""
    found = endpoints_of(tenant).select_related("tenant").filter(pk=endpoint_id).first()
    if found is None:
        raise NotFound("There is no such webhook endpoint.", remedy="List your endpoints: GET /api/webhook-endpoints/.")
    return found


def deliveries_of(tenant: Tenant) -> QuerySet[WebhookDelivery]:
    """Return a tenant's deliveries to endpoints that are still there, with their event and endpoint."""
    rows = WebhookDelivery.objects.filter(tenant=tenant, endpoint__deleted_at=None)
    return rows.select_related("event", "endpoint")


def delivery_of(tenant: Tenant, delivery_id: UUID) -> WebhookDelivery:
    """Return one delivery; raises ``NotFound``."""
    found = deliveries_of(tenant).filter(pk=delivery_id).first()
    if found is None:
        raise NotFound("There is no such delivery.", remedy="List them: GET /api/webhook-deliveries/.")
    return found


def events_of(tenant: Tenant) -> QuerySet[OutgoingEvent]:
    """Return a tenant's news that have their number."""
    return OutgoingEvent.objects.filter(tenant=tenant, sequence__isnull=False)


def event_of(tenant: Tenant, event_id: UUID) -> OutgoingEvent:
    """Return one piece of news; raises ``NotFound``."""
    found = events_of(tenant).filter(pk=event_id).first()
    if found is None:
        raise NotFound("There is no such event.", remedy="List them: GET /api/events/. They are kept for a while only.")
    return found


def health_of(endpoint: WebhookEndpoint) -> str:
    """Return how an endpoint is doing: disabled, failing, healthy, or unknown while it has taken nothing yet."""
    if endpoint.disabled:
        return "disabled"
    if endpoint.failures_in_row:
        return "failing"
    return "healthy" if endpoint.last_success_at else "unknown"


def counts_of(endpoints: list[WebhookEndpoint], *, now: datetime) -> dict[UUID, dict[str, int]]:
    """Return how the deliveries of endpoints stand: waiting in all, delivered and failed of the last day."""
    day = now - timedelta(days=1)
    waiting = WebhookDelivery.objects.filter(endpoint__in=endpoints, due_at__isnull=False)
    recent = WebhookDelivery.objects.filter(endpoint__in=endpoints, pk__gte=first_id_at(day))
    found: dict[UUID, dict[str, int]] = {one.pk: {"waiting": 0, "delivered": 0, "failed": 0} for one in endpoints}
    for row in waiting.order_by().values("endpoint").annotate(count=Count("pk")):
        found[row["endpoint"]]["waiting"] = row["count"]
    figures: Any = recent.order_by().values("endpoint")
    for row in figures.annotate(
        delivered=Count("pk", filter=Q(state="delivered")), failed=Count("pk", filter=Q(state="failed"))
    ):
        found[row["endpoint"]] |= {"delivered": row["delivered"], "failed": row["failed"]}
    return found
