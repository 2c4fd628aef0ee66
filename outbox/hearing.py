"""Who listens: which tenants have an endpoint that wants to be told of a kind of news."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from outbox.models import WebhookEndpoint


def wants(event_types: Collection[str], kind: str) -> bool:
    """Tell whether an endpoint that asked for these types is told of this kind."""
    return not event_types or kind in event_types


def hearers(kind: str, tenants: Iterable[UUID] | None = None) -> dict[UUID, datetime]:
    """Return the tenants that have an endpoint for this kind, with the moment since when; one that is switched off counts.

    So news that come while an endpoint is off are kept: they can be listed, and replayed to it.
    """
    rows = WebhookEndpoint.objects.filter(deleted_at=None)
    if tenants is not None:
        rows = rows.filter(tenant_id__in=set(tenants))
    found: dict[UUID, datetime] = {}
    for tenant_id, event_types, since in rows.values_list("tenant_id", "event_types", "listens_since").order_by():
        if wants(event_types, kind):
            found[tenant_id] = min(since, found.get(tenant_id, since))
    return found
