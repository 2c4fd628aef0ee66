"""How the API knows who is asking: a client app's key, or a member's session."""

from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from foundation.errors import Forbidden
from tenants import selectors, services, walls
from tenants.addresses import client_address, guessing_address, network_of
from tenants.models import User
from tenants.principal import Principal
from tenants.signals import api_key_refused
from tenants.throttle import Guard


class ApiKeyAuthentication(BaseAuthentication):
    """Accept ``Authorization: Bearer swb_…`` (or ``X-API-Key: swb_…``)."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the principal of the key.

        Raises ``AuthenticationFailed`` for a key that does not open, ``Throttled`` where many such came from, and
        ``Forbidden`` when its tenant is suspended.
        """
        text = key_text(request.headers)
        if text is None:
            return None
        now = timezone.now()
        key = selectors.api_key_of(text)
        if key is None or not selectors.is_live(key, now=now):
            raise self._refused(request)
        if key.tenant.suspended_at:
            raise suspended(key.tenant.name)
        if services.key_use_is_due(key=key, now=now):
            services.note_key_use(key=key, network=network_of(client_address(request._request)), now=now)
        principal = Principal.of_key(key)
        structlog.contextvars.bind_contextvars(tenant_id=str(principal.tenant.pk), actor=principal.actor)
        walls.put_up(request._request, principal.tenant.pk)
        return principal, key

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme in the 401 answer."""
        return 'Bearer realm="switchboard"'

    @staticmethod
    def _refused(request: Request) -> Exception:
        """Return what to raise: counted by address, so that nobody has the database look up guesses without end."""
        api_key_refused.send_robust(ApiKeyAuthentication)
        if settings.API_BAD_KEYS_PER_MINUTE:
            guard = Guard("bad-key", settings.API_BAD_KEYS_PER_MINUTE, timedelta(minutes=1))
            if wait := guard.refuses(guessing_address(request._request) or ""):
                return Throttled(wait.total_seconds(), "Too many keys that do not open came from this address.")
        return AuthenticationFailed("This API key is unknown, expired or revoked.", code="invalid_api_key")


class MemberAuthentication(SessionAuthentication):
    """Accept the session of a signed-in member, with CSRF protection for writes."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the member's principal, and the user as ``request.auth``; None when nobody is signed in.

        Raises ``Forbidden`` for somebody without a tenant.
        """
        principal, user = getattr(request._request, "principal", None), request._request.user
        if principal is None:
            if isinstance(user, User):
                raise without_tenant(user)
            return None
        self.enforce_csrf(request)
        walls.put_up(request._request, principal.tenant.pk)
        return principal, user


def key_text(headers: Any) -> str | None:
    """Return the API key a request carries, or None."""
    header = headers.get("Authorization", "")
    scheme, _, text = header.partition(" ")
    if scheme.lower() == "bearer":
        return str(text.strip())
    found: str | None = headers.get("X-API-Key")
    return found


def suspended(name: str) -> Forbidden:
    """Return the refusal of a suspended tenant."""
    return Forbidden(
        f"{name} is suspended: nothing is accepted, and what is scheduled waits.",
        remedy="Ask whoever runs this hub to lift the suspension.",
        code="tenant_suspended",
    )


def without_tenant(user: User) -> Forbidden:
    """Return the refusal of somebody who has no tenant to work for."""
    if names := selectors.suspended_tenants_of(user):
        return suspended(", ".join(names))
    return Forbidden(
        "You belong to no tenant.",
        remedy="Ask an owner of one to invite you, or whoever runs this hub to make one.",
        code="no_tenant",
    )
