"""Errors of the API as RFC 9457 problem documents: one shape, a stable ``code``, the cause and the remedy in words.

``docs/api/errors.md`` lists the codes.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from foundation.errors import ConfigurationError, Finding, Invalid, Refusal
from foundation.forms import UNFIT

log = structlog.get_logger(__name__)

MEDIA_TYPE: Final = "application/problem+json"

#: What DRF refuses by itself, in our words: code, title, remedy.
_OURS: Final[dict[type[Exception], tuple[str, str, str]]] = {
    exceptions.NotAuthenticated: (
        "not_authenticated",
        "Nobody is signed in",
        "Send 'Authorization: Bearer <your API key>', or sign in with a browser.",
    ),
    exceptions.AuthenticationFailed: (
        "invalid_api_key",
        "The key does not open",
        "Check the key, or ask an owner for a new one.",
    ),
    exceptions.ParseError: ("malformed_body", "The body cannot be read", "Send well-formed JSON in UTF-8."),
    exceptions.UnsupportedMediaType: (
        "unsupported_media_type",
        "The body has the wrong type",
        "Send application/json.",
    ),
    exceptions.MethodNotAllowed: (
        "method_not_allowed",
        "Not with this method",
        "See /api/docs/ for what this address takes.",
    ),
    exceptions.NotAcceptable: ("not_acceptable", "No such answer format", "Accept application/json."),
    exceptions.Throttled: (
        "throttled",
        "Too many requests",
        "Wait as long as Retry-After says; GET /api/limits tells what is left.",
    ),
    exceptions.PermissionDenied: ("forbidden", "Not allowed", "Use a key or a role that carries what this needs."),
}


def problem(
    *, status: int, code: str, title: str, detail: str, remedy: str = "", findings: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the members of a problem document."""
    made: dict[str, Any] = {
        "type": f"/docs/errors#{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if remedy:
        made["remedy"] = remedy
    if findings:
        made["errors"] = findings
    if request_id := structlog.contextvars.get_contextvars().get("request_id"):
        made["request_id"] = str(request_id)
    return made


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn an exception of a view into a problem; None for what nobody foresaw (Django then answers 500)."""
    headers: dict[str, str] = {}
    if isinstance(error, Refusal):
        body = of_refusal(error)
    elif isinstance(error, ConfigurationError):
        body = problem(
            status=503,
            code="not_configured",
            title="This installation is not set up for it",
            detail=error.detail,
            remedy=error.remedy,
        )
    elif isinstance(error, exceptions.ValidationError):
        body = _of_fields(list(_fields(error.detail)))
    elif isinstance(error, Http404 | exceptions.NotFound):
        body = problem(
            status=404,
            code="not_found",
            title="Not found",
            detail="There is nothing at this address.",
            remedy="Check the id.",
        )
    elif isinstance(error, PermissionDenied):
        body = problem(status=403, code="forbidden", title="Not allowed", detail=str(error) or "You may not do this.")
    elif isinstance(error, RequestDataTooBig):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = problem(
            status=413,
            code="too_large",
            title="The body is too large",
            detail=f"The body is longer than {limit:,} bytes.",
            remedy="Send less in one request.",
        )
    elif isinstance(error, DatabaseError):
        log.error("api.database_unreachable", error=type(error).__name__)
        body = problem(
            status=503,
            code="database_unavailable",
            title="Not available right now",
            detail="The database did not answer.",
            remedy="Repeat the request in a few seconds, with the same Idempotency-Key.",
        )
        headers["Retry-After"] = "5"
    elif isinstance(error, exceptions.APIException):
        body = _of_framework(error)
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(wait) + 1)
        if header := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = header
    else:
        return None
    set_rollback()
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _of_fields(findings: list[dict[str, Any]]) -> dict[str, Any]:
    if findings and all(finding["code"] == UNFIT for finding in findings):
        words = "Some of what was sent cannot be; nothing was stored."
        return of_refusal(Invalid(words, findings=[Finding(**finding) for finding in findings]))
    return problem(
        status=400,
        code="invalid_request",
        title="The request has the wrong form",
        detail="Some fields are missing, unknown or of the wrong type; nothing was stored.",
        remedy="Mend the fields listed in errors.",
        findings=findings,
    )


def of_refusal(error: Refusal) -> dict[str, Any]:
    """Return the problem a refusal tells."""
    return problem(
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        remedy=error.remedy,
        findings=[finding_as_json(finding) for finding in error.findings],
    )


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as the API tells it; empty members are left out."""
    told = {
        "field": finding.field,
        "code": finding.code,
        "message": finding.message,
        "remedy": finding.remedy,
        "limit": finding.limit,
        "destination": finding.destination,
        "severity": finding.severity,
    }
    return {key: value for key, value in told.items() if value}


def plain_problem(request: HttpRequest, status: int, detail: str, *, remedy: str = "") -> JsonResponse:
    """Answer outside DRF (an unknown address below /api/, a crash) in the same shape."""
    phrase = HTTPStatus(status).phrase
    code = {400: "bad_request", 404: "not_found", 500: "internal_error", 503: "database_unavailable"}.get(
        status, "error"
    )
    usual = {
        404: "See /api/docs/ for the addresses there are.",
        500: "Repeat it; if it stays so, tell the operator the request_id.",
        503: "Repeat the request in a few seconds, with the same Idempotency-Key.",
    }
    body = problem(status=status, code=code, title=phrase, detail=detail, remedy=remedy or usual.get(status, ""))
    # Some refusals come before the log knows the request.
    body.setdefault("request_id", request.META.get("HTTP_X_REQUEST_ID", ""))
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


def _of_framework(error: exceptions.APIException) -> dict[str, Any]:
    code, title, remedy = _OURS.get(type(error), ("error", "The request cannot be carried out", ""))
    return problem(status=error.status_code, code=code, title=title, detail=str(error.detail), remedy=remedy)


def _fields(detail: Any, path: str = "") -> Any:
    """Flatten DRF's nested errors into one finding a field."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            here = path if key == "non_field_errors" else f"{path}.{key}" if path else str(key)
            yield from _fields(value, here)
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        for position, item in enumerate(detail):
            yield from _fields(item, f"{path}.{position}" if path else str(position))
    else:
        for item in detail if isinstance(detail, list) else [detail]:
            yield {"field": path, "code": str(getattr(item, "code", "invalid")), "message": str(item)}
