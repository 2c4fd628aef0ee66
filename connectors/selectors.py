"""Reads of the embassy. The tenant comes first in everything a tenant can reach."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from connectors import switches
from connectors.budgets import Budgets, Left
from connectors.manager import connector_class, get_connector
from connectors.models import Connection, Destination, Platform
from foundation.errors import NotFound
from foundation.kept import Kept
from tenants.models import Tenant


def platforms() -> QuerySet[Platform]:
    """Return every platform."""
    return Platform.objects.order_by("slug")


def platform_of(slug: str) -> Platform:
    """Return one platform; raises ``NotFound`` for a word that names none."""
    connector_class(slug)
    found = Platform.objects.filter(slug=slug).first()
    if found is None:  # in the registry, and its row is made by the next migration
        raise NotFound("The platform is not set up yet.", remedy="Ask the operator to run the migrations.")
    return found


def connections_of(tenant: Tenant) -> QuerySet[Connection]:
    """Return a tenant's connections, newest first, each with ``chosen_count``, its places open for publishing."""
    chosen = Count("destinations", filter=Q(destinations__enabled=True, destinations__gone_at=None))
    return (
        Connection.objects.filter(tenant=tenant)
        .select_related("platform")
        .annotate(chosen_count=chosen)
        .order_by("-id")
    )


def connection_of(tenant: Tenant, connection_id: UUID) -> Connection:
    """Return one connection of a tenant; raises ``NotFound``, also for another tenant's."""
    found = connections_of(tenant).select_related("tenant", "platform").filter(pk=connection_id).first()
    if found is None:
        raise NotFound("There is no such connection.", remedy="List your connections to find its id.")
    return found


def destinations_of(tenant: Tenant) -> QuerySet[Destination]:
    """Return every place that a tenant's connections open, whether chosen or not."""
    return Destination.objects.filter(tenant=tenant).select_related("connection", "platform").order_by("name", "id")


def destinations_named(tenant: Tenant, ids: Sequence[UUID]) -> dict[UUID, Destination]:
    """Return those of a tenant's places that are named, with their connections and platforms, by id: each post asks for its own."""
    kept = connection.vendor == "postgresql"
    found = _NAMED.fetch((tenant.pk, list(ids))) if kept else destinations_of(tenant).filter(pk__in=ids).order_by()
    return {place.pk: place for place in found}


_NAMED: Final = Kept(
    Destination, beside=("connection", "platform"), where="t.tenant_id = %s AND t.id = ANY(%s::uuid[])"
)


def destination_of(tenant: Tenant, destination_id: UUID) -> Destination:
    """Return one place of a tenant with its connection; raises ``NotFound``, also for another tenant's."""
    found = destinations_of(tenant).filter(pk=destination_id).first()
    if found is None:
        raise NotFound("There is no such destination.", remedy="List your destinations to find its id.")
    return found


def publishable_destinations(tenant: Tenant) -> QuerySet[Destination]:
    """Return the places a tenant has chosen and that can be published to now."""
    return destinations_of(tenant).filter(
        switches.rows_on(), enabled=True, gone_at=None, obstacle="", connection__disconnected_at=None
    )


def budgets_of(tenant: Tenant, platform: str) -> list[Left]:
    """Return what is left of a platform's budgets: the app's, and those of the tenant's own chosen places.

    Raises ``NotFound`` for an unknown platform and ``ConfigurationError`` when it is not set up.
    """
    places = Destination.objects.filter(tenant=tenant, platform_id=platform, enabled=True).order_by("name", "id")
    keys = get_connector(platform).budget_keys(list(places.values_list("external_id", flat=True)))
    return Budgets(platform).left(keys)
