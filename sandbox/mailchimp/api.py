"""The API's router: which resource a path means, who may do what to it, and the answer's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from sandbox.calls import Call, JsonObject
from sandbox.mailchimp import account, campaigns, checklist, content, domains, lists
from sandbox.mailchimp.actions import Actions
from sandbox.mailchimp.ask import Ask
from sandbox.mailchimp.errors import Refusal, gone, known
from sandbox.mailchimp.gate import Gate, permit
from sandbox.mailchimp.machine import Machine
from sandbox.mailchimp.responses import as_json, empty, marked, refused
from sandbox.mailchimp.shaping import shaped
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.world import World

Handler = Callable[[Ask], JsonObject | None]
Table = dict[str, dict[str, Handler]]
_ROOT = "/3.0"
_DEEPEST = 9

# What needs nothing but its question.
_PLAIN: Table = {
    "/": {"GET": account.root},
    "/ping": {"GET": account.ping},
    "/verified-domains": {"GET": domains.listed, "POST": domains.add},
    "/verified-domains/<domain>": {"GET": domains.read, "DELETE": domains.remove},
    "/verified-domains/<domain>/actions/verify": {"POST": domains.verify},
    "/lists": {"GET": lists.listed},
    "/lists/<list_id>": {"GET": lists.read, "PATCH": lists.change},
    "/campaigns": {"GET": campaigns.listed, "POST": campaigns.create},
    "/campaigns/<campaign_id>": {"GET": campaigns.read, "PATCH": campaigns.change, "DELETE": campaigns.delete},
    "/campaigns/<campaign_id>/content": {"GET": content.read, "PUT": content.put},
    "/campaigns/<campaign_id>/send-checklist": {"GET": checklist.read},
    "/search-campaigns": {"GET": campaigns.search},
}


class Api:
    """Answer the API's hosts."""

    def __init__(self, world: World, state: State, gate: Gate, machine: Machine) -> None:
        self._world = world
        self._state = state
        self._gate = gate
        actions = Actions(machine)
        started = "/campaigns/<campaign_id>/actions"
        self._table: Table = {
            **_PLAIN,
            f"{started}/send": {"POST": actions.send},
            f"{started}/schedule": {"POST": actions.schedule},
            f"{started}/unschedule": {"POST": actions.unschedule},
            f"{started}/cancel-send": {"POST": actions.cancel_send},
            f"{started}/test": {"POST": actions.test},
            f"{started}/replicate": {"POST": actions.replicate},
            f"{started}/create-resend": {"POST": actions.create_resend},
            f"{started}/pause": {"POST": actions.pause},
            f"{started}/resume": {"POST": actions.resume},
        }
        self._paths = Map([Rule(path, endpoint=path) for path in self._table], strict_slashes=False).bind("")

    def answer(self, call: Call) -> Response:
        """Answer one call."""
        if call.path == _ROOT:
            # Recorded: the root without its last slash leads to clear text.
            where = call.address.url(call.host, f"{_ROOT}/")
            return marked(Response(status=301, headers={"Location": where.replace("https://", "http://", 1)}), "")
        try:
            method = self._gate.method(call)
            ask = self._gate.admit(call)
            return self._carry_out(ask, method, call.path)
        except Refusal as refusal:
            return refused(refusal, self._world.switches)

    def run(self, ask: Ask, method: str, path: str) -> JsonObject | None:
        """Carry out one operation, which may come from a batch; refusals are raised."""
        handlers, ask.parts = self._find(path)
        handler = handlers.get(method)
        if handler is None:
            raise known("MethodNotAllowed", Allow=", ".join(sorted(handlers)))
        permit(ask, method, path)
        told = handler(ask)
        return None if told is None else shaped(ask, told)

    def _carry_out(self, ask: Ask, method: str, path: str) -> Response:
        if not path.startswith(f"{_ROOT}/"):
            raise gone()
        told = self.run(ask, method, path.removeprefix(_ROOT))
        return empty() if told is None else as_json(told)

    def _find(self, path: str) -> tuple[dict[str, Handler], Mapping[str, str]]:
        if len(path.strip("/").split("/")) > _DEEPEST:
            raise known("ResourceNestingTooDeep")
        try:
            name, parts = self._paths.match(path, method="GET")
        except HTTPException:
            raise gone() from None
        return self._table[name], parts
