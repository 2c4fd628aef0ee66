"""Puts the principal of a signed-in browser on the request."""

from collections.abc import Callable
from zoneinfo import ZoneInfoNotFoundError

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tenants import selectors
from tenants.models import User
from tenants.principal import Principal

SESSION_TENANT = "tenant_id"


class PrincipalMiddleware:
    """Set ``request.principal`` from the session: the member's chosen tenant and role, or None.

    API keys are not read here but in ``tenants.authentication``, so that a key never opens a page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        principal = None
        if isinstance(request.user, User):
            membership = selectors.chosen_membership(request.user, request.session.get(SESSION_TENANT))
            principal = Principal.of_member(membership) if membership else None
            _activate(request.user.time_zone)
        request.principal = principal  # type: ignore[attr-defined]
        if principal:
            structlog.contextvars.bind_contextvars(tenant=str(principal.tenant.pk), actor=principal.actor)
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


def _activate(zone: str) -> None:
    """Show moments in the viewer's zone; a name that no zone has (any more) falls back to the hub's."""
    try:
        timezone.activate(zone)
    except (ZoneInfoNotFoundError, ValueError):
        timezone.deactivate()
