"""graph.facebook.com: version, token, proof, limits, then the handler that the path and the object name."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from sandbox.calls import Call
from sandbox.meta import comments, debug_token, oauth, pages, permissions, posts, publishing
from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid, missing_object, unknown_path
from sandbox.meta.limits import Limits
from sandbox.meta.records import Business, Comment, Human, Page, Post
from sandbox.meta.state import State
from sandbox.meta.tokens import check_proof, identify
from sandbox.meta.versions import answering, split_version

if TYPE_CHECKING:
    from sandbox.world import World

# Understood on every call.
_COMMON = frozenset({"access_token", "appsecret_proof", "locale", "pretty"})


@dataclass(frozen=True)
class Handler:
    """What answers a call, and the parameters it knows; any other is refused."""

    run: Callable[..., dict[str, Any]]
    params: frozenset[str]


_NODES = Map(
    [
        Rule("/oauth/access_token", endpoint="access_token"),
        Rule("/debug_token", endpoint="debug_token"),
        Rule("/<node>", endpoint=""),
        Rule("/<node>/<edge>", endpoint="edge"),
    ],
    strict_slashes=False,
)
_FIXED = {
    ("GET", "access_token"): Handler(oauth.access_token, oauth.PARAMS),
    ("POST", "access_token"): Handler(oauth.access_token, oauth.PARAMS),
    ("GET", "debug_token"): Handler(debug_token.debug_token, debug_token.PARAMS),
}
_NO_PARAMS: frozenset[str] = frozenset()
# What can be asked of each kind of object, by verb and edge.
_TABLE: dict[tuple[type, str, str], Handler] = {
    (Human, "GET", ""): Handler(pages.person, pages.READ_PARAMS),
    (Human, "GET", "permissions"): Handler(permissions.listed, pages.LIST_PARAMS),
    (Human, "DELETE", "permissions"): Handler(permissions.revoked, permissions.DELETE_PARAMS),
    (Human, "GET", "accounts"): Handler(pages.accounts, pages.LIST_PARAMS),
    (Human, "GET", "businesses"): Handler(pages.businesses, pages.LIST_PARAMS),
    (Business, "GET", ""): Handler(pages.business, pages.READ_PARAMS),
    (Business, "GET", "owned_pages"): Handler(pages.owned_pages, pages.LIST_PARAMS),
    (Business, "GET", "client_pages"): Handler(pages.client_pages, pages.LIST_PARAMS),
    (Page, "GET", ""): Handler(pages.page, pages.READ_PARAMS),
    (Page, "POST", "feed"): Handler(publishing.publish, publishing.PARAMS),
    (Page, "GET", "feed"): Handler(posts.feed, posts.LISTING_PARAMS),
    (Page, "GET", "posts"): Handler(posts.published_posts, posts.LISTING_PARAMS),
    (Page, "GET", "published_posts"): Handler(posts.published_posts, posts.LISTING_PARAMS),
    (Page, "GET", "scheduled_posts"): Handler(posts.scheduled_posts, posts.LISTING_PARAMS),
    (Post, "GET", ""): Handler(posts.read, pages.READ_PARAMS),
    (Post, "POST", ""): Handler(posts.edit, posts.EDIT_PARAMS),
    (Post, "DELETE", ""): Handler(posts.delete, _NO_PARAMS),
    (Post, "POST", "comments"): Handler(comments.create, comments.CREATE_PARAMS),
    (Post, "GET", "comments"): Handler(comments.listed, pages.LIST_PARAMS),
    (Comment, "GET", ""): Handler(comments.read, pages.READ_PARAMS),
    (Comment, "DELETE", ""): Handler(comments.delete, _NO_PARAMS),
}
_EDGES = {edge for _, _, edge in _TABLE if edge}


class Graph:
    """Answer calls to the Graph API."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state
        self._limits = Limits(world.store, world.switches)

    def answer(self, call: Call) -> Response:
        """Answer one call, with the headers every answer has."""
        headers = {"x-fb-trace-id": new_trace_id()}
        try:
            version, rest = split_version(call.path)
            version = answering(version, rest, self._world.clock.now(), self._world.switches)
            headers["facebook-api-version"] = version
            now = self._world.now()
            self._state.release_due(now)
            ask = Ask(self._world, self._state, call, version, rest, now)
            return respond(self._work(ask, headers), 200, headers)
        except GraphError as refusal:
            return _refusal(refusal, headers)

    def scripted(self, call: Call, error: GraphError) -> Response:
        """Answer with an error that was not earned."""
        headers = {"x-fb-trace-id": new_trace_id()}
        with suppress(GraphError):
            version, rest = split_version(call.path)
            headers["facebook-api-version"] = answering(version, rest, self._world.clock.now(), self._world.switches)
        return _refusal(error, headers)

    def _work(self, ask: Ask, headers: dict[str, str]) -> dict[str, Any]:
        name, node, edge = _match(ask.path)
        if ask.call.unreadable:
            raise invalid(ask.call.unreadable)
        if name == "access_token":
            return _run(_FIXED.get((ask.call.method, name)), ask)
        self._authenticate(ask)
        row = None if name == "debug_token" else self._find(ask, node)
        page_id = row.id if isinstance(row, Page) else row.page_id if isinstance(row, Post) else ""
        refusal = self._limits.count(ask.speaker, page_id, ask.now)
        headers.update(self._limits.headers(ask.speaker, ask.now))
        if refusal is not None:
            raise refusal
        if name == "debug_token":
            return _run(_FIXED.get((ask.call.method, name)), ask)
        if edge and edge not in _EDGES:
            raise unknown_path(f"/{edge}")
        handler = _TABLE.get((type(row), ask.call.method, edge))
        if row is None or handler is None:
            raise missing_object(ask.call.method, node)
        return _run(handler, ask, row)

    def _authenticate(self, ask: Ask) -> None:
        """Recognise the token, wherever it was put, and check the proof that came with it."""
        ask.presented = ask.text("access_token") or ask.call.bearer
        if not ask.presented:
            if ask.path.startswith("/me"):
                raise GraphError(
                    2500, "An active access token must be used to query information about the current user."
                )
            raise GraphError(104, "An access token is required to request this resource.")
        ask.token = identify(self._state, ask.presented, ask.now)
        app = self._state.apps.get(ask.token.app_id)
        if app is None:
            raise GraphError(190, "Error validating application. Application has been deleted.")
        required = self._world.switches.flag("meta.require_appsecret_proof")
        check_proof(app, ask.presented, ask.text("appsecret_proof"), required=required)

    def _find(self, ask: Ask, node: str) -> Human | Page | Business | Post | Comment | None:
        state = self._state
        if node == "me":
            if ask.speaker.kind == "APP":
                raise GraphError(
                    2500, "An active access token must be used to query information about the current user."
                )
            speaker = ask.speaker
            return state.pages.get(speaker.page_id) if speaker.kind == "PAGE" else state.people.get(speaker.person_id)
        return (
            state.pages.get(node)
            or state.posts.get(node)
            or state.people.get(node)
            or state.businesses.get(node)
            or state.comments.get(node)
        )


