"""TikTok's login: the consent page, the code, rotation of tokens, the end of a grant.

Source: https://developers.tiktok.com/doc/oauth-get-a-user-access-token (2026-11-02), .../login-kit-web and .../oauth-error-handling.
The app is named by ``client_key``, scopes are parted by commas, and failures may come with HTTP 200 in a flat shape of their
own: an exchange worked when there is an access token and no ``error``. Each refresh spends the refresh token. How long
tokens live changed in 2026 (a day, then two hours), so only what an answer says counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    OutcomeUnknown,
    PlatformReply,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.http import Answer, Http
from connectors.tiktok.codes import LATER, RECONNECT
from connectors.tiktok.errors import MINUTE, PLATFORM
from connectors.types import App, Grant, Refreshed
from foundation.secret import Secret

_AGAIN: Final = "Start connecting again."
_OPERATORS: Final = frozenset(
    {"invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type", "unsupported_response_type"}
)
#: What TikTok answers to somebody who is no test user of an app in sandbox mode.
NO_TEST_USER: Final = "non_sandbox_target"


@dataclass(frozen=True, slots=True)
class Login:
    """Speak with TikTok's token endpoints on behalf of our app."""

    http: Http
    app: App
    api: str
    www: str

    def authorize_url(self, *, redirect_uri: str, state: Secret, scopes: tuple[str, ...]) -> str:
        """Return the address of the consent page, which is shown each time: or whoever is signed in would be connected unasked."""
        asked = {
            "client_key": self.app.client_id,
            "scope": ",".join(scopes),
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "state": state.reveal(),
            "disable_auto_auth": "1",
        }
        return f"{self.www}/v2/auth/authorize/?{urlencode(asked, quote_via=quote)}"

    def exchange(self, *, code: Secret, redirect_uri: str) -> dict[str, Any]:
        """Trade a code for tokens; it works once, so it is never tried again."""
        form: dict[str, Secret | str] = {"code": code, "grant_type": "authorization_code", "redirect_uri": redirect_uri}
        return self._tokens(form, operation="exchange_code")

    def renew(self, refresh_token: Secret) -> dict[str, Any]:
        """Trade a refresh token, which is spent by that.

        When the answer is lost it is tried once more at once, which works if TikTok never saw the first try.
        """
        form: dict[str, Secret | str] = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        try:
            return self._tokens(form, operation="refresh_token")
        except OutcomeUnknown:
            pass
        try:
            return self._tokens(form, operation="refresh_token")
        except ReconnectRequired as error:
            raise ReconnectRequired(
                "TikTok's answer to a refresh was lost on the way, and with it the new refresh token.",
                remedy=RECONNECT,
                platform=PLATFORM,
                operation="refresh_token",
                reply=error.reply,
            ) from None

    def revoke(self, access_token: Secret) -> None:
        """End the grant: TikTok takes the app off the person's list."""
        answer = self._send("revoke", {"token": access_token}, operation="revoke", changes=True)
        if (error := self._refusal(answer, operation="revoke")) is not None:
            raise error

    def _tokens(self, form: Mapping[str, Secret | str], *, operation: str) -> dict[str, Any]:
        answer = self._send("token", form, operation=operation, changes=operation == "refresh_token")
        if (error := self._refusal(answer, operation=operation)) is not None:
            raise error
        told = answer.data if isinstance(answer.data, dict) else {}
        if not isinstance(told.get("access_token"), str) or not told["access_token"]:
            raise UnexpectedAnswer(
                "TikTok gave no access token.",
                remedy="Try again in a minute.",
                platform=PLATFORM,
                operation=operation,
                reply=PlatformReply(status=answer.status),
            )
        return told

    def _send(self, path: str, form: Mapping[str, Secret | str], *, operation: str, changes: bool) -> Answer:
        plain = {key: value.reveal() if isinstance(value, Secret) else value for key, value in form.items()}
        plain |= {"client_key": self.app.client_id, "client_secret": self.app.client_secret.reveal()}
        return self.http.call(
            "POST",
            f"{self.api}/v2/oauth/{path}/",
            operation=operation,
            changes=changes,
            form=plain,
            headers={"Cache-Control": "no-cache"},
        )

    def _refusal(self, answer: Answer, *, operation: str) -> ConnectorError | ConfigurationError | None:
        """Name what a token endpoint refuses; None when it refuses nothing. Its status says little, ``error`` decides."""
        told = answer.data if isinstance(answer.data, dict) else {}
        code = _code_in(told)
        if answer.ok and not code and isinstance(answer.data, dict):
            return None
        reply = PlatformReply(
            status=answer.status,
            code=code[:80],
            request_id=str(told.get("log_id") or "")[:80],
            words=str(told.get("error_description") or ""),
        )
        rest: dict[str, Any] = {"platform": PLATFORM, "operation": operation, "reply": reply}
        if answer.status == 429 or code == "rate_limit_exceeded":
            return RateLimited("TikTok asks for patience with logins.", retry_after=MINUTE, remedy=LATER, **rest)
        if (
            answer.status >= 500
            or code in {"server_error", "temporarily_unavailable"}
            or not isinstance(answer.data, dict)
        ):
            return TransientError("TikTok's login is out of order for the moment.", remedy=LATER, **rest)
        if code in _OPERATORS:
            return ConfigurationError(
                f"TikTok does not accept our app ({code}).",
                remedy="Check TIKTOK_APP_ID (the client key), TIKTOK_APP_SECRET, and that the app has the products and TIKTOK_SCOPES it asks for.",
            )
        if code == "invalid_grant" and operation == "exchange_code":
            return ReconnectRequired("TikTok does not know the code: it is old or used.", remedy=_AGAIN, **rest)
        if code in {"invalid_grant", "access_token_invalid"}:
            cause = "The grant is over: its tokens have expired, were revoked, or were replaced."
            return ReconnectRequired(cause, remedy=RECONNECT, **rest)
        if code == "invalid_request" and operation == "exchange_code":
            return ConfigurationError(
                "TikTok does not accept how we ask for tokens (invalid_request).",
                remedy="Check that the redirect address registered with the TikTok app is exactly <PUBLIC_URL>/api/oauth/tiktok/callback.",
            )
        return UnexpectedAnswer(
            f"TikTok's login refused our request ({code or answer.status}).",
            remedy="Try again; if it stays so, report it as a fault of Switchboard.",
            **rest,
        )


