"""What every page's frame shows."""

from typing import Any

from django.http import HttpRequest


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's plain values."""
    return {}
