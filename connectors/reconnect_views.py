"""Pages about connecting anew: a new key, a link by mail, where guests return to, and what happens after a reconnect."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from connectors import connecting_by_key, doorbell, pages, reconnecting, return_addresses, selectors
from connectors.connecting import OtherAccount
from connectors.manager import connector_class
from connectors.models import Connection, ReturnOrigin
from connectors.types import Capability
from foundation.errors import NotFound, Refusal
from foundation.listing import read_uuid
from foundation.secret import Secret
from tenants.doors import MemberRequest, members_only
from tenants.scopes import CONNECTIONS_READ, CONNECTIONS_WRITE


@sensitive_post_parameters("api_key")
@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def reconnect(request: MemberRequest, connection_id: UUID) -> HttpResponse:
    """Show the ways to reconnect one account; take its new key, where it has keys."""
    request.principal.require(CONNECTIONS_READ)
    connection = selectors.connection_of(request.principal.tenant, connection_id)
    if request.method != "POST":
        return _page(request, connection)
    request.principal.require(CONNECTIONS_WRITE)
    try:
        connecting_by_key.connect_by_key(
            principal=request.principal,
            platform=connection.platform_id,
            key=Secret(request.POST.get("api_key", "")),
            now=timezone.now(),
            connection=connection,
        )
    except OtherAccount as refusal:
        error = (
            f"{refusal.detail} {refusal.remedy} To have {refusal.granted} beside it, use the page Connect an account."
        )
        return _page(request, connection, error=error, status=refusal.status)
    except Refusal as refusal:
        return _page(request, connection, error=f"{refusal.detail} {refusal.remedy}".strip(), status=refusal.status)
    doorbell.ring_for_subscriptions()
    messages.success(request, f"{connection.display_name} is connected again, with all its destinations.")
    kept = connection.destinations.filter(enabled=True, gone_at=None).exists()
    return redirect("connection" if kept else "pick_destinations", connection.pk)


@require_POST
@members_only
def mail_link(request: MemberRequest, connection_id: UUID) -> HttpResponse:
    """Mail a reconnect link: to whom an owner says, or to the owners when somebody else asks."""
    connection = selectors.connection_of(request.principal.tenant, connection_id)
    typed, now = request.POST.get("email", "")[:320], timezone.now()
    try:
        if CONNECTIONS_WRITE in request.principal.scopes:
            reconnecting.mail_link(principal=request.principal, connection=connection, address=typed, now=now)
            told = [typed.strip()]
        else:
            told = reconnecting.ask_owners(principal=request.principal, connection=connection, now=now)
    except Refusal as refusal:
        error = f"{refusal.detail} {refusal.remedy}".strip()
        return _page(request, connection, mail_error=error, email=typed, status=refusal.status)
    messages.success(request, f"A link to reconnect {connection.display_name} is on its way to {', '.join(told)}.")
    return redirect("connection", connection.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def connect_settings(request: MemberRequest) -> HttpResponse:
    """Show where guests of connect links may return to and what happens after a reconnect; list an address."""
    request.principal.require(CONNECTIONS_WRITE)
    if request.method != "POST":
        return _settings_page(request)
    typed = request.POST.get("origin", "")[:400]
    try:
        row, new = return_addresses.add_origin(principal=request.principal, origin=typed)
    except Refusal as refusal:
        error = f"{refusal.detail} {refusal.remedy}".strip()
        return _settings_page(request, error=error, typed=typed, status=refusal.status)
    said = f"Guests may return to {row.origin} now." if new else f"{row.origin} was listed already."
    messages.success(request, said)
    return redirect("connect_settings")


@require_POST
@members_only
def remove_origin(request: MemberRequest) -> HttpResponse:
    """Take an address off the list."""
    request.principal.require(CONNECTIONS_WRITE)
    named = read_uuid(request.POST.get("origin", ""))
    if named is None:
        raise NotFound("There is no such return address.", remedy="Load the list again.")
    row = return_addresses.origin_of(request.principal.tenant, named)
    return_addresses.remove_origin(principal=request.principal, row=row)
    messages.success(request, f"Nobody is sent to {row.origin} any more.")
    return redirect("connect_settings")


def _page(request: MemberRequest, connection: Connection, *, status: int = 200, **told: Any) -> HttpResponse:
    tenant, may = request.principal.tenant, CONNECTIONS_WRITE in request.principal.scopes
    made = connector_class(connection.platform_id)
    context = {
        "connection": {
            "id": connection.pk,
            "name": connection.display_name,
            "platform": connection.platform_id,
            "platform_name": connection.platform.name,
            "cause": connection.status_cause if connection.status != Connection.Status.ACTIVE else "",
        },
        "login_url": pages.connect_again_url(connection) if Capability.OAUTH in made.capabilities else "",
        "key": made.key_form if Capability.API_KEY in made.capabilities else None,
        "may_manage": may,
        "owners": [] if may else reconnecting.owners_of(tenant),
        "members": reconnecting.members_of(tenant) if may else [],
        "days": pages.reconnect_link_days(),
        "error": "",
        "mail_error": "",
        "email": "",
        **told,
    }
    return render(request, "connectors/reconnect.html", context, status=status)


def _settings_page(request: MemberRequest, *, error: str = "", typed: str = "", status: int = 200) -> HttpResponse:
    tenant = request.principal.tenant
    rows = ReturnOrigin.objects.filter(tenant=tenant).order_by("origin")
    told = {
        "origins": [
            {"id": row.pk, "origin": row.origin, "shown": return_addresses.host_words(row.origin), "at": row.created_at}
            for row in rows
        ],
        "error": error,
        "typed": typed,
    }
    return render(request, "connectors/connect_settings.html", told, status=status)