def grant(told: Mapping[str, Any], *, name: str, wanted: tuple[str, ...], now: datetime) -> Grant:
    """Make a grant of what the code brought. People may switch single scopes off, so a part of them is usual."""
    granted = scopes_in(told.get("scope")) or wanted
    open_id = told.get("open_id")
    if not isinstance(open_id, str) or not open_id:
        raise UnexpectedAnswer(
            "TikTok did not say who this is.", remedy="Try again.", platform=PLATFORM, operation="exchange_code"
        )
    return Grant(
        external_user_id=open_id,
        display_name=name,
        access_token=Secret(told["access_token"]),
        access_expires_at=_after(now, told.get("expires_in")),
        refresh_token=_refresh_token(told),
        refresh_expires_at=_after(now, told.get("refresh_expires_in")),
        scopes_granted=tuple(sorted(granted)),
        scopes_missing=tuple(scope for scope in wanted if scope not in granted),
    )


def refreshed(told: Mapping[str, Any], *, now: datetime) -> Refreshed:
    """Read what a refresh brought; what it leaves out stays as it is."""
    return Refreshed(
        access_token=Secret(told["access_token"]),
        access_expires_at=_after(now, told.get("expires_in")),
        refresh_token=_refresh_token(told),
        refresh_expires_at=_after(now, told.get("refresh_expires_in")),
        scopes_granted=tuple(sorted(scopes_in(told.get("scope")))) or None,
    )


def refused_consent(error: str, detail: str) -> ConfigurationError | None:
    """Tell what the operator must mend from a person who clicked Cancel."""
    if NO_TEST_USER in detail.split():
        return ConfigurationError(
            "The TikTok app is in sandbox mode, and this account is none of its target users.",
            remedy="Add the account under 'Target users' of the app's sandbox (it takes up to an hour), or use the production app.",
        )
    if error in _OPERATORS or error == "invalid_request":
        return ConfigurationError(
            f"TikTok refuses every login for our app ({error}).",
            remedy="Check TIKTOK_APP_ID (the client key), that TIKTOK_SCOPES names approved scopes alone, and the registered redirect address.",
        )
    return None


def scopes_in(told: Any) -> tuple[str, ...]:
    """Read a list of scopes, parted by commas."""
    if not isinstance(told, str):
        return ()
    return tuple(dict.fromkeys(part for part in told.replace(" ", ",").split(",") if part))


def _code_in(told: Mapping[str, Any]) -> str:
    """Return the error of a flat answer, or of one in the shape of the API; ``ok`` is none."""
    error = told.get("error")
    code = error.get("code") if isinstance(error, dict) else error
    return code if isinstance(code, str) and code != "ok" else ""


def _after(now: datetime, seconds: Any) -> datetime | None:
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**9
    return now + timedelta(seconds=seconds) if known else None


def _refresh_token(told: Mapping[str, Any]) -> Secret | None:
    token = told.get("refresh_token")
    return Secret(token) if isinstance(token, str) and token else None
