"""Conditional requests (RFC 9110): what a caller already has, and which state a change is meant for."""

from typing import Any

from django.utils.http import parse_etags, quote_etag


def is_known(request: Any, tag: str) -> bool:
    """Tell whether the caller has this state already (``If-None-Match``), so that 304 says all."""
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in asked or any(one.removeprefix("W/") == quote_etag(tag) for one in asked)


def expected(request: Any) -> list[str] | None:
    """Return the tags of the states a change is meant for (``If-Match``); None when it is meant for any.

    A weak tag never matches here, as the RFC has it.
    """
    if "If-Match" not in request.headers:
        return None
    asked = parse_etags(request.headers["If-Match"])
    return None if "*" in asked else [one.strip('"') for one in asked if not one.startswith("W/")]
