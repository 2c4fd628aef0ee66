"""Addresses end with a slash: readers are sent on to the right one, writers are told it."""

from typing import Any

from django.http import HttpRequest
from django.middleware.common import CommonMiddleware


class Slashes(CommonMiddleware):
    """Redirect a reader who left out the slash; a redirected POST would arrive as a GET, so the API answers 404 instead."""

    def should_redirect_with_slash(self, request: HttpRequest) -> Any:
        """Tell whether to send the caller on."""
        if request.path_info.startswith("/api/") and request.method not in {"GET", "HEAD"}:
            return False
        return super().should_redirect_with_slash(request)
