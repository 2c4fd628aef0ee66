"""Batches as time passes: their operations carried out when their turn comes, in no promised order."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from sandbox.address import Address
from sandbox.calls import Call, JsonObject
from sandbox.fetching import Errand, Fetched
from sandbox.mailchimp import results
from sandbox.mailchimp.api import Api
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.batches import encoded, state_of
from sandbox.mailchimp.errors import Refusal
from sandbox.mailchimp.events import Events
from sandbox.mailchimp.presets import GLOBAL_HOST, RESULTS_HOST
from sandbox.mailchimp.records import Account, Batch, Login, Seat
from sandbox.mailchimp.state import State
from sandbox.wire import SocketWire

if TYPE_CHECKING:
    from sandbox.world import World

_IN_A_FILE = 100


class _Unattended(Call):
    """A call nobody waits for: what would have to be fetched for it cannot be."""

    def fetch(self, errand: Errand) -> Fetched:
        """Fetch nothing."""
        return Fetched(problem="batches fetch nothing")


class Runner:
    """Carry batches out. The world's lock is held."""

    def __init__(self, world: World, state: State, api: Api, events: Events) -> None:
        self._world = world
        self._state = state
        self._api = api
        self._events = events

    def settle(self) -> None:
        """Bring every batch to where it is by now."""
        now, step = self._world.clock.now(), self._world.switches.number("mailchimp.batch_step_s")
        for batch_id in list(self._state.running):
            batch = self._state.batches.get(batch_id)
            if batch is None:
                self._state.running.pop(batch_id)
                continue
            status = state_of(batch, now, step)
            if not batch.digest and status in ("started", "finalizing", "finished"):
                self._run(batch)
            if status == "finished":
                batch.done, batch.completed = True, min(now, batch.submitted + 4 * step)
                self._state.save_batch(batch)
                self._tell(batch)

    def _run(self, batch: Batch) -> None:
        # Nothing promises an order, so none is kept: a batch whose parts need each other fails here too.
        order = sorted(range(len(batch.operations)), key=lambda number: zlib.crc32(f"{batch.id}:{number}".encode()))
        answers = [self._operation(batch, batch.operations[number]) for number in order]
        batch.errored = sum(answer["status_code"] >= 400 for answer in answers)
        pieces = [answers[start : start + _IN_A_FILE] for start in range(0, len(answers), _IN_A_FILE)]
        packed = results.archive([encoded(piece) for piece in pieces], self._world.clock.now())
        batch.digest = self._world.media.keep(packed)
        self._state.save_batch(batch)

    def _operation(self, batch: Batch, operation: dict[str, Any]) -> JsonObject:
        told = {"status_code": 200, "operation_id": operation.get("operation_id", ""), "response": ""}
        try:
            body = self._api.run(self._ask(batch, operation), operation["method"], self._path(operation))
        except Refusal as refusal:
            told["status_code"] = refusal.status
            body = refusal.body(f"{batch.id}-operation")
        if body is None:
            told["status_code"] = 204
        told["response"] = "" if body is None else json.dumps(body, ensure_ascii=False)
        return told

    @staticmethod
    def _path(operation: dict[str, Any]) -> str:
        return "/" + unquote(str(operation["path"])).partition("?")[0].strip("/").removeprefix("3.0/")

    def _ask(self, batch: Batch, operation: dict[str, Any]) -> Ask:
        account = self._state.accounts.get(batch.account_id)
        login = self._state.logins.get(str(batch.login_id))
        seat = self._state.seat(batch.account_id, batch.login_id)
        if account is None or login is None or seat is None:
            raise Refusal(401, "API Key Invalid", "The maker of this batch has left the account.")
        params = {str(key): str(value) for key, value in (operation.get("params") or {}).items()}
        call = self._call(batch, account, operation["method"], params)
        raw = str(operation.get("body") or "").encode()
        return _asked(self._world, self._state, call, account, login, seat, raw, params)

    def _call(self, batch: Batch, account: Account, method: str, params: dict[str, str]) -> Call:
        host = f"{account.dc}.{GLOBAL_HOST}"
        environ = EnvironBuilder(method=method, path="/3.0/", query_string=urlencode(params)).get_environ()
        where = batch.address
        address = Address(where["scheme"], where["netloc"], host, "/3.0/", prefixed=where["prefixed"])
        return _Unattended(Request(environ), address, SocketWire(None), params, {})

    def _tell(self, batch: Batch) -> None:
        """Tell whoever wants to hear that a batch is finished."""
        now = self._world.clock.now()
        where = batch.address
        address = Address(where["scheme"], where["netloc"], RESULTS_HOST, "/", prefixed=where["prefixed"])
        for hook in self._state.batch_hooks:
            if hook.account_id != batch.account_id or not hook.enabled:
                continue
            data = {
                "type": "batch_operation_completed",
                "fired_at": iso(now).replace("T", " ")[:19],
                "data[id]": batch.id,
                "data[status]": "finished",
                "data[total_operations]": str(len(batch.operations)),
                "data[finished_operations]": str(len(batch.operations)),
                "data[errored_operations]": str(batch.errored),
                "data[submitted_at]": iso(batch.submitted),
                "data[completed_at]": iso(batch.completed),
                "data[response_body_url]": address.url(
                    RESULTS_HOST, f"/{batch.id}-response.tar.gz", results.signed_query(batch, now)
                ),
            }
            self._events.queue(hook.id, batch.account_id, "batch", hook.url, urlencode(data), "")


def _asked(
    world: World,
    state: State,
    call: Call,
    account: Account,
    login: Login,
    seat: Seat,
    raw: bytes,
    params: dict[str, str],
) -> Ask:
    return Ask(world, state, call, account, login, seat, raw=raw, query=params, everything=call.method == "GET")
