"""The page of alerts, and what is done there."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import Conflict, Forbidden, Invalid
from foundation.listing import Query
from monitoring.alerting import pages, selectors, services
from monitoring.alerting.rows import Alert
from monitoring.pages.scope import Scope, scope_of
from tenants.doors import MemberRequest, members_only
from tenants.scopes import POSTS_READ, POSTS_WRITE


@require_safe
@members_only
def alerts(request: MemberRequest) -> HttpResponse:
    """Show what fires now, and what did."""
    request.principal.require(POSTS_READ)
    told = pages.alerts_page(
        scope_of(request),
        Query(request.GET, request.path),
        may_act=POSTS_WRITE in request.principal.scopes,
        now=timezone.now(),
    )
    return render(request, "monitoring/alerts.html", told)


@require_POST
@members_only
def acknowledge(request: MemberRequest, alert_id: UUID) -> HttpResponse:
    """Say that somebody has taken an alert on."""
    scope, alert = _allowed(request, alert_id)
    try:
        services.acknowledge(alert=alert, actor=f"user:{request.user}", now=timezone.now())
        messages.success(request, f"Taken on: {alert.title}.")
    except Conflict as late:
        messages.info(request, late.detail)
    return _back(scope)


@require_POST
@members_only
def silence(request: MemberRequest, alert_id: UUID) -> HttpResponse:
    """Send nothing of an alert for some hours."""
    scope, alert = _allowed(request, alert_id)
    asked = request.POST.get("hours", "")
    try:
        hours = int(asked) if asked.isdecimal() and len(asked) < 6 else -1
        services.silence(alert=alert, hours=hours, actor=f"user:{request.user}", now=timezone.now())
        told = f"Nothing is sent about it for now: {alert.title}." if hours else f"No longer silenced: {alert.title}."
        messages.success(request, told)
    except (Conflict, Invalid) as refusal:
        messages.info(request, f"{refusal.detail} {refusal.remedy}".strip())
    return _back(scope)


def _allowed(request: MemberRequest, alert_id: UUID) -> tuple[Scope, Alert]:
    request.principal.require(POSTS_WRITE)
    scope = scope_of(request)
    alert = selectors.alert_in(scope, alert_id)
    if alert.tenant_id is None and not scope.may_widen:
        raise Forbidden("This alert is the operators'.")
    return scope, alert


def _back(scope: Scope) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('alerts')}{f'?{scope.query}' if scope.query else ''}")
