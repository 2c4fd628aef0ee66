"""A request's id: the caller's own, where it is one, or a new one. It stands in the answer, in problems and in the log."""

import re
import uuid
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

HEADER: Final = "X-Request-Id"
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


class RequestIds:
    """Take ``X-Request-Id`` when it is short and plain, make one otherwise, and echo it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get("HTTP_X_REQUEST_ID", "")
        # Whatever else it holds would go into every line of the log.
        chosen = told if _ID.fullmatch(told) else str(uuid.uuid4())
        request.META["HTTP_X_REQUEST_ID"] = chosen
        response = self.get_response(request)
        response[HEADER] = chosen
        return response
