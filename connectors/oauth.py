"""The doors of a login: the browser leaves for the platform here, and comes back here."""

import secrets
from typing import Any, Final
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connectors import connect_link_guests, connecting, link_cookies, selectors
from connectors.connecting import Callback, OtherAccount
from connectors.errors import ConfigurationError
from connectors.models import Connection, OAuthState
from connectors.registry import CONNECTORS
from foundation import wall
from foundation.errors import NotFound, Refusal
from foundation.listing import read_uuid
from foundation.secret import Secret
from tenants.authentication import MemberAuthentication
from tenants.models import Tenant, User
from tenants.principal import principal_of

SESSION_BINDING: Final = "oauth_binding"
_QUERY: Final = OpenApiParameter.QUERY
#: Who can mend what keeps an account from being connected, by its code.
_WHO: Final = {
    "not_configured": "Whoever runs this hub",
    "connect_misconfigured": "Whoever runs this hub",
    "platform_disabled": "Whoever runs this hub",
    "missing_scope": "An owner of the tenant",
    "not_by_login": "You",
    "consent_refused": "You",
    "other_account": "You",
}
#: Trying again at once cannot help with these.
_VAIN: Final = frozenset(
    {"not_configured", "connect_misconfigured", "platform_disabled", "missing_scope", "not_by_login"}
)


class _BrowserView(APIView):
    """A door for signed-in browsers only: a login is tied to a browser's session, which an API key does not have."""

    authentication_classes = [MemberAuthentication]
    permission_classes: list[Any] = []

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Never answer 406: a browser that asks for HTML alone gets its page or its redirect."""
        return super().perform_content_negotiation(request, force=True)

    def visitor(self, request: Request) -> User | None:
        """Return who is signed in and a member of a tenant, or None."""
        # DRF puts the principal in place of the browser's user; the user is what we authenticated it by.
        return request.auth if isinstance(request.auth, User) else None

    def to_sign_in(self, request: Request) -> HttpResponse:
        """Send the browser to sign in and back here."""
        return HttpResponseRedirect(f"{reverse('sign_in')}?next={quote(request.get_full_path())}")

    def binding(self, request: Request) -> Secret:
        """Return the random value that ties a login to this browser's session."""
        session = request._request.session
        if SESSION_BINDING not in session:
            session[SESSION_BINDING] = secrets.token_urlsafe(32)
        return Secret(session[SESSION_BINDING])


class OAuthStartView(_BrowserView):
    """Begin to connect an account."""

    @extend_schema(
        operation_id="oauth_start",
        tags=["Connecting"],
        parameters=[
            OpenApiParameter(
                "again", OpenApiTypes.BOOL, _QUERY, description="Ask once more for scopes declined before."
            ),
            OpenApiParameter(
                "connection",
                OpenApiTypes.UUID,
                _QUERY,
                description="Renew this account and no other: another person's grant is refused, and nothing is stored.",
            ),
        ],
        responses={302: None, 200: {"type": "object", "properties": {"authorize_url": {"type": "string"}}}},
    )
    def get(self, request: Request, platform: str) -> HttpResponse:
        """Send a signed-in browser to the platform's consent page.

        With `Accept: application/json` the address is answered instead of followed; open it in the same browser.
        """
        user = self.visitor(request)
        if user is None:
            return self.to_sign_in(request)
        again = request.query_params.get("again") in {"1", "true"}
        binding, now = self.binding(request), timezone.now()
        wants_json = "application/json" in request.headers.get("Accept", "")
        try:
            principal = principal_of(request)
            url = connecting.start_connect(
                principal=principal,
                user=user,
                platform=platform,
                binding=binding,
                now=now,
                again=again,
                connection=_to_renew(principal.tenant, request.query_params.get("connection", "")),
            )
        except (Refusal, ConfigurationError) as error:
            if wants_json:
                raise
            return _problem_page(request, platform, error)
        if wants_json:
            return Response({"authorize_url": url})
        return HttpResponseRedirect(url)


