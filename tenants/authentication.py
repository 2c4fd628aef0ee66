"""How the API knows who is asking: a client app's key, or a member's session."""

from typing import Any

import structlog
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tenants import selectors, services
from tenants.principal import Principal


class ApiKeyAuthentication(BaseAuthentication):
    """Accept ``Authorization: Bearer swb_…`` (or ``X-API-Key: swb_…``)."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the principal of the key; raise ``AuthenticationFailed`` for a key that does not open."""
        text = self._key_text(request)
        if text is None:
            return None
        now = timezone.now()
        key = selectors.live_api_key(text, now=now)
        if key is None:
            raise AuthenticationFailed("This API key is unknown, expired or revoked.", code="invalid_api_key")
        services.note_key_use(key=key, now=now)
        principal = Principal.of_key(key)
        structlog.contextvars.bind_contextvars(tenant=str(principal.tenant.pk), actor=principal.actor)
        return principal, key

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme in the 401 answer."""
        return 'Bearer realm="switchboard"'

    @staticmethod
    def _key_text(request: Request) -> str | None:
        header = request.headers.get("Authorization", "")
        scheme, _, text = header.partition(" ")
        if scheme.lower() == "bearer":
            return text.strip()
        return request.headers.get("X-API-Key")


class MemberAuthentication(SessionAuthentication):
    """Accept the session of a signed-in member, with CSRF protection for writes."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the member's principal, and the user as ``request.auth``; None when nobody is signed in."""
        principal, user = getattr(request._request, "principal", None), request._request.user
        if principal is None:
            return None
        self.enforce_csrf(request)
        return principal, user
