"""What platforms told by themselves, as far as a tenant may see it, and having it processed again.

An event belongs to no tenant: a place may be open to several. So each sees those of the places it has chosen, from the moment it
knew them, and of its own people; an event that names a person is shown to that person's tenants alone.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from connectors import webhook_processing
from connectors.models import Connection, Destination, WebhookEvent
from foundation.errors import NotFound
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE
from tenants.services import record


def events_of(tenant: Tenant) -> QuerySet[WebhookEvent]:
    """Return the events that a tenant may see."""
    here = {"platform": OuterRef("platform"), "external_id": OuterRef("external_id")}
    places = Destination.objects.filter(tenant=tenant, enabled=True, gone_at=None, connection__disconnected_at=None)
    known = places.filter(**here, created_at__lte=OuterRef("received_at"))
    people = Connection.objects.filter(tenant=tenant)
    theirs = people.filter(platform=OuterRef("platform"), external_user_id=OuterRef("external_user_id"))
    of_place = Q(external_user_id="", external_id__in=places.values("external_id")) & Q(Exists(known))
    of_person = ~Q(external_user_id="") & Q(external_user_id__in=people.values("external_user_id")) & Q(Exists(theirs))
    return WebhookEvent.objects.filter(of_place | of_person)


def event_of(tenant: Tenant, event_id: UUID) -> WebhookEvent:
    """Return one event that a tenant may see; raises ``NotFound``."""
    found = events_of(tenant).select_related("platform").filter(pk=event_id).first()
    if found is None:
        raise NotFound("There is no such event.", remedy="List the events to find it.")
    return found


@transaction.atomic
def replay(*, principal: Principal, event: WebhookEvent, now: datetime) -> bool:
    """Have an event at rest processed again; return whether it was at rest. Audited. Raises ``Forbidden``."""
    principal.require(CONNECTIONS_WRITE)
    replayed = webhook_processing.replay(WebhookEvent.objects.filter(pk=event.pk), now=now)
    if replayed:
        record(tenant=principal.tenant, actor=principal.actor, action="webhook_event.replayed", subject=event)
    return bool(replayed)
