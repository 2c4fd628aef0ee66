"""Answers as they leave: JSON with the headers every answer has, empty 204s, and the pages of the proxies in front."""

from __future__ import annotations

import json
import secrets
import uuid
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from sandbox.mailchimp.errors import Refusal

if TYPE_CHECKING:
    from sandbox.switches import Switches

_JSON = "application/json; charset=utf-8"
_PROBLEM = "application/problem+json; charset=utf-8"
_BLOCKED = (
    "<HTML><HEAD><TITLE>{title}</TITLE></HEAD><BODY><H1>{title}</H1>\n"
    "You don't have permission to access this server.<P>\nReference&#32;&#35;{number}\n</BODY></HTML>\n"
)


def as_json(body: object) -> Response:
    """Write a good answer."""
    response = Response(json.dumps(body, ensure_ascii=False), 200)
    response.content_type = _JSON
    return marked(response, str(uuid.uuid4()))


def empty() -> Response:
    """Write the answer of actions and deletions: nothing, and still called JSON."""
    response = Response(status=204)
    response.content_type = _JSON
    return marked(response, str(uuid.uuid4()))


def moved(where: str) -> Response:
    """Write a redirect."""
    return marked(Response(status=301, headers={"Location": where}), str(uuid.uuid4()))


def refused(refusal: Refusal, switches: Switches) -> Response:
    """Write a problem document, whose instance is the id of the request."""
    instance = str(uuid.uuid4())
    response = Response(json.dumps(refusal.body(instance), ensure_ascii=False), refusal.status, refusal.headers)
    response.content_type = _PROBLEM
    if refusal.status == 429 and switches.number("mailchimp.retry_after_s"):
        response.headers["Retry-After"] = str(switches.number("mailchimp.retry_after_s"))
    return marked(response, instance)


def marked(response: Response, request_id: str) -> Response:
    """Add the headers of every answer."""
    response.headers["Server"] = "openresty"
    response.headers["X-Request-Id"] = request_id
    response.headers["Link"] = '<https://us1.api.mailchimp.com/schema/3.0/Definitions/Response.json>; rel="describedBy"'
    response.headers["Cache-Control"] = "no-store"
    return response


def from_a_proxy(name: str) -> Response | None:
    """Write what stands in front of the API says in its place; None for names it does not know."""
    number = f"18.{secrets.token_hex(4)}.1795000000.{secrets.token_hex(4)}"
    if name == "Throttled":
        return Response(b"", 403)
    if name == "AkamaiBlocked":
        return Response(_BLOCKED.format(title="Access Denied", number=number), 403, content_type="text/html")
    if name == "AkamaiRequestBlocked":
        return Response(_BLOCKED.format(title="Request Blocked", number=number), 503, content_type="text/html")
    if name == "AkamaiUnavailable":
        body = {
            "type": "akamai_error_message",
            "title": "akamai_503",
            "status": 503,
            "ref_no": f"Reference Number: {number}",
        }
        return Response(json.dumps(body), 503, content_type="application/json")
    return None
