"""The APIs' router: which method a host, verb and path mean, the gate, then the handler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from sandbox.calls import Call
from sandbox.google_business import endpoints, hosts, surprises
from sandbox.google_business.ask import read_query
from sandbox.google_business.errors import NothingHere, Refusal
from sandbox.google_business.gate import Gate
from sandbox.google_business.responses import as_json, lost

if TYPE_CHECKING:
    from sandbox.world import World


class Api:
    """Answer the hosts of the APIs."""

    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate

    def answer(self, call: Call) -> Response:
        """Answer one call."""
        try:
            told = self._work(call)
        except NothingHere as nothing:
            return lost(nothing.path)
        except Refusal as refusal:
            return as_json(refusal.body(), refusal.status, refusal.headers)
        return as_json(surprises.sprinkle(told) if self._world.switches.flag("google_business.extra_fields") else told)

    def _work(self, call: Call) -> dict[str, Any]:
        if call.host == hosts.QUESTIONS:
            raise Refusal(501, "UNIMPLEMENTED", "Operation is not implemented, or supported, or enabled.")
        here = endpoints.find(call.host, call.path)
        if not here:
            raise NothingHere(call.path)
        for endpoint, names in here:
            if endpoint.verb == call.method:
                ask = self._gate.admit(call, endpoint.method, names)
                ask.query = read_query(call, endpoint.params)
                if endpoint.writes:
                    self._gate.count_write(ask)
                return endpoint.run(ask)
        raise Refusal(404, "NOT_FOUND", "Method not found.")
