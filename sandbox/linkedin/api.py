"""The API's router: which resource and method a call means, the gate, then the handler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from sandbox.calls import Call
from sandbox.linkedin import (
    comments,
    documents,
    identity,
    images,
    member_statistics,
    organizations,
    page_statistics,
    post_changes,
    post_reading,
    posts,
    restli,
    social,
    videos,
    webhooks,
)
from sandbox.linkedin.access import ADMIN_SCOPES
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.courier import Courier
from sandbox.linkedin.errors import Refusal, gone
from sandbox.linkedin.gate import Demand, Gate
from sandbox.linkedin.responses import as_json, marked
from sandbox.linkedin.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_WRITE = ("w_member_social", "w_organization_social")
_READ = ("r_organization_social", "r_member_social")
_POST_NUMBERS = ("r_member_postAnalytics",)

Handler = Callable[[Ask], dict[str, Any] | Response]


@dataclass(frozen=True)
class Endpoint:
    """What answers a resource and a method, and what it demands."""

    run: Handler
    scopes: tuple[str, ...] = ()
    known_as: str = ""


# Resource (with its sub-resource) and Rest.li method.
_REST: dict[tuple[str, str], Endpoint] = {
    ("posts", "CREATE"): Endpoint(posts.create, _WRITE, post_reading.RESOURCE),
    ("posts", "GET"): Endpoint(post_reading.read, _READ, post_reading.RESOURCE),
    ("posts", "BATCH_GET"): Endpoint(post_reading.batch, _READ, post_reading.RESOURCE),
    ("posts", "FINDER"): Endpoint(post_reading.find, _READ, post_reading.RESOURCE),
    ("posts", "PARTIAL_UPDATE"): Endpoint(post_changes.update, _WRITE, post_reading.RESOURCE),
    ("posts", "DELETE"): Endpoint(post_changes.delete, _WRITE, post_reading.RESOURCE),
    ("images", "ACTION-initializeUpload"): Endpoint(images.initialize, _WRITE),
    ("images", "GET"): Endpoint(images.read),
    ("documents", "ACTION-initializeUpload"): Endpoint(documents.initialize, _WRITE),
    ("documents", "GET"): Endpoint(documents.read),
    ("videos", "ACTION-initializeUpload"): Endpoint(videos.initialize, _WRITE),
    ("videos", "ACTION-finalizeUpload"): Endpoint(videos.finalize, _WRITE),
    ("videos", "GET"): Endpoint(videos.read),
    ("socialActions", "GET"): Endpoint(social.actions, _READ),
    ("socialActions/comments", "CREATE"): Endpoint(comments.create, comments.WRITE_SCOPES, comments.RESOURCE),
    ("socialActions/comments", "GET_ALL"): Endpoint(comments.listed, comments.READ_SCOPES, comments.RESOURCE),
    ("socialActions/comments", "GET"): Endpoint(comments.read, comments.READ_SCOPES, comments.RESOURCE),
    ("socialActions/comments", "DELETE"): Endpoint(comments.delete, comments.WRITE_SCOPES, comments.RESOURCE),
    ("socialMetadata", "GET"): Endpoint(social.metadata, _READ),
    ("socialMetadata", "BATCH_GET"): Endpoint(social.metadata_batch, _READ),
    ("organizationAcls", "FINDER"): Endpoint(organizations.acls, ADMIN_SCOPES, "partnerApiOrganizationAcls"),
    ("organizations", "GET"): Endpoint(organizations.read, ADMIN_SCOPES),
    ("organizations", "BATCH_GET"): Endpoint(organizations.batch, ADMIN_SCOPES),
    ("organizations", "FINDER"): Endpoint(organizations.by_vanity_name, ADMIN_SCOPES),
    ("organizationsLookup", "BATCH_GET"): Endpoint(organizations.lookup, ADMIN_SCOPES),
    ("organizationalEntityShareStatistics", "FINDER"): Endpoint(
        page_statistics.share_statistics, ("rw_organization_admin",)
    ),
    ("organizationalEntityFollowerStatistics", "FINDER"): Endpoint(
        page_statistics.follower_statistics, ("rw_organization_admin",)
    ),
    ("organizationPageStatistics", "FINDER"): Endpoint(page_statistics.page_statistics, ("rw_organization_admin",)),
    ("networkSizes", "GET"): Endpoint(page_statistics.network_size, ADMIN_SCOPES),
    ("videoAnalytics", "FINDER"): Endpoint(page_statistics.video_analytics, ("r_organization_social",)),
    ("memberCreatorPostAnalytics", "FINDER"): Endpoint(member_statistics.posts, _POST_NUMBERS),
    ("memberCreatorVideoAnalytics", "FINDER"): Endpoint(member_statistics.videos, _POST_NUMBERS),
    ("memberFollowersCount", "FINDER"): Endpoint(member_statistics.followers, ("r_member_profileAnalytics",)),
    ("eventSubscriptions", "GET"): Endpoint(webhooks.read, ("rw_organization_admin",)),
    ("eventSubscriptions", "DELETE"): Endpoint(webhooks.unsubscribe, ("rw_organization_admin",)),
    ("eventSubscriptions", "FINDER"): Endpoint(webhooks.listed, ("rw_organization_admin",)),
    ("organizationalEntityNotifications", "FINDER"): Endpoint(webhooks.pull, ("rw_organization_admin",)),
}
_UNVERSIONED: dict[str, Endpoint] = {
    "userinfo": Endpoint(identity.userinfo, ("openid",)),
    "me": Endpoint(identity.me, ("r_basicprofile",)),
}
_VERBS = {"PUT": "UPDATE", "DELETE": "DELETE"}


class Api:
    """Answer api.linkedin.com."""

    def __init__(self, world: World, state: State, gate: Gate, courier: Courier) -> None:
        self._world = world
        self._state = state
        self._gate = gate
        # The one handler that needs more than its question.
        subscribe = Endpoint(lambda ask: webhooks.subscribe(ask, courier), ("rw_organization_admin",))
        self._rest = {**_REST, ("eventSubscriptions", "UPDATE"): subscribe}

    def answer(self, call: Call) -> Response:
        """Answer one call."""
        try:
            response = self._work(call)
        except Refusal as refusal:
            response = self.refuse(refusal)
        return marked(response)

    def refuse(self, refusal: Refusal) -> Response:
        """Write a refusal in the shape the switches ask for."""
        if self._world.switches.word("linkedin.error_shape") == "classic" and refusal.status == 400:
            refusal = refusal.classic()
        return as_json(refusal.body(), refusal.status)

    def _work(self, call: Call) -> Response:
        _need_length(call)
        path = restli.raw_path(call)
        root, _, rest = path.strip("/").partition("/")
        if root == "v2":
            return self._unversioned(call, rest)
        if root != "rest":
            raise gone(call.path)
        ask = self._gate.authenticate(call, versioned=True)
        ask.path, ask.written_query = path, restli.raw_query(call)
        ask.query = restli.read_query(ask.written_query)
        segments = rest.split("/")
        resource = segments[0]
        if len(segments) > 1:
            # A compound key is structure: its handler reads it as it was written.
            ask.written_key = segments[1]
            ask.key = segments[1] if segments[1].startswith("(") else restli.key_of(segments[1])
        if len(segments) > 2:
            resource, ask.subkey = f"{resource}/{segments[2]}", restli.key_of("/".join(segments[3:]))
        method = _method(ask, has_key=bool(ask.subkey if len(segments) > 2 else ask.key))
        endpoint = self._rest.get((resource, method))
        if endpoint is None:
            raise gone(f"{call.method} /{root}/{resource}")
        name = endpoint.known_as or resource
        told = f"FINDER-{ask.text('q')}" if method == "FINDER" else method
        self._gate.admit(ask, Demand(name, told, endpoint.scopes))
        return _response(endpoint.run(ask))

    def _unversioned(self, call: Call, name: str) -> Response:
        ask = self._gate.authenticate(call, versioned=False)
        endpoint = _UNVERSIONED.get(name)
        if endpoint is None or call.method != "GET":
            raise gone(call.path)
        self._gate.admit(ask, Demand(name, "GET", endpoint.scopes))
        return _response(endpoint.run(ask))


def _need_length(call: Call) -> None:
    """Refuse a POST or PUT that does not say how long it is."""
    headers = call.request.headers
    if call.method in ("POST", "PUT") and "Content-Length" not in headers and "Transfer-Encoding" not in headers:
        raise Refusal(411, "A request without a body must carry Content-Length: 0.")


def _method(ask: Ask, *, has_key: bool) -> str:
    """Return the Rest.li method a call means; the header that names it is not needed for that."""
    verb = "GET" if restli.is_tunnelled(ask.call) else ask.call.method
    if verb == "POST":
        action = ask.text("action")
        if action:
            return f"ACTION-{action}"
        return "PARTIAL_UPDATE" if has_key else "CREATE"
    if verb == "GET":
        if has_key:
            return "GET"
        if "q" in ask.query:
            return "FINDER"
        return "BATCH_GET" if "ids" in ask.query else "GET_ALL"
    return _VERBS.get(verb, verb)


def _response(answer: dict[str, Any] | Response) -> Response:
    return answer if isinstance(answer, Response) else as_json(answer)
