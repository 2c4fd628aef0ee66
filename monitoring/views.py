"""Pages of the watchtower: the overview, and one connection with its health."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors import selectors
from connectors.pages import STATE_LABELS
from foundation.listing import Query
from monitoring import health
from monitoring.pages import connection as connection_pages
from monitoring.pages import overview as overview_pages
from monitoring.pages import platforms as platform_pages
from monitoring.pages import publishing as publishing_pages
from monitoring.pages.dashboard import dashboard_of
from tenants.doors import MemberRequest, members_only, safe_path
from tenants.scopes import CONNECTIONS_READ, CONNECTIONS_WRITE, POSTS_READ


@require_safe
@members_only
def overview(request: MemberRequest) -> HttpResponse:
    """Show whether anything is wrong, since when, and what to do."""
    request.principal.require(POSTS_READ)
    now = timezone.now()
    asked = dashboard_of(request, now=now, spans=())
    told = overview_pages.overview_page(request.principal, asked, now=now)
    return render(request, "monitoring/overview.html", {**asked.context(), **told})


@require_safe
@members_only
def publishing(request: MemberRequest) -> HttpResponse:
    """Show how publishing goes."""
    request.principal.require(POSTS_READ)
    now = timezone.now()
    asked = dashboard_of(request, now=now)
    told = publishing_pages.publishing_page(asked, now=now)
    return render(request, "monitoring/publishing.html", {**asked.context(), **told})


@require_safe
@members_only
def platforms(request: MemberRequest) -> HttpResponse:
    """Show which platforms can be published to, what is left of their budgets, and until when their versions last."""
    request.principal.require(CONNECTIONS_READ)
    now = timezone.now()
    asked = dashboard_of(request, now=now, spans=())
    told = platform_pages.platforms_page(asked, now=now)
    return render(request, "monitoring/platforms.html", {**asked.context(), **told})


@require_safe
@members_only
def connection(request: MemberRequest, connection_id: UUID) -> HttpResponse:
    """Show one connection: how it is, what it opens, what its checks saw."""
    request.principal.require(CONNECTIONS_READ)
    found = selectors.connection_of(request.principal.tenant, connection_id)
    query = Query(request.GET, request.path)
    told = connection_pages.connection_page(request.principal, found, query, now=timezone.now())
    return render(request, "connectors/connection.html", told)


@require_POST
@members_only
def check_connection(request: MemberRequest, connection_id: UUID) -> HttpResponse:
    """Check a connection now."""
    request.principal.require(CONNECTIONS_WRITE)
    found = selectors.connection_of(request.principal.tenant, connection_id)
    back = safe_path(request, request.POST.get("next", "")) or reverse("connection", args=[found.pk])
    try:
        entry = health.check_now(connection=found, now=timezone.now())
    except health.CheckedJustNow as haste:
        messages.info(request, f"{found.display_name}: {haste.detail}")
        return redirect(back)
    told = f"Checked {found.display_name}: {STATE_LABELS[entry.state].lower()}."
    if entry.state == "healthy":
        messages.success(request, told)
    else:
        messages.warning(request, f"{told} {entry.cause} {entry.remedy}".strip())
    return redirect(back)
