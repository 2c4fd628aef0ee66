"""The one WSGI application: every platform host by its own name, and the sandbox's own pages under `/_sandbox/`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from sandbox.address import locate
from sandbox.calls import Call, read_call
from sandbox.control import Control
from sandbox.faults import AFTER, BEFORE, Fault
from sandbox.fetching import FetchWanted
from sandbox.media import MEDIA_HOST
from sandbox.platforms import Platform
from sandbox.wire import WIRE_KEY, SocketWire
from sandbox.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>Sorry, something went wrong.</p></body></html>"


class Sandbox:
    """Send each request to the platform it names, with the trouble that was scripted for it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._control = Control(world)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        address = locate(request, self.world.serves)
        platform = self.world.platform_of(address.host) if address else None
        if address is not None and address.host == MEDIA_HOST:
            response = self.world.media.answer(address.path)
        elif address is None or platform is None:
            response = self._control.answer(request)
        else:
            wire = environ.get(WIRE_KEY) or SocketWire(environ.get("werkzeug.socket"))
            raw = address.host in platform.raw_hosts
            response = self._play(platform, read_call(request, address, wire, raw=raw))
        return response(environ, start_response)

    def _play(self, platform: Platform, call: Call) -> Response:
        """Carry out one platform call from its first byte to its last."""
        turned_away = platform.enter(call)
        if turned_away is not None:
            with self.world.changing():
                self._record(platform, call, [], turned_away.status_code, worked=False)
            return turned_away
        try:
            return self._serve(platform, call)
        finally:
            platform.leave(call)

    def _serve(self, platform: Platform, call: Call) -> Response:
        """Wait, fail, work, and fail again as scripted.

        The lock is held while the platform works, never while the caller waits.
        """
        world = self.world
        call.wire.wait(world.switches.number("latency_ms") / 1000)
        before = self._take(platform, BEFORE, call)
        if before is not None:
            refusal = self._before_work(platform, call, before)
            if refusal is not None:
                return refusal
        while True:
            try:
                with world.changing():
                    response = platform.handle(call)
                    worked = response.status_code < 400
                    after = self._take(platform, AFTER, call) if worked else None
                    answer = response if after is None else _spoiled(platform, call, response, after)
                    status = None if _drops(after) else answer.status_code
                    self._record(platform, call, [before, after], status, worked)
                break
            except FetchWanted as wanted:
                call.errands[wanted.errand] = world.media.fetch(wanted.errand)
        if after is not None:
            call.wire.wait(after.delay_s)
            if _drops(after):
                call.wire.drop()
        return answer

    def _before_work(self, platform: Platform, call: Call, fault: Fault) -> Response | None:
        """Act out a fault that comes before the work; None when the work goes on after it."""
        call.wire.wait(fault.delay_s)
        if fault.kind == "slow":
            return None
        with self.world.changing():
            if fault.kind == "revoke_token":
                platform.revoke_presented(call, fault.error)
                return None
            if fault.kind == "lost_before":
                self._record(platform, call, [fault], None, worked=False)
                response = None
            else:
                scripted = fault.kind == "platform_error"
                response = platform.scripted_error(call, fault) if scripted else bare_error(fault)
                self._record(platform, call, [fault], response.status_code, worked=False)
        if response is None:
            call.wire.drop()
        return response

    def _take(self, platform: Platform, kinds: tuple[str, ...], call: Call) -> Fault | None:
        faults = self.world.faults
        if not len(faults):
            return None
        with self.world.changing():
            for_people = platform.is_for_people(call)
            return faults.take(kinds, call.host, call.method, call.path, for_people=for_people)

    def _record(
        self, platform: Platform, call: Call, faults: list[Fault | None], status: int | None, worked: bool
    ) -> None:
        self.world.journal.record(
            at=self.world.clock.now(),
            platform=platform.slug,
            method=call.method,
            host=call.host,
            path=call.path,
            params=call.params,
            status=status,
            worked=worked,
            faults=[fault.kind for fault in faults if fault is not None],
            note=call.note,
        )


def create_app(world: World | None = None, *, state: Path | None = None, redirect_uris: Iterable[str] = ()) -> Sandbox:
    """Build the WSGI application over a given world, or over a new one."""
    return Sandbox(world or World(state=state, redirect_uris=redirect_uris))


def bare_error(fault: Fault) -> Response:
    """Answer with an HTML error page, as a proxy in front of a platform does."""
    status = fault.status or 500
    response = Response(status=status, mimetype="text/html")
    response.set_data(_HTML.format(response.status))
    if status == 429:
        response.headers["Retry-After"] = "5"
    return response


def _drops(fault: Fault | None) -> bool:
    return fault is not None and fault.kind == "lost_after_success"


def _spoiled(platform: Platform, call: Call, response: Response, fault: Fault) -> Response:
    """Turn a good answer into what the caller gets to see of it."""
    if fault.kind == "error_after_success":
        return platform.scripted_error(call, fault) if fault.error else bare_error(fault)
    if fault.kind == "malformed_json":
        body = response.get_data()
        response.set_data(body[: max(1, len(body) // 2)])
    return response