def _match(path: str) -> tuple[str, str, str]:
    """Return the name of a fixed path, or the node and the edge."""
    try:
        name, values = _NODES.bind("").match(path, method="GET")
    except HTTPException:
        raise unknown_path(path) from None
    return name, values.get("node", ""), values.get("edge", "")


def _run(handler: Handler | None, ask: Ask, *row: object) -> dict[str, Any]:
    if handler is None:
        raise missing_object(ask.call.method, ask.path.strip("/"))
    unknown = sorted(set(ask.call.params) - handler.params - _COMMON)
    unknown += sorted(ask.call.files)
    if unknown:
        ask.call.note = f"unknown parameter: {', '.join(unknown)}"
        raise invalid(f"Unknown parameter: {', '.join(unknown)}")
    return handler.run(ask, *row)


def _refusal(error: GraphError, headers: dict[str, str]) -> Response:
    """Answer with an error in the platform's shape."""
    return respond(error.body(headers["x-fb-trace-id"]), error.status, headers)


def new_trace_id() -> str:
    """Mint what a caller quotes when it asks for help."""
    return "A" + secrets.token_urlsafe(16)


def respond(body: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    """Write an answer as the platform does."""
    response = Response(json.dumps(body), status, headers, content_type="application/json; charset=UTF-8")
    response.headers["Cache-Control"] = "no-store"
    return response
