"""How every answer of the API is written."""

from __future__ import annotations

import json
import secrets
from typing import Any

from werkzeug.wrappers import Response


def new_trace_id() -> str:
    """Mint what a caller quotes when it asks for help."""
    return "A" + secrets.token_urlsafe(16)


def respond(body: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    """Write an answer as the platform does."""
    response = Response(json.dumps(body), status, headers, content_type="application/json; charset=UTF-8")
    response.headers["Cache-Control"] = "no-store"
    return response
