"""The errors a fault may ask for by one word, in the shape of the API it hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.google_business import errors
from sandbox.google_business.errors import Flaw, OAuthRefusal, Refusal
from sandbox.google_business.hosts import SERVICES

_PLAIN: dict[str, tuple[int, str]] = {
    "INVALID_ARGUMENT": (400, errors.INVALID),
    "FAILED_PRECONDITION": (400, "Precondition check failed."),
    "PERMISSION_DENIED": (403, "The caller does not have permission"),
    "NOT_FOUND": (404, "Requested entity was not found."),
    "ABORTED": (409, "The operation was aborted."),
    "ALREADY_EXISTS": (409, "Requested entity already exists"),
    "INTERNAL": (500, "Internal error encountered."),
    "UNIMPLEMENTED": (501, "Operation is not implemented, or supported, or enabled."),
    "UNAVAILABLE": (503, "The service is currently unavailable."),
    "DEADLINE_EXCEEDED": (504, "Deadline expired before operation could complete."),
}
_BY_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RATE_LIMIT_EXCEEDED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_OAUTH: dict[str, tuple[int, str]] = {
    "invalid_grant": (400, "Token has been expired or revoked."),
    "invalid_request": (400, "Bad Request"),
    "redirect_uri_mismatch": (400, "Bad Request"),
    "unsupported_grant_type": (400, "Invalid grant_type: "),
    "invalid_client": (401, "The OAuth client was not found."),
    "internal_failure": (500, "Backend Error"),
    "server_error": (500, "Backend Error"),
    "temporarily_unavailable": (503, "Service Unavailable"),
}


def refusal(wish: Mapping[str, Any], status: int | None, host: str, project: str) -> Refusal:
    """Make the error a fault asks for: `code` (a word or a status), `message`, and for a photo its number in `photo`."""
    word = str(wish.get("code") or "")
    if not word or word.isdecimal():
        word = _BY_STATUS.get(int(word or status or 500), "INTERNAL")
    service = SERVICES.get(host)
    title = service.title if service else host
    made: dict[str, Callable[[], Refusal]] = {
        "UNAUTHENTICATED": lambda: errors.unauthenticated("ACCESS_TOKEN_EXPIRED", host),
        "ACCESS_TOKEN_EXPIRED": lambda: errors.unauthenticated("ACCESS_TOKEN_EXPIRED", host),
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT": lambda: errors.scope_insufficient(host),
        "SERVICE_DISABLED": lambda: errors.service_disabled(host, title, project),
        "CONSUMER_SUSPENDED": lambda: errors.consumer_refused("CONSUMER_SUSPENDED", host, project),
        "CONSUMER_INVALID": lambda: errors.consumer_refused("CONSUMER_INVALID", host, project),
        "NO_POSTS_HERE": errors.no_posts_here,
        "RATE_LIMIT_EXCEEDED": lambda: errors.over_quota(host, project, int(wish.get("value", 300))),
        "NOT_APPROVED": lambda: errors.over_quota(host, project, 0),
        "PHOTO": lambda: errors.validation(Flaw(int(wish.get("photo", 1000)), "", "Fetching image failed.")),
    }
    if word in made:
        found = made[word]()
    else:
        usual, message = _PLAIN.get(word, (400, "The request was refused."))
        found = Refusal(usual, word, message)
    found.status = status or found.status
    found.message = str(wish.get("message") or found.message)
    return found


def oauth_refusal(wish: Mapping[str, Any], status: int | None) -> OAuthRefusal:
    """Make the error a fault asks of the token endpoint: `code`, `message`, `subtype`."""
    error = str(wish.get("code") or "internal_failure")
    if error.isdecimal():
        error = "invalid_grant" if error == "400" else "internal_failure"
    usual, description = _OAUTH.get(error, (400, "Bad Request"))
    extra = {"error_subtype": str(wish["subtype"])} if wish.get("subtype") else {}
    return OAuthRefusal(status or usual, error, str(wish.get("message") or description), extra)
