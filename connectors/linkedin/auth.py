"""LinkedIn's login: the consent page, the code, renewal, introspection, the end of a grant.

Source: https://learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow,
https://learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens and
https://learn.microsoft.com/linkedin/shared/authentication/token-introspection, read 2026-11-21. Credentials go in a form body;
JSON is refused. Only some apps get refresh tokens; a refresh token keeps its first end, a year after consent.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, Final, TypeVar
from urllib.parse import quote, unquote_plus, urlencode

from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    PlatformReply,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.http import Answer, Http
from connectors.linkedin.errors import PLATFORM, error_in
from connectors.linkedin.rest import Rest
from connectors.types import App, Grant, Refreshed
from foundation.secret import Secret

Result = TypeVar("Result")

#: A token is not known everywhere at once: right after its issue a call may say "revoked", and these waits heal it.
SETTLING_PAUSES: Final = (1.0, 2.0, 4.0, 8.0)
#: A refresh token lives a year. Documents show minutes where they say seconds: a figure below this is no number of seconds
#: that a new token could have.
LEAST_REFRESH_SECONDS: Final = 1_000_000
#: Told of a parameter that is missing, which is our fault; the same code tells of a dead token, which is not.
_MISSING: Final = re.compile(r"required parameter", re.I)
_AGAIN: Final = "Start connecting again."
_SCOPE: Final = re.compile(r'[Ss]cope "?([A-Za-z0-9_]{1,60})"?')


@dataclass(frozen=True, slots=True)
class Introspected:
    """What LinkedIn says of a token. ``status`` is active, revoked or expired."""

    active: bool
    status: str
    scopes: tuple[str, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """Who granted."""

    id: str
    name: str
    picture: str = ""
    vanity_name: str = ""

    @property
    def urn(self) -> str:
        """Return the URN under which this person is an author."""
        return f"urn:li:person:{self.id}"


class Login:
    """Speak with LinkedIn's token endpoints on behalf of our app."""

    def __init__(self, *, http: Http, app: App, www: str) -> None:
        self._http = http
        self._app = app
        self._www = www

    def authorize_url(self, *, redirect_uri: str, state: Secret, scopes: tuple[str, ...]) -> str:
        """Return the address of the consent page. LinkedIn's web flow knows no PKCE and no asking again."""
        asked = {
            "response_type": "code",
            "client_id": self._app.client_id,
            "redirect_uri": redirect_uri,
            "state": state.reveal(),
            "scope": " ".join(scopes),
        }
        return f"{self._www}/oauth/v2/authorization?{urlencode(asked, quote_via=quote)}"

    def exchange(self, *, code: Secret, redirect_uri: str) -> dict[str, Any]:
        """Trade a code for tokens."""
        form: dict[str, Secret | str] = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return self._ask("accessToken", form, operation="exchange_code")

    def renew(self, refresh_token: Secret) -> dict[str, Any]:
        """Trade a refresh token; it is not used up by that, so a lost answer harms nobody."""
        form: dict[str, Secret | str] = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self._ask("accessToken", form, operation="refresh_token")

    def introspect(self, token: Secret) -> Introspected:
        """Return what LinkedIn says of a token; a dead one is an answer, not an error."""
        told = self._ask("introspectToken", {"token": token}, operation="inspect_token")
        if not isinstance(told.get("active"), bool):
            raise UnexpectedAnswer(
                "LinkedIn did not say whether the token is active.",
                remedy="Try again in a minute.",
                platform=PLATFORM,
                operation="inspect_token",
            )
        return Introspected(
            active=told.get("active") is True,
            status=str(told.get("status") or ""),
            scopes=scopes_in(told.get("scope")),
            expires_at=read_seconds(told.get("expires_at")),
        )

    def revoke(self, token: Secret) -> None:
        """End a token."""
        answer = self._send("revoke", {"token": token}, operation="revoke", changes=True)
        if not answer.ok:
            raise self._refusal(answer, operation="revoke")

    def _ask(self, path: str, form: Mapping[str, Secret | str], *, operation: str) -> dict[str, Any]:
        answer = self._send(path, form, operation=operation, changes=False)
        if not answer.ok:
            raise self._refusal(answer, operation=operation)
        if not isinstance(answer.data, dict):
            raise UnexpectedAnswer(
                "LinkedIn's login answered with something that is no JSON object.",
                remedy="Try again in a minute.",
                platform=PLATFORM,
                operation=operation,
                reply=PlatformReply(status=answer.status),
            )
        return answer.data

    def _send(self, path: str, form: Mapping[str, Secret | str], *, operation: str, changes: bool) -> Answer:
        plain = {key: value.reveal() if isinstance(value, Secret) else value for key, value in form.items()}
        plain |= {"client_id": self._app.client_id, "client_secret": self._app.client_secret.reveal()}
        return self._http.call("POST", f"{self._www}/oauth/v2/{path}", operation=operation, changes=changes, form=plain)

    def _refusal(self, answer: Answer, *, operation: str) -> ConnectorError | ConfigurationError:
        """Name what a token endpoint's refusal means: ``error`` decides, and its words only where one code has two meanings."""
        told = answer.data if isinstance(answer.data, dict) else {}
        code, words = str(told.get("error") or ""), str(told.get("error_description") or "")
        if answer.status >= 500 or answer.status == 429 or not code:
            error = error_in(answer, operation=operation, changes=False)
            # A 401 without LinkedIn's own word, such as a gateway's page, says nothing about a grant.
            if error is not None and not (isinstance(error, ReconnectRequired) and not code):
                return error
        reply = PlatformReply(status=answer.status, code=code, words=words)
        rest: dict[str, Any] = {"platform": PLATFORM, "operation": operation, "reply": reply}
        if code in {"invalid_client", "unauthorized_client"}:
            return ConfigurationError(
                "LinkedIn does not accept our app's credentials.",
                remedy="Check LINKEDIN_APP_ID and LINKEDIN_APP_SECRET.",
            )
        if code == "invalid_redirect_uri":
            return ReconnectRequired(
                "LinkedIn did not accept its code: it has expired, or the redirect address differs.",
                remedy=f"{_AGAIN} If it stays so, check that PUBLIC_URL matches the redirect address in the LinkedIn app.",
                **rest,
            )
        if code == "invalid_grant" or (code == "invalid_request" and not _MISSING.search(words)):
            if operation == "exchange_code":
                return ReconnectRequired("LinkedIn does not know the code: it is old or used.", remedy=_AGAIN, **rest)
            if operation == "refresh_token":
                cause = "The refresh token is invalid, expired or revoked."
                return ReconnectRequired(cause, remedy="Reconnect this account.", **rest)
        return UnexpectedAnswer(
            f"LinkedIn's login refused our request ({code or answer.status}).",
            remedy="Try again; if it stays so, report it as a fault of Switchboard.",
            **rest,
        )