class OAuthCallbackView(_BrowserView):
    """Come back from the platform."""

    @extend_schema(
        operation_id="oauth_callback",
        tags=["Connecting"],
        parameters=[
            OpenApiParameter("state", OpenApiTypes.STR, _QUERY),
            OpenApiParameter("code", OpenApiTypes.STR, _QUERY),
            OpenApiParameter("error", OpenApiTypes.STR, _QUERY),
        ],
        responses={302: None},
    )
    def get(self, request: Request, platform: str) -> HttpResponse:
        """Take the platform's answer, store the connection, and go on to choosing destinations.

        A login that was begun by way of a connect link goes on there; nobody needs to be signed in for that. What goes wrong is
        told on a page with its cause and remedy; nothing half-made is stored.
        """
        asked = request.query_params
        callback = Callback(
            state=asked.get("state", ""),
            code=asked.get("code", ""),
            error=asked.get("error", ""),
            # Some platforms say in a third parameter why they refused.
            error_detail=" ".join(filter(None, map(asked.get, ("error_description", "error_type"))))[:300],
        )
        with wall.lifted():  # a member's browser may come back by another tenant's connect link
            login = connecting.login_of(Secret(callback.state))
        if login is not None and login.link_id is not None:
            return self._back_to_link(request, login, platform, callback)
        user = self.visitor(request)
        if user is None:
            return self.to_sign_in(request)
        try:
            connection, renewed = connecting.finish_connect(
                principal=principal_of(request),
                user=user,
                platform=platform,
                binding=self.binding(request),
                callback=callback,
                now=timezone.now(),
            )
        except (Refusal, ConfigurationError) as error:
            return _problem_page(request, platform, error, login=login)
        if renewed and connection.destinations.filter(enabled=True, gone_at=None).exists():
            messages.success(
                request._request, f"{connection.display_name} is connected again, with all its destinations."
            )
            return HttpResponseRedirect(reverse("connection", args=[connection.pk]))
        return HttpResponseRedirect(reverse("pick_destinations", args=[connection.pk]))

    def _back_to_link(self, request: Request, login: OAuthState, platform: str, callback: Callback) -> HttpResponse:
        """Go on with the connect link by way of which the login was begun; what went wrong is told on its page."""
        held = link_cookies.held_by(request._request, login.link_id) if login.link_id else Secret("")
        try:
            with wall.lifted():  # a guest of the link's tenant, whatever tenant this browser is signed in for
                link = connect_link_guests.come_back(
                    login, platform=platform, held=held, callback=callback, now=timezone.now()
                )
        except (Refusal, ConfigurationError) as error:
            return _problem_page(request, "", error)
        return HttpResponseRedirect(reverse("link", args=[link.pk]))


def _to_renew(tenant: Tenant, connection_id: str) -> Connection | None:
    """Return the account to be renewed, where one is named; one whose person was forgotten is nobody's to renew."""
    if not connection_id:
        return None
    named = read_uuid(connection_id)
    if named is None:
        raise NotFound("There is no such connection.", remedy="List your connections to find its id.")
    return selectors.connection_of(tenant, named)


def _problem_page(
    request: Request, platform: str, error: Refusal | ConfigurationError, *, login: OAuthState | None = None
) -> HttpResponse:
    known = CONNECTORS.get(platform)
    code = getattr(error, "code", "not_configured")
    told = {
        "platform": platform if known else "",
        "platform_name": known.name if known else platform,
        "title": getattr(error, "title", f"{known.name if known else platform} cannot be connected yet"),
        "cause": error.detail,
        "remedy": error.remedy,
        "who": _WHO.get(code, ""),
        "retry_url": _start_url(platform, login) if known and code not in _VAIN else "",
        "retry_label": "Try again",
        "other_url": "",
        "other_label": "",
        "code": code,
        "facts": [("Moment", timezone.now().isoformat(timespec="seconds"))],
    }
    if isinstance(error, OtherAccount) and login is not None and login.connection is not None:
        told["retry_label"] = f"Sign in as {login.connection.display_name}"
        told["other_url"] = reverse("oauth_start", args=[platform])
        told["other_label"] = f"Connect {error.granted} beside it"
    if isinstance(request.auth, User):
        request._request.user = request.auth  # the page's frame shows a person, not a principal
    return render(request._request, "connectors/oauth_problem.html", told, status=getattr(error, "status", 503))


def _start_url(platform: str, login: OAuthState | None) -> str:
    """Return where the same login is begun once more."""
    start = reverse("oauth_start", args=[platform])
    return f"{start}?connection={login.connection_id}" if login is not None and login.connection_id else start
