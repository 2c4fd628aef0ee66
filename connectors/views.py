"""Pages of the embassy: connections, choosing a platform, picking destinations, disconnecting."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connectors import connecting_by_key, doorbell, pages, refreshing, renewing, selectors, services
from connectors.connecting import ConnectRefused
from connectors.errors import ConfigurationError, ConnectorError
from connectors.models import Connection
from foundation.errors import Conflict, Invalid, NotFound
from foundation.listing import Query, read_uuids
from foundation.secret import Secret
from tenants.doors import MemberRequest, members_only, safe_path
from tenants.scopes import CONNECTIONS_READ, CONNECTIONS_WRITE, POSTS_WRITE

log = structlog.get_logger(__name__)

#: A list of places this young is not fetched again: the visitor has just come back from the platform.
FRESH: Final = timedelta(seconds=30)


@require_safe
@members_only
def connections(request: MemberRequest) -> HttpResponse:
    """Show every grant of the tenant."""
    request.principal.require(CONNECTIONS_READ)
    query = Query(request.GET, request.path)
    told = pages.connections_page(request.principal, query, now=timezone.now())
    return render(request, "connectors/connections.html", told)


@require_safe
@members_only
def connect(request: MemberRequest) -> HttpResponse:
    """Offer the platforms to connect."""
    request.principal.require(CONNECTIONS_WRITE)
    return render(request, "connectors/connect.html", pages.connect_page(request.principal.tenant))


@require_POST
@members_only
@sensitive_post_parameters("api_key")
def connect_by_key(request: MemberRequest, platform: str) -> HttpResponse:
    """Connect an account by the key somebody typed; it is never shown again, not even to who typed it."""
    request.principal.require(CONNECTIONS_WRITE)
    try:
        connection, _ = connecting_by_key.connect_by_key(
            principal=request.principal,
            platform=platform,
            key=Secret(request.POST.get("api_key", "")),
            now=timezone.now(),
        )
    except ConnectRefused as refusal:
        told = pages.connect_page(
            request.principal.tenant, refused=platform, error=f"{refusal.detail} {refusal.remedy}".strip()
        )
        return render(request, "connectors/connect.html", told, status=refusal.status)
    doorbell.ring_for_subscriptions()
    return redirect("pick_destinations", connection.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def pick_destinations(request: MemberRequest, connection_id: UUID) -> HttpResponse:
    """Ask where the hub may publish, and store the answer."""
    principal = request.principal
    principal.require(CONNECTIONS_WRITE)
    connection = selectors.connection_of(principal.tenant, connection_id)
    if request.method != "POST":
        return render(
            request,
            "connectors/pick_destinations.html",
            pages.pick_page(connection, problem=_fetch_again(connection)),
        )
    first = not selectors.destinations_of(principal.tenant).filter(enabled=True).exists()
    chosen = read_uuids(request.POST.getlist("destination"))
    if chosen is None:
        raise NotFound("One of the chosen destinations does not exist.", remedy="Load the list again.")
    try:
        count = services.choose_destinations(principal=principal, connection=connection, chosen=chosen)
    except Invalid as refusal:
        error = " ".join([refusal.detail, *(finding.message for finding in refusal.findings[:5])])
        page = pages.pick_page(connection, error=error)
        return render(request, "connectors/pick_destinations.html", page, status=refusal.status)
    doorbell.ring_for_subscriptions()
    places = "1 destination" if count == 1 else f"{count:,} destinations"
    messages.success(request, f"Saved: posts may go to {places} of {connection.display_name}.")
    if wanted := safe_path(request, request.POST.get("next", "")):
        return HttpResponseRedirect(wanted)
    if first and count and POSTS_WRITE in principal.scopes:
        return redirect("compose")
    return redirect("connection", connection.pk)


@require_POST
@members_only
def refresh(request: MemberRequest, connection_id: UUID) -> HttpResponse:
    """Renew a connection's tokens now, and say what came of it."""
    connection = selectors.connection_of(request.principal.tenant, connection_id)
    now = timezone.now()
    try:
        told = renewing.in_words(
            renewing.renew_now(principal=request.principal, connection=connection, now=now), now=now
        )
    except Conflict as refusal:
        messages.warning(request, f"{refusal.detail} {refusal.remedy}")
    else:
        say = messages.success if told["state"] == "healthy" else messages.warning
        say(request, f"{connection.display_name}: {told['label'].lower()}. {told['note']}".strip())
    return redirect(safe_path(request, request.POST.get("next", "")) or reverse("connection", args=[connection.pk]))


@require_POST
@members_only
def disconnect(request: MemberRequest, connection_id: UUID) -> HttpResponse:
    """End a connection and erase its tokens."""
    connection = selectors.connection_of(request.principal.tenant, connection_id)
    request.principal.require(CONNECTIONS_WRITE)
    refreshing.make_ready(connection, now=timezone.now())
    if services.disconnect(principal=request.principal, connection=connection, now=timezone.now()):
        messages.success(request, f"{connection.display_name} is disconnected and its tokens are destroyed.")
    else:
        told = "Its platform is out of reach and still tells us of it; it is asked again to stop, and then the tokens are destroyed,"
        messages.warning(request, f"{connection.display_name} is disconnected. {told} within three days at the latest.")
    return redirect("connections")


def _fetch_again(connection: Connection) -> str:
    """Ask the platform which places there are, unless that was just done; return why it could not be asked, if so."""
    if connection.status == Connection.Status.INACTIVE:
        return "This account is disconnected. Connect it again to publish with it."
    places = list(connection.destinations.all())
    if timezone.now() - pages.fetched_at(places, connection) < FRESH:
        return ""
    refreshing.make_ready(connection, now=timezone.now())
    try:
        services.refresh_destinations(connection=connection, now=timezone.now())
    except ConnectorError as error:
        log.warning("destinations.not_fetched", connection_id=str(connection.pk), kind=error.kind)
        return f"The list may be out of date: {error.cause} {error.remedy}".strip()
    except ConfigurationError as error:
        return f"The list may be out of date: {error.detail} {error.remedy}"
    return ""
