"""Puts the principal of a signed-in browser on the request, signs out browsers that were idle for too long, and holds the wall."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from foundation import wall
from tenants import selectors
from tenants.browser_sessions import SEEN_AT
from tenants.models import User
from tenants.principal import Principal

SESSION_TENANT = "tenant_id"
#: A session's last sight is written at most this often.
SEEN_STEP: Final = timedelta(minutes=1)


class PrincipalMiddleware:
    """Set ``request.principal`` from the session: the member's chosen tenant and role, or None.

    API keys are not read here but in ``tenants.authentication``, so that a key never opens a page; a call of the API that
    brings one has no use for a session, and none is looked for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.principal = None  # type: ignore[attr-defined]
        if request.path.startswith("/api/") and request.META.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer ":
            return self.get_response(request)
        if isinstance(request.user, User) and _is_awake(request):
            membership = selectors.chosen_membership(request.user, request.session.get(SESSION_TENANT))
            principal = Principal.of_member(membership) if membership else None
            request.principal = principal  # type: ignore[attr-defined]
            _activate(request.user.time_zone)
            if principal:
                structlog.contextvars.bind_contextvars(tenant_id=str(principal.tenant.pk), actor=principal.actor)
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


class TenantWall:
    """Take down after a request what ``tenants.walls`` put up around it; what is streamed later stays behind the same wall."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not wall.is_on():
            return self.get_response(request)
        with ExitStack() as stack:
            request.wall = stack  # type: ignore[attr-defined]
            response = self.get_response(request)
            if response.streaming and (where := wall.standing()) is not None:
                response.streaming_content = wall.kept(where, response.streaming_content)  # type: ignore[attr-defined]
        return response


def _is_awake(request: HttpRequest) -> bool:
    """Note that a session is in use; end it, and return False, when it was not for too long."""
    now = timezone.now()
    said = request.session.get(SEEN_AT)
    seen = datetime.fromisoformat(said) if said else None
    if seen and settings.SESSION_IDLE and now - seen > settings.SESSION_IDLE:
        logout(request)
        return False
    if seen is None or now - seen >= min(SEEN_STEP, settings.SESSION_IDLE / 4 or SEEN_STEP):
        request.session[SEEN_AT] = now.isoformat()
    return True


def _activate(zone: str) -> None:
    """Show moments in the viewer's zone; a name that no zone has (any more) falls back to the hub's."""
    try:
        timezone.activate(zone)
    except (ZoneInfoNotFoundError, ValueError):
        timezone.deactivate()
