"""A cheap guard for forms on loopback: other sites' pages may not press our buttons."""

from __future__ import annotations

from urllib.parse import urlsplit

from werkzeug.wrappers import Request


def from_elsewhere(request: Request) -> bool:
    """Say whether a browser sent this from another site's page. Programs send neither header and pass."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host
