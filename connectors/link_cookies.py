"""What a browser holds of a connect link: a cookie of its own, apart from every session."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from connectors.models import ConnectLink
from foundation.secret import Secret

#: The last page is shown a little longer than the link lives.
_AFTERWARDS: Final = timedelta(hours=1)


def cookie_name(link_id: UUID) -> str:
    """Return the name of a link's cookie. Under https no other host can set it: ``__Host-`` says so to browsers."""
    prefix = "__Host-" if settings.SESSION_COOKIE_SECURE else ""
    return f"{prefix}switchboard_link_{link_id.hex[-12:]}"


def held_by(request: HttpRequest, link_id: UUID) -> Secret:
    """Return the pass that a browser holds for a link, or an empty one."""
    return Secret(request.COOKIES.get(cookie_name(link_id), ""))


def give(response: HttpResponse, link: ConnectLink, held: Secret, *, now: datetime) -> None:
    """Give a browser its pass. Lax, not Strict: platforms send the browser back to us by a link."""
    response.set_cookie(
        cookie_name(link.pk),
        held.reveal(),
        max_age=link.expires_at - now + _AFTERWARDS,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
