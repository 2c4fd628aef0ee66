"""Who listens: which tenants have an endpoint that wants to be told of a kind of news."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from foundation import prepared
from outbox.models import WebhookEndpoint


def wants(event_types: Collection[str], kind: str) -> bool:
    """Tell whether an endpoint that asked for these types is told of this kind."""
    return not event_types or kind in event_types


def hearers(kind: str, tenants: Iterable[UUID] | None = None) -> dict[UUID, datetime]:
    """Return the tenants that have an endpoint for this kind, with the moment since when; one that is switched off counts.

    So news that come while an endpoint is off are kept: they can be listed, and replayed to it.
    """
    found: dict[UUID, datetime] = {}
    for tenant_id, event_types, since in _endpoints(None if tenants is None else set(tenants)):
        if wants(event_types, kind):
            found[tenant_id] = min(since, found.get(tenant_id, since))
    return found


def _endpoints(tenants: set[UUID] | None) -> Iterable[tuple[UUID, Collection[str], datetime]]:
    if tenants is not None and connection.vendor == "postgresql":
        # Asked by every worker several times a second while posts go out; the ORM took a tenth of such a worker's time.
        rows = prepared.fetch_all(_ENDPOINTS_SQL, [list(tenants)])
        return [(tenant_id, prepared.plain(event_types), since) for tenant_id, event_types, since in rows]
    endpoints = WebhookEndpoint.objects.filter(deleted_at=None)
    if tenants is not None:
        endpoints = endpoints.filter(tenant_id__in=tenants)
    return endpoints.values_list("tenant_id", "event_types", "listens_since").order_by()


_ENDPOINTS_SQL: Final = """
SELECT tenant_id, event_types, listens_since FROM webhook_endpoints
WHERE deleted_at IS NULL AND tenant_id = ANY(%s::uuid[])
"""
