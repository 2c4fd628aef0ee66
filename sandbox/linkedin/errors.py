"""The platform's refusals, in its own shapes (docs/platforms/linkedin.md section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BAD_REQUEST = "com.linkedin.common.error.BadRequest"


@dataclass
class Refusal(Exception):
    """Refuse a call to the API. With `details` the body is the detailed shape, without it the classic one."""

    status: int
    message: str
    code: str = ""
    service_code: int | None = None
    details: list[dict[str, Any]] = field(default_factory=list)

    def body(self) -> dict[str, Any]:
        """Return the error as the JSON the platform sends."""
        if self.details:
            return {
                "errorDetailType": BAD_REQUEST,
                "message": self.message,
                "errorDetails": {"inputErrors": self.details},
                "status": self.status,
            }
        body: dict[str, Any] = {"status": self.status}
        if self.service_code is not None:
            body["serviceErrorCode"] = self.service_code
        if self.code:
            body["code"] = self.code
        return {**body, "message": self.message}

    def classic(self) -> Refusal:
        """Return the same refusal with its first code on top instead of details."""
        if not self.details:
            return self
        return Refusal(self.status, self.message, str(self.details[0]["code"]))


@dataclass
class OAuthRefusal(Exception):
    """Refuse a call to an OAuth endpoint."""

    status: int
    error: str
    description: str

    def body(self) -> dict[str, Any]:
        """Return the error as the JSON the platform sends."""
        return {"error": self.error, "error_description": self.description}


def bad_input(code: str, message: str, path: str = "", *, status: int = 400) -> Refusal:
    """Refuse a field of the body."""
    where = {"inputPath": {"fieldPath": path}} if path else {}
    return Refusal(status, message, details=[{"description": message, "input": where, "code": code}])


def missing(path: str) -> Refusal:
    """Refuse a body without a required field."""
    return bad_input("MISSING_FIELD", f"{path} is a required field and is missing.", path)


def invalid(path: str, why: str) -> Refusal:
    """Refuse a value."""
    return bad_input("INVALID_VALUE_FOR_FIELD", f"{path}: {why}", path)


def too_long(path: str, limit: int) -> Refusal:
    """Refuse a text beyond its limit."""
    return bad_input("FIELD_LENGTH_TOO_LONG", f"{path} exceeds the maximum length of {limit} characters.", path)


def bad_query(why: str) -> Refusal:
    """Refuse a path or a query that does not follow the encoding rules, or lacks a parameter."""
    return Refusal(400, why, "ILLEGAL_ARGUMENT")


def unpermitted(*paths: str) -> Refusal:
    """Refuse fields that may not be sent, or not by this caller."""
    listed = ", ".join(paths)
    return Refusal(
        403,
        f"Unpermitted fields present in REQUEST_BODY: Data Processing Exception while processing fields [{listed}]",
        "ACCESS_DENIED",
        100,
    )


def no_permission(resource: str, method: str, version: str) -> Refusal:
    """Refuse a call whose scope or product is missing."""
    shown = f"{version}01" if version else "NO_VERSION"
    return Refusal(403, f"Not enough permissions to access: {resource}.{method}.{shown}", "ACCESS_DENIED", 100)


def forbidden(kind: str) -> Refusal:
    """Refuse a look at an upload."""
    return Refusal(
        403,
        f"Accessing this {kind} resource is forbidden. Please check your permissions for this resource",
        "ACCESS_DENIED",
    )


def not_yours(what: str) -> Refusal:
    """Refuse a change to what belongs to another author."""
    return Refusal(403, f"The caller has no permission to act on {what}.", "ACCESS_DENIED", 100)


def gone(what: str) -> Refusal:
    """Say that something is not there."""
    return Refusal(404, f"Resource {what} does not exist", "NOT_FOUND")


# What a fault may name by its code or service code alone: status, service code, message.
_KNOWN: dict[str, tuple[int, int | None, str]] = {
    "EMPTY_ACCESS_TOKEN": (401, None, "Empty oauth2_access_token"),
    "INVALID_ACCESS_TOKEN": (401, 65600, "Invalid access token"),
    "REVOKED_ACCESS_TOKEN": (401, 65601, "The token used in the request has been revoked by the user"),
    "EXPIRED_ACCESS_TOKEN": (401, 65602, "The token used in the request has expired"),
    "ACCESS_DENIED": (403, 100, "Not enough permissions to access the resource"),
    "CONFLICT": (409, None, "Conflict with another request; try again"),
    "UNPROCESSABLE_ENTITY": (422, None, "The content could not be processed"),
    "NONEXISTENT_VERSION": (426, None, "Requested version 20250401 is not active"),
    "TOO_MANY_REQUESTS": (429, 101, "Resource level throttle limit for calls to this resource is reached."),
    "INTERNAL_ERROR": (500, None, "Internal Server Error"),
    "SERVICE_UNAVAILABLE": (503, None, "Service Unavailable"),
    "GATEWAY_TIMEOUT": (504, None, "Gateway Timeout"),
}
_BY_NUMBER = {number: code for code, (_, number, _) in _KNOWN.items() if number is not None}


def known(code: str) -> Refusal:
    """Return a refusal by its code."""
    status, number, message = _KNOWN[code]
    return Refusal(status, message, code, number)


def scripted(wish: Mapping[str, Any], status: int | None) -> Refusal:
    """Make the error a fault asks for: code (a word, or a number for the service code), message."""
    code = str(wish.get("code") or wish.get("serviceErrorCode") or "")
    if code.isdecimal():
        code = _BY_NUMBER.get(int(code), code)
    if code in _KNOWN:
        refusal = known(code)
        refusal.status = status or refusal.status
    elif code and status in (None, 400, 422):
        refusal = bad_input(code, str(wish.get("message") or "The request was refused."), status=status or 400)
    else:
        refusal = Refusal(status or 500, "The request could not be completed.", code)
    if wish.get("message"):
        refusal.message = str(wish["message"])
    return refusal
