"""The control room's door: which page or answer a path under `/_sandbox/` means."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox import rendering
from sandbox.control.api import Api
from sandbox.control.pages import Pages
from sandbox.guard import from_elsewhere
from sandbox.platforms import ConsentRefusedError

if TYPE_CHECKING:
    from sandbox.world import World

_ROOT = "/_sandbox"
_PATHS = Map(
    [
        Rule("/", endpoint="home", methods=["GET"]),
        Rule(f"{_ROOT}/", endpoint="feed", methods=["GET"]),
        Rule(f"{_ROOT}/controls", endpoint="controls", methods=["GET", "POST"]),
        Rule(f"{_ROOT}/healthz", endpoint="healthz", methods=["GET"]),
        Rule(f"{_ROOT}/state", endpoint="state", methods=["GET"]),
        Rule(f"{_ROOT}/posts", endpoint="posts", methods=["GET"]),
        Rule(f"{_ROOT}/calls", endpoint="calls", methods=["GET", "DELETE"]),
        Rule(f"{_ROOT}/faults", endpoint="faults", methods=["GET", "POST", "DELETE"]),
        Rule(f"{_ROOT}/faults/<fault_id>", endpoint="fault", methods=["DELETE"]),
        Rule(f"{_ROOT}/clock", endpoint="clock", methods=["GET", "POST"]),
        Rule(f"{_ROOT}/switches", endpoint="switches", methods=["GET", "POST"]),
        Rule(f"{_ROOT}/reset", endpoint="reset", methods=["POST"]),
        Rule(f"{_ROOT}/revoke", endpoint="revoke", methods=["POST"]),
        Rule(f"{_ROOT}/apps", endpoint="apps", methods=["POST"]),
        Rule(f"{_ROOT}/media", endpoint="media", methods=["POST"]),
        Rule(f"{_ROOT}/<slug>/consent", endpoint="consent", methods=["POST"]),
        Rule(f"{_ROOT}/<slug>/webhooks/<what>", endpoint="webhooks", methods=["POST"]),
        Rule(f"{_ROOT}/<slug>/<name>", endpoint="lever", methods=["GET", "POST"]),
    ]
)


class Control:
    """Answer everything that is not a platform."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._api = Api(world)
        self._pages = Pages(world)

    def answer(self, request: Request) -> Response:
        """Answer one request; HTML for pages, JSON for the rest."""
        try:
            name, values = _PATHS.bind_to_environ(request.environ).match()
        except MethodNotAllowed as refusal:
            return as_json({"error": "This path does not know that method."}, 405, refusal.get_headers(None))
        except HTTPException as answer:
            response = answer.get_response(request.environ)
            return response if response.status_code < 400 else _nothing_here(request)
        if request.method not in ("GET", "HEAD") and from_elsewhere(request):
            return as_json({"error": "This was sent from another site's page."}, 403)
        if name == "home":
            return redirect(f"{_ROOT}/")
        if name in ("feed", "controls"):
            page: Callable[[Request], Response] = getattr(self._pages, name)
            return page(request)
        return self._answer_json(request, name, values)

    def _answer_json(self, request: Request, name: str, values: Mapping[str, Any]) -> Response:
        body: object = {}
        if request.get_data(cache=True):
            try:
                body = json.loads(request.get_data())
            except ValueError:
                return as_json({"error": "The body is not valid JSON."}, 400)
        if not isinstance(body, dict):
            return as_json({"error": "The body is not a JSON object."}, 400)
        verb = {"GET": "get", "HEAD": "get", "POST": "post", "DELETE": "delete"}[request.method]
        run: Callable[..., dict[str, Any]] = getattr(self._api, f"{verb}_{name}")
        # Whoever answers a webhook may well call the sandbox while we wait for the answer.
        guard = nullcontext() if name == "webhooks" else self._world.changing()
        try:
            with guard:
                return as_json(run(request.args, body, **values))
        except ConsentRefusedError as refusal:
            return as_json({"error": str(refusal)}, 400)
        except LookupError as refusal:
            return as_json({"error": str(refusal.args[0])}, 404)
        except ValueError as refusal:
            return as_json({"error": str(refusal)}, 400)


def as_json(body: dict[str, Any], status: int = 200, headers: Any = None) -> Response:
    """Write a JSON answer."""
    response = Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")
    for name, value in headers or ():
        if name == "Allow":
            response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return response


def _nothing_here(request: Request) -> Response:
    return rendering.page(
        "templates/message.html",
        status=404,
        title="Nothing stands here",
        text=f"{request.path} is neither a platform host nor a page of the sandbox.",
    )
