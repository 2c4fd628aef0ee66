"""Google's refusals: one envelope, three kinds of details (docs/platforms/google_business.md section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_TYPE = "type.googleapis.com/"
_RPC = f"{_TYPE}google.rpc."
INVALID = "Request contains an invalid argument."
_BAD_TOKEN = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
_NO_TOKEN = (
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
_CONSOLE = "https://console.developers.google.com/apis/api/{host}/overview?project={project}"
NO_POSTS_HERE = "Creating/Updating a local post is not authorized for this location."


@dataclass
class Refusal(Exception):
    """Refuse a call to one of the APIs."""

    status: int
    word: str
    message: str
    details: list[dict[str, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the error as the JSON the platform sends."""
        error: dict[str, Any] = {"code": self.status, "message": self.message, "status": self.word}
        if any("mybusiness" in detail["@type"] for detail in self.details):
            # The older API tells the same once more, in the way of older times.
            error["errors"] = [{"message": self.message, "domain": "global", "reason": "badRequest"}]
        if self.details:
            error["details"] = self.details
        return {"error": error}


@dataclass
class NothingHere(Exception):
    """Say with a page of HTML that no API has this path."""

    path: str


@dataclass
class OAuthRefusal(Exception):
    """Refuse a call to the token, revoke or tokeninfo endpoint."""

    status: int
    error: str
    description: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the error as the JSON the platform sends."""
        told = {"error": self.error}
        if self.description:
            told["error_description"] = self.description
        return {**told, **self.extra}


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with a post, as the older API tells it. Its numbers mean little beyond their bands."""

    code: int
    field: str
    message: str

    def told(self) -> dict[str, Any]:
        """Return it as JSON; a fault of no single field names none."""
        named = {"field": self.field} if self.field else {}
        return {"code": self.code, **named, "message": self.message}


def validation(*faults: Flaw) -> Refusal:
    """Refuse content as the older API does."""
    detail = {"@type": f"{_TYPE}google.mybusiness.v4.ValidationError", "errorDetails": [one.told() for one in faults]}
    return Refusal(400, "INVALID_ARGUMENT", INVALID, [detail])


def bad_request(violations: list[tuple[str, str]], message: str = "") -> Refusal:
    """Refuse fields as the newer APIs do, and as the JSON reader in front of all of them does."""
    listed = [{"field": where, "description": why} if where else {"description": why} for where, why in violations]
    detail = {"@type": f"{_RPC}BadRequest", "fieldViolations": listed}
    return Refusal(400, "INVALID_ARGUMENT", message or INVALID, [detail])


def invalid_argument(message: str = INVALID) -> Refusal:
    """Refuse without saying where."""
    return Refusal(400, "INVALID_ARGUMENT", message)


def not_found() -> Refusal:
    """Say that there is no such thing, or none for this caller."""
    return Refusal(404, "NOT_FOUND", "Requested entity was not found.")


def no_permission() -> Refusal:
    """Refuse a caller who may not."""
    return Refusal(403, "PERMISSION_DENIED", "The caller does not have permission")


def no_posts_here() -> Refusal:
    """Refuse posts of a location that is not verified or not open any more."""
    return Refusal(403, "PERMISSION_DENIED", NO_POSTS_HERE)


def unauthenticated(reason: str, host: str = "", method: str = "") -> Refusal:
    """Refuse a token; without a reason the details stay away, as they sometimes do."""
    message = _NO_TOKEN if reason == "CREDENTIALS_MISSING" else _BAD_TOKEN
    details = [_info(reason, {"service": host, "method": method})] if reason else []
    challenge = 'Bearer realm="https://accounts.google.com/"'
    if reason != "CREDENTIALS_MISSING":
        challenge += ', error="invalid_token"'
    return Refusal(401, "UNAUTHENTICATED", message, details, {"WWW-Authenticate": challenge})


def scope_insufficient(host: str = "", method: str = "") -> Refusal:
    """Refuse a token whose scopes are too few."""
    info = _info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", {"service": host, "method": method})
    return Refusal(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.", [info])


def service_disabled(host: str, title: str, project: str) -> Refusal:
    """Refuse a project that has not switched an API on."""
    url = _CONSOLE.format(host=host, project=project)
    message = (
        f"{title} has not been used in project {project} before or it is disabled. Enable it by visiting {url} then "
        "retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
    )
    links = [{"description": "Google developers console API activation", "url": url}]
    return Refusal(
        403,
        "PERMISSION_DENIED",
        message,
        [
            {"@type": f"{_RPC}Help", "links": links},
            _info("SERVICE_DISABLED", {"service": host, "consumer": f"projects/{project}"}),
        ],
    )


def consumer_refused(reason: str, host: str, project: str) -> Refusal:
    """Refuse a project that was suspended or does not exist."""
    what = "has been suspended" if reason == "CONSUMER_SUSPENDED" else "is invalid"
    info = _info(reason, {"service": host, "consumer": f"projects/{project}"})
    return Refusal(403, "PERMISSION_DENIED", f"Consumer 'projects/{project}' {what}.", [info])


def over_quota(host: str, project: str, value: int, *, limit: str = "DefaultRequestsPerMinutePerProject") -> Refusal:
    """Refuse a call beyond a quota; a project that was never approved has a quota of 0."""
    message = (
        f"Quota exceeded for quota metric 'Requests' and limit 'Requests per minute' of service '{host}' for consumer "
        f"'project_number:{project}'."
    )
    facts = {
        "service": host,
        "quota_metric": f"{host}/default_requests",
        "quota_limit": limit,
        "quota_limit_value": str(value),
        "quota_unit": "1/min/{project}",
        "quota_location": "global",
        "consumer": f"projects/{project}",
    }
    return Refusal(429, "RESOURCE_EXHAUSTED", message, [_info("RATE_LIMIT_EXCEEDED", facts)])


def _info(reason: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    kept = {name: value for name, value in metadata.items() if value}
    return {"@type": f"{_RPC}ErrorInfo", "reason": reason, "domain": "googleapis.com", "metadata": kept}
