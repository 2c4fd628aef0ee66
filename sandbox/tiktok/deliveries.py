"""Sending events: signed over the bytes that leave, repeated for three days until somebody answers 200."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sandbox.fetching import Errand
from sandbox.tiktok.records import Delivery
from sandbox.tiktok.state import State

if TYPE_CHECKING:
    from sandbox.world import World

GIVE_UP_AFTER_S = 72 * 60 * 60
FIRST_GAP_S, LONGEST_GAP_S = 10, 6 * 60 * 60
_TIMEOUT_S = 5.0
_AT_A_TIME = 50


class Courier:
    """Carry events to callbacks. Nothing here holds the world's lock while it waits for an answer."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def run_due(self) -> int:
        """Send what is due and return how many were sent; cheap when nothing waits."""
        if not self._state.undelivered:
            return 0
        with self._world.changing():
            now = self._world.clock.now()
            waiting = [self._state.deliveries.get(one) for one in self._state.undelivered]
            due = [one.id for one in waiting if one is not None and one.next_at <= now][:_AT_A_TIME]
            if self._world.switches.word("tiktok.webhook_order") == "reversed":
                due.reverse()
        for delivery_id in due:
            # Gone meanwhile: a reset came in between.
            with suppress(LookupError):
                self.send(delivery_id)
        return len(due)

    def send(self, delivery_id: str) -> Delivery:
        """Send one delivery now and note how it went."""
        with self._world.changing():
            delivery = self._state.deliveries.get(delivery_id)
            app = self._state.apps.get(delivery.app_key) if delivery else None
            if delivery is None or app is None:
                raise LookupError(f"There is no delivery {delivery_id}.")
            body = delivery.body.encode()
            t = self._time_to_sign(delivery)
            secret = "not the secret" if delivery.bad_signature else app.secret
            headers = (("Content-Type", "application/json"), ("TikTok-Signature", f"t={t},s={sign(secret, t, body)}"))
            errand = Errand(delivery.url, "POST", headers, body, _TIMEOUT_S, 64 * 1024)
        answer = self._world.media.fetch(errand)
        with self._world.changing():
            now = self._world.clock.now()
            delivery.tries += 1
            delivery.status = answer.status
            delivery.next_at = now + min(LONGEST_GAP_S, FIRST_GAP_S * 2 ** min(delivery.tries - 1, 20))
            delivery.done = answer.ok or delivery.next_at > delivery.created + GIVE_UP_AFTER_S
            if delivery.done:
                self._state.undelivered.pop(delivery.id, None)
            self._state.deliveries.put(delivery.id, delivery)
        return delivery

    def _time_to_sign(self, delivery: Delivery) -> int:
        """Return the `t` of a try; whether a retry has its own is not known, so a switch decides."""
        if delivery.signed_at and self._world.switches.word("tiktok.webhook_retry_t") == "same":
            return delivery.signed_at
        skew = self._world.switches.number("tiktok.webhook_skew_s")
        t = int(self._world.clock.now()) + skew - delivery.age_s
        delivery.signed_at = delivery.signed_at or t
        return t


def sign(secret: str, t: int, body: bytes) -> str:
    """Return the signature over the time and the raw body, in lower-case hex."""
    return hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()


def told(delivery: Delivery) -> dict[str, Any]:
    """Tell a delivery as the control room does."""
    return {
        "id": delivery.id,
        "event": delivery.event,
        "app": delivery.app_key,
        "url": delivery.url,
        "tries": delivery.tries,
        "status": delivery.status,
        "done": delivery.done,
        "next_at": delivery.next_at,
        "body": delivery.body,
    }
