"""Counts calls of the API at its door, and tells callers what they have left."""

import math
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from tenants import limits
from tenants.limits import Standing
from tenants.principal import Principal
from tenants.scopes import MEDIA_READ, MEDIA_WRITE


class CallsPerMinute(BaseThrottle):
    """Count a call, and refuse it once its caller, or the caller's tenant, made too many of its kind.

    A view may name the kind as ``limit`` (all methods) or ``limits`` (by action or method); else it follows from what is asked for.
    """

    _wait = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Tell whether the call may be made; how the buckets stand is left on the request for the answer's headers."""
        principal: object = request.user
        if not isinstance(principal, Principal):
            return True
        asked = limits.allowances(kind_of(request, view), tenant=principal.tenant.pk.hex, caller=principal.actor)
        standings = limits.take(asked) if asked else None
        if standings is None:
            return True
        request._request.limits = standings  # type: ignore[attr-defined]
        self._wait = max(one.wait for one in standings)
        return self._wait == 0

    def wait(self) -> float:
        """Return the seconds until the call may be made."""
        return self._wait


def kind_of(request: Request, view: Any) -> str:
    """Return the kind of a call."""
    named: dict[str, str] = getattr(view, "limits", {})
    kind = named.get(getattr(view, "action", None) or "") or named.get(request.method or "")
    if kind := kind or getattr(view, "limit", None):
        return kind
    if getattr(view, "scope", None) in (MEDIA_READ, MEDIA_WRITE) and request.method not in ("GET", "HEAD"):
        return limits.MEDIA
    return limits.READ if request.method in ("GET", "HEAD", "OPTIONS") else limits.WRITE


def tell(response: HttpResponse, standings: list[Standing]) -> None:
    """Put the standard headers on an answer (draft-ietf-httpapi-ratelimit-headers): each allowance, and what is left of it."""
    response["RateLimit-Policy"] = ", ".join(
        f'"{one.allowance.name}";q={one.allowance.calls};w={limits.SECONDS}' for one in standings
    )
    response["RateLimit"] = ", ".join(
        f'"{one.allowance.name}";r={one.left};t={math.ceil(one.full_in)}' for one in standings
    )
