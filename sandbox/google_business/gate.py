"""The gate of every API: token, project, switch in the console, quota, scope. The order is an assumption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.calls import Call
from sandbox.google_business import tokens
from sandbox.google_business.ask import Ask
from sandbox.google_business.errors import Refusal, over_quota, scope_insufficient, service_disabled, unauthenticated
from sandbox.google_business.hosts import SERVICES
from sandbox.google_business.records import Window
from sandbox.google_business.state import State
from sandbox.google_business.tokens import BUSINESS

if TYPE_CHECKING:
    from sandbox.world import World

_OLD_SCOPE = "https://www.googleapis.com/auth/plus.business.manage"


class Gate:
    """Let calls in, or refuse them as the platform does."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def admit(self, call: Call, method: str, path: dict[str, str]) -> Ask:
        """Check a call to a method (its long name) before anybody looks at what it asks."""
        token = tokens.identify(self._state, call.bearer, self._world.now(), call.host, method)
        app, person = self._state.apps.get(token.app_id), self._state.people.get(token.person_id)
        if app is None or person is None:
            raise unauthenticated("")
        switches = self._world.switches
        if switches.flag("google_business.unapproved") or not app.approved:
            raise over_quota(call.host, app.project, 0)
        service = SERVICES[call.host]
        if service.switch and not switches.flag(service.switch):
            raise service_disabled(call.host, service.title, app.project)
        if not call.errands:
            # A call that had to wait for the network comes by twice and counts once.
            self._count(call.host, app.project)
        if not {BUSINESS, _OLD_SCOPE}.intersection(token.scopes):
            raise scope_insufficient(call.host, method)
        return Ask(self._world, self._state, call, token, app, person, path)

    def count_write(self, ask: Ask) -> None:
        """Count a change to a location, or to what hangs on it."""
        limit = self._world.switches.number("google_business.limit_writes")
        if ask.call.errands or "location" not in ask.path:
            return
        if self._over(f"write:{ask.path['location']}", limit):
            refusal = over_quota(ask.call.host, ask.app.project, limit, limit="WriteRequestsPerMinutePerProfile")
            raise self._with_patience(refusal)

    def _count(self, host: str, project: str) -> None:
        limit = self._world.switches.number("google_business.limit_minute")
        if self._over(f"{project}:{host}", limit):
            raise self._with_patience(over_quota(host, project, limit))

    def _over(self, key: str, limit: int) -> bool:
        minute = self._world.now() // 60
        window = self._state.windows.get(key)
        if window is None or window.minute != minute:
            window = Window(minute)
        window.calls += 1
        self._state.windows.put(key, window)
        return 0 < limit < window.calls

    def _with_patience(self, refusal: Refusal) -> Refusal:
        seconds = self._world.switches.number("google_business.retry_after_s")
        if seconds:
            refusal.headers["Retry-After"] = str(seconds)
        return refusal
