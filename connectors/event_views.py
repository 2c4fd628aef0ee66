"""Pages of what platforms told by themselves: the list, one event, and processing it again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors import doorbell, event_pages, platform_events
from foundation.listing import Query
from tenants.doors import MemberRequest, members_only
from tenants.scopes import CONNECTIONS_READ, CONNECTIONS_WRITE


@require_safe
@members_only
def events_in(request: MemberRequest) -> HttpResponse:
    """Show what platforms told of the tenant's places and people."""
    request.principal.require(CONNECTIONS_READ)
    told = event_pages.events_page(request.principal, Query(request.GET, request.path), now=timezone.now())
    return render(request, "connectors/events_in.html", told)


@require_safe
@members_only
def event_in(request: MemberRequest, event_id: UUID) -> HttpResponse:
    """Show one event and how it stands."""
    request.principal.require(CONNECTIONS_READ)
    event = platform_events.event_of(request.principal.tenant, event_id)
    return render(request, "connectors/event_in.html", event_pages.event_page(request.principal, event))


@require_POST
@members_only
def replay_event(request: MemberRequest, event_id: UUID) -> HttpResponse:
    """Have an event processed again; one that waits already is left alone. Audited."""
    principal = request.principal
    principal.require(CONNECTIONS_WRITE)
    event = platform_events.event_of(principal.tenant, event_id)
    if platform_events.replay(principal=principal, event=event, now=timezone.now()):
        doorbell.ring_for_webhooks()
        messages.success(request, "It is processed again. Doing an event twice changes nothing.")
    else:
        messages.info(request, "It waits already to be processed.")
    return redirect("event_in", event.pk)
