"""Answers as Google writes them: indented JSON, a page of HTML where no API is."""

from __future__ import annotations

import json
from collections.abc import Mapping

from markupsafe import escape
from werkzeug.wrappers import Response

_LOST = (
    "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n<title>Error {status}</title>\n"
    "<p><b>{status}.</b> The requested URL <code>{path}</code> was not found on this server.\n"
)


def as_json(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Write a JSON answer."""
    text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    response = Response(text, status, dict(headers or {}), content_type="application/json; charset=UTF-8")
    response.headers.setdefault("Cache-Control", "private")
    response.headers["Vary"] = "Origin, X-Origin, Referer"
    return response


def lost(path: str, status: int = 404) -> Response:
    """Answer with a page: nothing here has this path."""
    return Response(_LOST.format(status=status, path=escape(path)), status, content_type="text/html; charset=UTF-8")
