"""The gate every API call passes, always in this order: token, version, protocol, quota, scope.

The right to act for an author and the body come last and belong to the handlers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.calls import Call
from sandbox.linkedin import versions
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.errors import Refusal, known, no_permission
from sandbox.linkedin.limits import Limits
from sandbox.linkedin.state import State
from sandbox.linkedin.tokens import identify

if TYPE_CHECKING:
    from sandbox.world import World

PROTOCOL = "2.0.0"


@dataclass(frozen=True)
class Demand:
    """What an endpoint demands: its name in refusals, its method, and scopes of which one is enough (none: any token)."""

    resource: str
    method: str
    scopes: tuple[str, ...] = ()


class Gate:
    """Let calls in, or refuse them as the platform does."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state
        self._limits = Limits(state.buckets, world.switches)

    def authenticate(self, call: Call, *, versioned: bool) -> Ask:
        """Check token, version and protocol."""
        now = self._world.clock.now()
        token = identify(self._state, self._world.switches, call.bearer, now)
        app, member = self._state.apps.get(token.app_id), self._state.members.get(token.member_id)
        if app is None or member is None:
            raise known("INVALID_ACCESS_TOKEN")
        version = ""
        if versioned:
            headers = call.request.headers
            version = versions.check(headers.get("LinkedIn-Version", "").strip(), now)
            if headers.get("X-Restli-Protocol-Version", "").strip() != PROTOCOL:
                raise Refusal(400, f"The header X-Restli-Protocol-Version must be {PROTOCOL}.")
        return Ask(self._world, self._state, call, token, app, member, version)

    def admit(self, ask: Ask, demand: Demand) -> None:
        """Count the call and check the scope."""
        endpoint = f"{demand.resource}.{demand.method}"
        self._limits.count(ask.app, ask.member.id, endpoint, ask.now)
        if demand.scopes and not ask.has(*demand.scopes):
            raise no_permission(demand.resource, demand.method, ask.version)
