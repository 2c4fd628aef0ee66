"""Pages of the watchtower that show how much there is of what, with the ways to mend it: health, tokens, webhooks, dead letters."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from monitoring.pages import health as health_pages
from monitoring.pages import tokens as tokens_pages
from monitoring.pages import webhooks as webhooks_pages
from monitoring.pages.dashboard import dashboard_of
from tenants.doors import MemberRequest, members_only
from tenants.scopes import CONNECTIONS_READ


@require_safe
@members_only
def health(request: MemberRequest) -> HttpResponse:
    """Show how the accounts are: by platform, over time, one by one."""
    request.principal.require(CONNECTIONS_READ)
    board = dashboard_of(request, now=timezone.now(), spans=("7d", "30d"), span="7d")
    return render(request, "monitoring/health.html", health_pages.health_page(request.principal, board))


@require_safe
@members_only
def tokens(request: MemberRequest) -> HttpResponse:
    """Show what ends when, what the hub renews, and what it cannot renew."""
    request.principal.require(CONNECTIONS_READ)
    board = dashboard_of(request, now=timezone.now(), spans=())
    return render(request, "monitoring/tokens.html", tokens_pages.tokens_page(request.principal, board))


@require_safe
@members_only
def webhooks(request: MemberRequest) -> HttpResponse:
    """Show what platforms tell the hub, and whether what the hub tells client apps arrives."""
    request.principal.require(CONNECTIONS_READ)
    board = dashboard_of(request, now=timezone.now(), spans=())
    return render(request, "monitoring/webhooks.html", webhooks_pages.webhooks_page(request.principal, board))
