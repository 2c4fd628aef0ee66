"""What Google's token endpoint means when it says no, by its ``error`` and ``error_subtype``.

Source: https://developers.google.com/identity/protocols/oauth2 (refresh token expiration) and the official client libraries, read
2026-11-21. Google says ``invalid_grant`` of every dead token, so the subtype and the token's own end tell the reasons apart.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    PlatformReply,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.google_business.errors import FALLBACK_WAIT
from connectors.google_business.hosts import PLATFORM
from connectors.google_business.refresh_tokens import RefreshToken
from connectors.http import Answer

_PASSING: Final = frozenset({"internal_failure", "server_error", "temporarily_unavailable"})
#: What the operator must mend: cause and remedy by code.
OPERATORS: Final[dict[str, tuple[str, str]]] = {
    "invalid_client": (
        "Google does not accept our app's credentials.",
        "Check GOOGLE_BUSINESS_APP_ID and GOOGLE_BUSINESS_APP_SECRET.",
    ),
    "unauthorized_client": (
        "Our Google app may not log people in this way.",
        "In the Cloud Console the OAuth client must be of the type 'Web application'.",
    ),
    "deleted_client": ("Our Google app was deleted.", "Make a new OAuth client, and set its id and secret."),
    "disabled_client": ("Google has disabled our app.", "Look at the OAuth client in the Cloud Console."),
    "redirect_uri_mismatch": (
        "Google does not know the address that it is to send people back to.",
        "Register exactly <PUBLIC_URL>/api/oauth/google_business/callback with the OAuth client.",
    ),
    "org_internal": (
        "Our Google app is for people of its own organisation alone.",
        "Make the app External on the OAuth consent screen.",
    ),
    "invalid_scope": (
        "Google does not let our app ask for managing business profiles.",
        "Add the scope business.manage on the OAuth consent screen.",
    ),
    "invalid_request": (
        "Google found fault with how our app asks for tokens.",
        "Check the OAuth client in the Cloud Console; if it is right, report it as a fault of Switchboard.",
    ),
    "unsupported_grant_type": (
        "Google found fault with how our app asks for tokens.",
        "Check the OAuth client in the Cloud Console; if it is right, report it as a fault of Switchboard.",
    ),
}
_RAPT: Final = frozenset({"invalid_rapt", "rapt_required"})
_AGAIN: Final = "Start connecting again."
_RECONNECT: Final = "Reconnect this account; the jobs that failed for it can then be redriven."


def refusal(
    answer: Answer, *, operation: str, token: RefreshToken | None = None, now: datetime | None = None
) -> ConnectorError | ConfigurationError:
    """Name what a refusal means; ``token`` is the refresh token that was traded, with its end where known."""
    told = answer.data if isinstance(answer.data, Mapping) else {}
    code, words, subtype = (_text(told.get(key)) for key in ("error", "error_description", "error_subtype"))
    reply = PlatformReply(status=answer.status, code=code, subcode=subtype, words=words)
    rest: dict[str, Any] = {"platform": PLATFORM, "operation": operation, "reply": reply}
    if answer.status == 429:
        return RateLimited(
            "Google's login asks for patience.", retry_after=FALLBACK_WAIT, remedy="Wait a minute.", **rest
        )
    if answer.status >= 500 or answer.status == 408 or code in _PASSING:
        return TransientError(
            f"Google's login answered with an error (HTTP {answer.status}).",
            remedy="Nothing was exchanged. Switchboard tries again by itself.",
            **rest,
        )
    if code in OPERATORS:
        cause, remedy = OPERATORS[code]
        return ConfigurationError(cause, remedy=remedy)
    if code == "admin_policy_enforced":
        return ReconnectRequired(
            "The administrator of the Google Workspace does not allow our app.",
            remedy="Ask the administrator to trust the app under Security > API controls; then reconnect the account.",
            **rest,
        )
    if code == "invalid_grant" and operation == "exchange_code":
        return ReconnectRequired("Google does not know the code: it is old or used.", remedy=_AGAIN, **rest)
    if code == "invalid_grant":
        cause, remedy = _why_dead(subtype, token, now)
        return ReconnectRequired(cause, remedy=remedy, **rest)
    return UnexpectedAnswer(
        f"Google's login refused our request ({code or answer.status}).",
        remedy="Try again; if it stays so, report it as a fault of Switchboard.",
        **rest,
    )


def _why_dead(subtype: str, token: RefreshToken | None, now: datetime | None) -> tuple[str, str]:
    """Return cause and remedy of a refresh token that Google no longer takes."""
    if subtype in _RAPT:
        return (
            "The Google Workspace of this account wants people to log in anew from time to time (session control).",
            f"{_RECONNECT} The administrator can exempt the app under Security > Google Cloud session control.",
        )
    if token is not None and now is not None and token.is_over(now):
        return (
            f"Google gave this login until {token.ends_at:%d %B %Y} only: seven days, as it does while the app is in Testing.",
            f"{_RECONNECT} The operator ends this by publishing the app on the OAuth consent screen (In production).",
        )
    return (
        "Google no longer accepts this login: the person took access back, or it was unused for six months or replaced too often.",
        _RECONNECT,
    )


def _text(told: Any) -> str:
    return told if isinstance(told, str) else ""
