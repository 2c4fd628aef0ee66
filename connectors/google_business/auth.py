"""Google's login: the consent page, the code, renewal, the end of a grant.

Source: https://developers.google.com/identity/protocols/oauth2/web-server and the official client libraries, read 2026-11-21. Google
gives a refresh token only for ``access_type=offline`` and only when its consent page was really shown, so it is always asked
to show it. The scope of business profiles alone is asked for: beside sign-in scopes people could untick it.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from connectors.errors import ConfigurationError, PlatformReply, ReconnectRequired, UnexpectedAnswer
from connectors.google_business import accounts
from connectors.google_business.errors import SCOPE, SCOPE_MISSING
from connectors.google_business.google import Google
from connectors.google_business.hosts import PLATFORM, Hosts
from connectors.google_business.login_errors import OPERATORS, refusal
from connectors.google_business.refresh_tokens import RefreshToken
from connectors.http import Answer, Http
from connectors.types import App, Grant, Refreshed
from foundation.secret import Secret

SCOPES: Final = (SCOPE,)
_LONGEST_LIFE_SECONDS: Final = 10**9


class Login:
    """Speak with Google's token endpoint on behalf of our app."""

    def __init__(self, *, http: Http, app: App, hosts: Hosts) -> None:
        self._http = http
        self._app = app
        self._hosts = hosts

    def authorize_url(self, *, redirect_uri: str, state: Secret) -> str:
        """Return the address of the consent page; PKCE ties the code to this login."""
        asked = {
            "client_id": self._app.client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": " ".join(SCOPES),
            "access_type": "offline",
            "prompt": "consent",
            "state": state.reveal(),
            "code_challenge": _plain(hashlib.sha256(self._verifier(state).encode()).digest()),
            "code_challenge_method": "S256",
        }
        return f"{self._hosts.consent}/o/oauth2/v2/auth?{urlencode(asked, quote_via=quote)}"

    def exchange(self, *, code: Secret, redirect_uri: str, state: Secret | None) -> dict[str, Any]:
        """Trade a code for tokens; ``state`` is that of the login, None for one that was begun without us."""
        form = {"grant_type": "authorization_code", "code": code.reveal(), "redirect_uri": redirect_uri}
        if state is not None:
            form["code_verifier"] = self._verifier(state)
        answer = self._send("token", form, operation="exchange_code")
        if not answer.ok:
            raise refusal(answer, operation="exchange_code")
        return _object(answer, "exchange_code")

    def renew(self, token: RefreshToken, *, now: datetime, operation: str = "refresh_token") -> dict[str, Any]:
        """Trade a refresh token; it is not used up by that, so a lost answer harms nobody."""
        form = {"grant_type": "refresh_token", "refresh_token": token.token.reveal()}
        answer = self._send("token", form, operation=operation)
        if not answer.ok:
            raise refusal(answer, operation=operation, token=token, now=now)
        return _object(answer, operation)

    def revoke(self, token: Secret) -> None:
        """End the person's whole grant to our app; one that is over already is no error."""
        answer = self._http.call(
            "POST",
            f"{self._hosts.tokens}/revoke",
            operation="revoke",
            changes=True,
            form={"token": token.reveal()},
        )
        told = answer.data if isinstance(answer.data, Mapping) else {}
        if not answer.ok and not (answer.status == 400 and told.get("error") == "invalid_token"):
            raise refusal(answer, operation="revoke")

    def _send(self, path: str, form: Mapping[str, str], *, operation: str) -> Answer:
        whole = {**form, "client_id": self._app.client_id, "client_secret": self._app.client_secret.reveal()}
        url = f"{self._hosts.tokens}/{path}"
        return self._http.call("POST", url, operation=operation, changes=False, form=whole)

    def _verifier(self, state: Secret) -> str:
        """Return what proves that the code comes back to the login it was given for.

        It is made of the login's single-use state and our app's secret, so that nothing need be kept in between.
        """
        made = hmac.new(self._app.client_secret.reveal().encode(), b"pkce:" + state.reveal().encode(), hashlib.sha256)
        return _plain(made.digest())


