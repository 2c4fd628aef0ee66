"""The courier: events on their way to this machine, signed where a webhook has a secret, and repeated for 75 minutes."""

from __future__ import annotations

import hashlib
import hmac
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from sandbox.fetching import Errand
from sandbox.mailchimp.records import Delivery
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.world import World

PATIENCE_S = 10.0
# Growing gaps that end 75 minutes after the event.
GAPS = (60, 120, 240, 480, 900, 1200, 1500)
_STALE_S = 3_600
_AT_A_TIME = 50


class Courier:
    """Send what is due. No lock is held while somebody is waited for."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def run_due(self) -> int:
        """Send what is due and return how much that was; cheap when nothing waits."""
        if not self._state.waiting:
            return 0
        with self._world.changing():
            now = self._world.clock.now()
            found = [self._state.deliveries.get(one) for one in self._state.waiting]
            due = [one.id for one in found if one is not None and one.due <= now][:_AT_A_TIME]
        for delivery_id in due:
            # Gone meanwhile: a reset came in between.
            with suppress(LookupError):
                self.send(delivery_id)
        return len(due)

    def send(self, delivery_id: str) -> Delivery:
        """Send one delivery now and note how it went."""
        with self._world.changing():
            delivery = self._state.deliveries.get(delivery_id)
            if delivery is None:
                raise LookupError(f"There is no delivery {delivery_id}.")
            body = delivery.body.encode()
            headers = [("Content-Type", "application/x-www-form-urlencoded"), ("User-Agent", "MailChimp")]
            if delivery.secret and delivery.fault != "unsigned":
                headers.append(("X-Mailchimp-Signature", _signature(delivery, body)))
            errand = Errand(delivery.url, "POST", tuple(headers), body, PATIENCE_S, 64 * 1024)
        answer = self._world.media.fetch(errand)
        with self._world.changing():
            if delivery_id not in self._state.deliveries:
                raise LookupError(f"There is no delivery {delivery_id}.")
            delivery.tries += 1
            delivery.status = answer.status
            taken = not answer.problem and 200 <= answer.status < 300
            gap = GAPS[delivery.tries - 1] if delivery.tries <= len(GAPS) else None
            delivery.done = taken or gap is None
            delivery.due = self._world.clock.now() + (gap or 0)
            return self._state.save_delivery(delivery)


def sign(secret: str, moment: int, body: bytes) -> str:
    """Return the signature header of a body sent at a moment."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def _signature(delivery: Delivery, body: bytes) -> str:
    # The machine's own time: a receiver compares it with its clock, and not with the one of this town.
    moment = int(time.time()) - (_STALE_S if delivery.fault == "stale" else 0)
    return sign("not the secret" if delivery.fault == "bad_signature" else delivery.secret, moment, body)
