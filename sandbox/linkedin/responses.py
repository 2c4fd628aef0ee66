"""Answers: JSON as the platform writes it, and the headers every answer carries."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping

from werkzeug.wrappers import Response


def as_json(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Write a JSON answer."""
    response = Response(json.dumps(body, ensure_ascii=False), status, dict(headers or {}))
    response.content_type = "application/json"
    return response


def marked(response: Response) -> Response:
    """Add what a caller quotes when it asks for help."""
    response.headers["x-li-uuid"] = secrets.token_urlsafe(16)
    response.headers["x-li-fabric"] = "prod-lva1"
    response.headers["x-li-request-id"] = str(uuid.uuid4())
    response.headers["x-restli-protocol-version"] = "2.0.0"
    response.headers["Cache-Control"] = "no-store"
    if response.status_code in (201, 204) and not response.get_data():
        # An empty answer has no type.
        response.headers.remove("Content-Type")
    return response