def grant(
    rest_for: Callable[[Secret], Rest], told: Mapping[str, Any], *, wanted: tuple[str, ...], now: datetime
) -> Grant:
    """Make a grant of what the code brought: whose it is, what it may do, and how long."""
    access_token = _token(told, "exchange_code")
    granted = scopes_in(told.get("scope")) or wanted
    rest = rest_for(access_token)
    person = patiently(lambda: read_person(rest, scopes=granted))
    return Grant(
        external_user_id=person.id,
        display_name=person.name,
        access_token=access_token,
        access_expires_at=_after(now, told.get("expires_in")),
        refresh_token=_refresh_token(told),
        refresh_expires_at=_refresh_end(told, now=now, fresh=True),
        scopes_granted=tuple(sorted(granted)),
        scopes_missing=tuple(scope for scope in wanted if scope not in granted),
    )


def refreshed(told: Mapping[str, Any], *, now: datetime) -> Refreshed:
    """Read what a renewal brought; what it leaves out stays as it is."""
    return Refreshed(
        access_token=_token(told, "refresh_token"),
        access_expires_at=_after(now, told.get("expires_in")),
        refresh_token=_refresh_token(told),
        refresh_expires_at=_refresh_end(told, now=now, fresh=False),
        scopes_granted=tuple(sorted(scopes_in(told.get("scope")))) or None,
    )


