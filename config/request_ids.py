"""A request's id: the caller's own, where it is one, or a new one. It stands in the answer, in problems and in the log.

Beside it stand where it comes from and what it is about: the ids of its address name the row in every line of the log, and in the trace.
"""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import structlog
from django.http import HttpRequest, HttpResponse

from foundation import tracing
from tenants.addresses import client_address

HEADER: Final = "X-Request-Id"
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: What the API calls the things whose rows the log names.
_THINGS: Final = {
    "connections": "connection_id",
    "destinations": "destination_id",
    "jobs": "job_id",
    "posts": "post_id",
}


class RequestIds:
    """Take ``X-Request-Id`` when it is short and plain, make one otherwise, and echo it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get("HTTP_X_REQUEST_ID", "")
        # Whatever else it holds would go into every line of the log.
        chosen = told if _ID.fullmatch(told) else str(uuid.uuid4())
        request.META["HTTP_X_REQUEST_ID"] = chosen
        structlog.contextvars.bind_contextvars(ip=client_address(request))
        response = self.get_response(request)
        structlog.contextvars.unbind_contextvars("ip")
        response[HEADER] = chosen
        return response

    def process_view(self, request: HttpRequest, view: object, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Name the row that a request is about in whatever is logged meanwhile."""
        if not kwargs:
            return
        ids = {name: str(kwargs[name]) for name in _THINGS.values() if name in kwargs}
        if "pk" in kwargs and _UUID.fullmatch(pk := str(kwargs["pk"])):
            name = _THINGS.get(request.path.removeprefix("/api/").partition("/")[0])
            if name is not None:
                ids[name] = pk
        structlog.contextvars.bind_contextvars(**ids)
        if tracing.ON and (span := tracing.here()) is not None:
            tracing.say(span, ids)