def grant(google_for: Callable[[Secret], Google], told: Mapping[str, Any], *, now: datetime) -> Grant:
    """Make a grant of what the code brought: whose it is, what it may do, and how long.

    Raises ``ReconnectRequired`` when it would not last or does not open business profiles.
    """
    granted = scopes_in(told.get("scope")) or SCOPES
    if SCOPE not in granted:
        raise ReconnectRequired(
            SCOPE_MISSING.cause,
            connection_ended=False,
            missing_scope=SCOPE,
            remedy=SCOPE_MISSING.remedy,
            platform=PLATFORM,
            operation="exchange_code",
        )
    refresh = _refresh_token(told, now=now)
    if refresh is None:
        raise ReconnectRequired(
            "Google gave no refresh token, so this login would end within the hour.",
            remedy="Start connecting again. If it stays so, remove the app at myaccount.google.com/connections first.",
            platform=PLATFORM,
            operation="exchange_code",
        )
    access_token = _token(told, "exchange_code")
    person = accounts.person(google_for(access_token))
    return Grant(
        external_user_id=person.name,
        display_name=person.title,
        access_token=access_token,
        access_expires_at=after(now, told.get("expires_in")),
        refresh_token=refresh.sealed(),
        refresh_expires_at=refresh.ends_at,
        scopes_granted=tuple(sorted(granted)),
    )


def refreshed(told: Mapping[str, Any], *, now: datetime) -> Refreshed:
    """Read what a renewal brought; what it leaves out, as it does the refresh token, stays as it is."""
    refresh = _refresh_token(told, now=now)
    return Refreshed(
        access_token=_token(told, "refresh_token"),
        access_expires_at=after(now, told.get("expires_in")),
        refresh_token=refresh.sealed() if refresh else None,
        refresh_expires_at=after(now, told.get("refresh_token_expires_in")),
        scopes_granted=tuple(sorted(scopes_in(told.get("scope")))) or None,
    )


def access_token_of(told: Mapping[str, Any]) -> Secret:
    """Return the access token that a renewal brought."""
    return _token(told, "refresh_token")


def refused_consent(error: str) -> ConfigurationError | None:
    """Tell what the operator must mend from a person who said no."""
    if error not in OPERATORS:
        return None
    cause, remedy = OPERATORS[error]
    return ConfigurationError(cause, remedy=remedy)


def scopes_in(told: Any) -> tuple[str, ...]:
    """Read a list of scopes; Google may tell more than were asked for."""
    return tuple(dict.fromkeys(told.split())) if isinstance(told, str) else ()


def after(now: datetime, seconds: Any) -> datetime | None:
    """Return the moment so many seconds from now; None for what is no such number."""
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < _LONGEST_LIFE_SECONDS
    return now + timedelta(seconds=seconds) if known else None


def _refresh_token(told: Mapping[str, Any], *, now: datetime) -> RefreshToken | None:
    token = told.get("refresh_token")
    if not isinstance(token, str) or not token:
        return None
    return RefreshToken(Secret(token), after(now, told.get("refresh_token_expires_in")))


def _token(told: Mapping[str, Any], operation: str) -> Secret:
    token = told.get("access_token")
    if not isinstance(token, str) or not token:
        raise UnexpectedAnswer(
            "Google gave no access token.", remedy="Try again.", platform=PLATFORM, operation=operation
        )
    return Secret(token)


def _object(answer: Answer, operation: str) -> dict[str, Any]:
    if isinstance(answer.data, dict):
        return answer.data
    raise UnexpectedAnswer(
        "Google's login answered with something that is no JSON object.",
        remedy="Try again in a minute.",
        platform=PLATFORM,
        operation=operation,
        reply=PlatformReply(status=answer.status),
    )


def _plain(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
