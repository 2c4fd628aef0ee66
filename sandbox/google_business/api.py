"""The APIs' router: which method a host, verb and path mean, the gate, then the handler."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from sandbox.calls import Call
from sandbox.google_business import accounts, hosts, locations, posts
from sandbox.google_business.ask import Ask, read_query
from sandbox.google_business.errors import NothingHere, Refusal
from sandbox.google_business.gate import Gate
from sandbox.google_business.responses import as_json, lost

if TYPE_CHECKING:
    from sandbox.world import World

Handler = Callable[[Ask], dict[str, Any]]
_A = r"accounts/(?P<account>[^/:]+)"
_L = r"locations/(?P<location>[^/:]+)"
_AM = "google.mybusiness.accountmanagement.v1"
_BI = "google.mybusiness.businessinformation.v1"
_V4 = "google.mybusiness.v4"


@dataclass(frozen=True)
class Endpoint:
    """One method of an API: where it is, its long name, what its query may hold, and whether it changes a location."""

    host: str
    verb: str
    path: re.Pattern[str]
    method: str
    run: Handler
    params: frozenset[str] = frozenset()
    writes: bool = False


def _on(host: str, version: str, verb: str, path: str, method: str, run: Handler, **more: Any) -> Endpoint:
    return Endpoint(host, verb, re.compile(f"/{version}/{path}"), method, run, **more)


_ENDPOINTS = (
    _on(
        hosts.ACCOUNTS,
        "v1",
        "GET",
        "accounts",
        f"{_AM}.AccountManagement.ListAccounts",
        accounts.listed,
        params=accounts.PARAMS,
    ),
    _on(hosts.ACCOUNTS, "v1", "GET", _A, f"{_AM}.AccountManagement.GetAccount", accounts.read),
    _on(
        hosts.LOCATIONS,
        "v1",
        "GET",
        f"{_A}/locations",
        f"{_BI}.BusinessInformation.ListLocations",
        locations.listed,
        params=locations.PARAMS,
    ),
    _on(
        hosts.LOCATIONS,
        "v1",
        "GET",
        _L,
        f"{_BI}.BusinessInformation.GetLocation",
        locations.read,
        params=frozenset({"readMask"}),
    ),
    _on(
        hosts.POSTS,
        "v4",
        "GET",
        f"{_A}/{_L}/localPosts",
        f"{_V4}.LocalPosts.ListLocalPosts",
        posts.listed,
        params=posts.PARAMS,
    ),
    _on(
        hosts.POSTS,
        "v4",
        "POST",
        f"{_A}/{_L}/localPosts",
        f"{_V4}.LocalPosts.CreateLocalPost",
        posts.create,
        writes=True,
    ),
    _on(
        hosts.POSTS, "v4", "GET", f"{_A}/{_L}/localPosts/(?P<post>[^/:]+)", f"{_V4}.LocalPosts.GetLocalPost", posts.read
    ),
    _on(
        hosts.POSTS,
        "v4",
        "PATCH",
        f"{_A}/{_L}/localPosts/(?P<post>[^/:]+)",
        f"{_V4}.LocalPosts.UpdateLocalPost",
        posts.patch,
        params=posts.PATCH_PARAMS,
        writes=True,
    ),
    _on(
        hosts.POSTS,
        "v4",
        "DELETE",
        f"{_A}/{_L}/localPosts/(?P<post>[^/:]+)",
        f"{_V4}.LocalPosts.DeleteLocalPost",
        posts.delete,
        writes=True,
    ),
)


class Api:
    """Answer the hosts of the APIs."""

    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate

    def answer(self, call: Call) -> Response:
        """Answer one call."""
        try:
            return as_json(self._work(call))
        except NothingHere as nothing:
            return lost(nothing.path)
        except Refusal as refusal:
            return as_json(refusal.body(), refusal.status, refusal.headers)

    def _work(self, call: Call) -> dict[str, Any]:
        here = [
            (one, found) for one in _ENDPOINTS if one.host == call.host and (found := one.path.fullmatch(call.path))
        ]
        if not here:
            raise NothingHere(call.path)
        for endpoint, found in here:
            if endpoint.verb == call.method:
                ask = self._gate.admit(call, endpoint.method, found.groupdict())
                ask.query = read_query(call, endpoint.params)
                if endpoint.writes:
                    self._gate.count_write(ask)
                return endpoint.run(ask)
        raise Refusal(404, "NOT_FOUND", "Method not found.")
