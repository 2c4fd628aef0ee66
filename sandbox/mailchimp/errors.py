"""Refusals as the platform words them: problem documents, and what its proxies say in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TYPE = "https://mailchimp.com/developer/marketing/docs/errors/"
UNVALIDATED = "The resource submitted could not be validated. For field-specific details, see the 'errors' array."


@dataclass
class Refusal(Exception):
    """A problem document on its way out. Some member errors have no `type`."""

    status: int
    title: str
    detail: str
    errors: list[dict[str, str]] = field(default_factory=list)
    typed: bool = True
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, instance: str) -> dict[str, Any]:
        """Write the document."""
        told: dict[str, Any] = {"type": TYPE} if self.typed else {}
        told |= {"title": self.title, "status": self.status, "detail": self.detail, "instance": instance}
        if self.errors:
            told["errors"] = self.errors
        return told


# By the names that `X-Trigger-Error` takes; scripted faults use them too.
NAMED: dict[str, tuple[int, str, str]] = {
    "BadRequest": (400, "Bad Request", "Your request could not be processed."),
    "InvalidResource": (400, "Invalid Resource", UNVALIDATED),
    "InvalidAction": (400, "Invalid Action", "The action is not valid for this resource."),
    "JSONParseError": (400, "JSON Parse Exception", "We encountered an unspecified JSON parsing error."),
    "APIKeyMissing": (401, "API Key Missing", "Your request did not include an API key."),
    "APIKeyInvalid": (
        401,
        "API Key Invalid",
        "Your API key may be invalid, or you've attempted to access the wrong datacenter.",
    ),
    "Forbidden": (403, "Forbidden", "You are not permitted to access this resource."),
    "UserDisabled": (403, "User Disabled", "This account has been deactivated."),
    "AuthorizationFailure": (403, "Authorization Failure", "User does not have access to the requested operation"),
    "WrongDatacenter": (403, "WrongDatacenter", "The API key belongs to another data center."),
    "ResourceNotFound": (404, "Resource Not Found", "The requested resource could not be found."),
    "MethodNotAllowed": (405, "Method Not Allowed", "The requested method and resource are not compatible."),
    "ResourceNestingTooDeep": (414, "Resource Nesting Too Deep", "The sub-resource requested is nested too deeply."),
    "InvalidMethodOverride": (
        422,
        "Invalid Method Override",
        "You can only use the X-HTTP-Method-Override header with POST.",
    ),
    "RequestedFieldsInvalid": (422, "Requested Fields Invalid", "The fields requested from this resource are invalid."),
    "TooManyRequests": (429, "Too Many Requests", "You have exceeded the limit of 10 simultaneous connections."),
    "InternalServerError": (
        500,
        "Internal Server Error",
        "A deep, internal error has occurred during the processing of your request.",
    ),
    "ComplianceRelated": (503, "Compliance Related", "This method has been disabled."),
    "NotReady": (400, "Bad Request", "Your Campaign is not ready to send."),
    "CannotBeScheduled": (400, "Bad Request", "This campaign cannot be scheduled: ."),
}


def known(name: str, detail: str = "", **headers: str) -> Refusal:
    """Return a refusal by its name."""
    status, title, words = NAMED[name]
    return Refusal(
        status, title, detail or words, headers={key.replace("_", "-"): text for key, text in headers.items()}
    )


def invalid(field_name: str, message: str, detail: str = UNVALIDATED) -> Refusal:
    """Return a refusal that names one field."""
    return Refusal(400, "Invalid Resource", detail, [{"field": field_name, "message": message}])


def bad_request(detail: str) -> Refusal:
    """Return a plain 400."""
    return known("BadRequest", detail)


def gone() -> Refusal:
    """Return the refusal of something that is not there."""
    return known("ResourceNotFound")


def about_member(title: str, detail: str) -> Refusal:
    """Return one of the refusals of a contact, which come without a type."""
    return Refusal(400, title, detail, typed=False)


def scripted(error: Mapping[str, Any], status: int | None) -> Refusal:
    """Return what a fault asks for: a name of the table, or any title and detail."""
    name = str(error.get("code") or "InternalServerError")
    refusal = known(name) if name in NAMED else Refusal(status or 500, str(error.get("title") or name), "")
    refusal.status = status or refusal.status
    refusal.title = str(error.get("title") or refusal.title)
    refusal.detail = str(error.get("detail") or error.get("message") or refusal.detail)
    refusal.typed = bool(error.get("typed", True))
    listed = error.get("errors")
    if isinstance(listed, list):
        refusal.errors = [dict(item) for item in listed if isinstance(item, dict)]
    return refusal
