"""What every answer of the front door gets: a strict content policy, one host name, and refusals as pages people can read."""

import secrets
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from foundation.errors import ConfigurationError, Refusal
from monitoring import probes
from tenants import throttling
from tenants.addresses import client_address

#: What no page of ours needs, and no script that got in should have.
PERMISSIONS: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope"),
        *("magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "usb", "xr-spatial-tracking"),
    )
)
#: Files that platforms and other sites fetch by signed addresses.
FOR_OTHERS: Final = ("/media/",)

Handler = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicy:
    """Allow scripts and styles from ourselves only; ``request.csp_nonce`` opens one inline script of ours."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            # Browsers apply form-action to redirects of a form as well, and connecting leads to a platform; start is a link.
            response["Content-Security-Policy"] = (
                "default-src 'none'; "
                f"script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data: https: http://127.0.0.1:*; "
                "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            )
        response.setdefault("Permissions-Policy", PERMISSIONS)
        if not request.path.startswith(FOR_OTHERS):
            response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class Probes:
    """Answer load balancers before anything else looks at the request: they come by IP address and without TLS."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self._answers: dict[str, Handler] = {"/healthz": probes.healthz, "/readyz": probes.readyz}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._answers.get(request.path.rstrip("/"))
        return answer(request) if answer else self.get_response(request)


class CanonicalHost:
    """Send browsers that came by another name of this machine to PUBLIC_URL, where their session and OAuth return live."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self._host = urlsplit(settings.PUBLIC_URL).netloc

    def __call__(self, request: HttpRequest) -> HttpResponse:
        other_name = settings.EMBEDDED and request.method == "GET" and request.get_host() != self._host
        if other_name and "text/html" in request.headers.get("Accept", ""):
            return HttpResponseRedirect(f"{settings.PUBLIC_URL}{request.get_full_path()}")
        return self.get_response(request)


class LimitHeaders:
    """Tell callers of the API what they have left, on every answer to a call that was counted."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if standings := getattr(request, "limits", None):
            throttling.tell(response, standings)
        return response


class AdminAddresses:
    """Show the admin to chosen addresses only; to all others there is nothing at its path."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # By the part of the path that leads to a view: what stands before it may be a server's or a header's word.
        if settings.ADMIN_ADDRESSES and request.path_info.startswith(f"/{settings.ADMIN_PATH}/"):
            found = client_address(request)
            if not found or not any(ip_address(found) in network for network in settings.ADMIN_ADDRESSES):
                raise Http404
        return self.get_response(request)


class RefusalPages:
    """Show a refusal raised by a page as a page, with its cause and remedy; the API answers for itself."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer ``Refusal`` and ``ConfigurationError``; leave everything else to Django."""
        if isinstance(error, Refusal):
            told = {
                "title": error.title,
                "detail": error.detail,
                "remedy": error.remedy,
                "code": error.code,
                "findings": error.findings,
            }
            return render(request, "refusal.html", told, status=error.status)
        if isinstance(error, ConfigurationError):
            told = {
                "title": "This installation is not set up for it",
                "detail": error.detail,
                "remedy": error.remedy,
                "code": "not_configured",
            }
            return render(request, "refusal.html", told, status=503)
        return None