def read_person(rest: Rest, *, scopes: tuple[str, ...]) -> Person:
    """Return who granted: by OpenID Connect where the app has it, else by the basic profile."""
    if "openid" in scopes:
        told = rest.unversioned("userinfo", operation="read_person")
        picture = told.get("picture")
        return Person(_id(told, "sub"), str(told.get("name") or "LinkedIn member"), str(picture or ""))
    told = rest.unversioned("me", operation="read_person")
    names = (str(told.get(key) or "") for key in ("localizedFirstName", "localizedLastName"))
    name = " ".join(filter(None, names))
    return Person(_id(told, "id"), name or "LinkedIn member", vanity_name=str(told.get("vanityName") or ""))


def refused_consent(error: str, detail: str) -> ConfigurationError | None:
    """Tell a scope that the app may not ask for from a person who clicked Cancel; only its name is taken from the words."""
    if error not in {"unauthorized_scope_error", "invalid_scope_error"}:
        return None
    named = _SCOPE.search(unescape(detail))
    scope = f" {named[1]}" if named else ""
    return ConfigurationError(
        f"LinkedIn refuses every login, because our app has no product for a scope it asks for{scope and ':'}{scope}.",
        remedy="Add the product to the LinkedIn app, or leave the scope out by LINKEDIN_MODE, LINKEDIN_SCOPES or LINKEDIN_EXTRA_SCOPES.",
    )


def patiently(ask: Callable[[], Result]) -> Result:
    """Ask with a token issued a moment ago, and again when LinkedIn does not know it everywhere yet."""
    for pause in SETTLING_PAUSES:
        try:
            return ask()
        except ReconnectRequired as error:
            if not error.connection_ended:
                raise
        time.sleep(pause)
    return ask()


def reconsider(error: ReconnectRequired, login: Login, token: Secret) -> ConnectorError:
    """Return what a refused token really means: LinkedIn says "revoked" of a new one too, until it is known everywhere."""
    if error.reply.code != "REVOKED_ACCESS_TOKEN" and error.reply.subcode != "65601":
        return error
    try:
        active = login.introspect(token).active
    except (ConnectorError, ConfigurationError):
        return error
    if not active:
        return error
    return TransientError(
        "LinkedIn called the access token revoked, and active when asked about it: it is not known everywhere yet.",
        remedy="Switchboard tries again by itself.",
        platform=PLATFORM,
        operation=error.operation,
        reply=error.reply,
    )


def scopes_in(told: Any) -> tuple[str, ...]:
    """Read a list of scopes, parted by commas or blanks, perhaps encoded once more."""
    if not isinstance(told, str):
        return ()
    return tuple(dict.fromkeys(part for part in re.split(r"[,\s]+", unquote_plus(told)) if part))


def read_seconds(told: Any) -> datetime | None:
    """Read a moment in Unix seconds; None for all else."""
    try:
        known = isinstance(told, int) and not isinstance(told, bool) and told > 0
        return datetime.fromtimestamp(told, tz=UTC) if known else None
    except (ValueError, OverflowError, OSError):
        return None


def _after(now: datetime, seconds: Any) -> datetime | None:
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**9
    return now + timedelta(seconds=seconds) if known else None


def _refresh_end(told: Mapping[str, Any], *, now: datetime, fresh: bool) -> datetime | None:
    """Return when the refresh token ends. A small figure counts minutes on a new token, and nothing can be told of an old one."""
    ends_in = told.get("refresh_token_expires_in")
    if isinstance(ends_in, int) and not isinstance(ends_in, bool) and 0 < ends_in < LEAST_REFRESH_SECONDS:
        return _after(now, ends_in * 60) if fresh else None
    return _after(now, ends_in)


def _refresh_token(told: Mapping[str, Any]) -> Secret | None:
    token = told.get("refresh_token")
    return Secret(token) if isinstance(token, str) and token else None


def _token(told: Mapping[str, Any], operation: str) -> Secret:
    token = told.get("access_token")
    if not isinstance(token, str) or not token:
        raise UnexpectedAnswer(
            "LinkedIn gave no access token.", remedy="Try again.", platform=PLATFORM, operation=operation
        )
    return Secret(token)


def _id(told: Mapping[str, Any], key: str) -> str:
    found = told.get(key)
    if not isinstance(found, str) or not found:
        raise UnexpectedAnswer(
            "LinkedIn did not say who this is.", remedy="Try again.", platform=PLATFORM, operation="read_person"
        )
    return found
