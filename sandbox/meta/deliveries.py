"""Sending: webhooks signed over the bytes that leave, and the two callbacks with a `signed_request`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.fetching import Errand
from sandbox.meta import events
from sandbox.meta.hooks import GAPS, Delivery
from sandbox.meta.records import DEFAULT_APP_ID, App
from sandbox.meta.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_TIMEOUT_S = 5.0
_MOST_COPIES, _MOST_IN_A_BATCH = 20, 1000
_AT_A_TIME = 50


class Deliveries:
    """Send what apps subscribed to. Nothing here holds the world's lock while it waits for an answer."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state
        self._acts: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "callbacks": self._callbacks,
            "deliveries": self._listed,
            "flush": self._flush,
            "redeliver": self._redeliver,
            "deauthorize": lambda wish: self._signed("deauthorize", wish),
            "data_deletion": lambda wish: self._signed("data_deletion", wish),
        }

    def act(self, what: str, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Do one of the things the control room offers."""
        if what in self._acts:
            return self._acts[what](wish)
        if what not in events.EVENTS:
            known = ", ".join([*events.EVENTS, *self._acts])
            raise LookupError(f"There is no {what}. Known: {known}.")
        return self._trigger(what, wish)

    def run_due(self) -> int:
        """Send what is due and return how many were sent; cheap when nothing waits."""
        hooks = self._state.hooks
        if not hooks.waiting:
            return 0
        with self._world.changing():
            now = self._world.clock.now()
            waiting = [hooks.outbox.get(one) for one in hooks.waiting]
            due = [one.id for one in waiting if one is not None and one.next_at <= now][:_AT_A_TIME]
        for delivery_id in due:
            # Gone meanwhile: a reset came in between.
            with suppress(LookupError):
                self.send(delivery_id)
        return len(due)

    def send(self, delivery_id: str) -> Delivery:
        """Send one delivery now and note how it went."""
        with self._world.changing():
            delivery = self._state.hooks.outbox.get(delivery_id)
            app = self._state.apps.get(delivery.app_id) if delivery else None
            if delivery is None or app is None:
                raise LookupError(f"There is no delivery {delivery_id}.")
            body = delivery.body.encode()
            headers = [("Content-Type", delivery.content_type), ("User-Agent", "facebookexternalua")]
            if delivery.kind == "webhook":
                headers += _signatures(app, body, broken=delivery.bad_signature)
            errand = Errand(delivery.url, "POST", tuple(headers), body, _TIMEOUT_S, 64 * 1024)
        answer = self._world.media.fetch(errand)
        with self._world.changing():
            delivery.tries += 1
            delivery.status, delivery.answer = answer.status, answer.body.decode("utf-8", "replace")[:2000]
            delivery.done = answer.ok
            gap = GAPS[delivery.tries - 1] if delivery.tries <= len(GAPS) else None
            delivery.next_at = self._world.clock.now() + (gap or 0)
            if delivery.done or gap is None:
                self._give_up(delivery)
            self._state.hooks.outbox.put(delivery.id, delivery)
        return delivery

    def deauthorised(self, app: App, person_id: str) -> Delivery | None:
        """Queue the news that a person removed an app; the lock is held."""
        return self._queue_signed(app, "deauthorize", app.deauthorize_url, person_id)

    def _give_up(self, delivery: Delivery) -> None:
        hooks = self._state.hooks
        hooks.waiting.pop(delivery.id, None)
        subscription = hooks.apps.get(f"{delivery.app_id}:{delivery.object}")
        if not delivery.done and delivery.kind == "webhook" and subscription is not None:
            # Who did not answer for a day and a half is not told any more.
            subscription.active = False
            hooks.subscribe_app(subscription)
        delivery.done = True

    def _trigger(self, what: str, wish: Mapping[str, Any]) -> dict[str, Any]:
        copies = _bounded(wish, "copies", _MOST_COPIES)
        batch = _bounded(wish, "batch", _MOST_IN_A_BATCH)
        with self._world.changing():
            now = self._world.now()
            event = events.make(self._state, what, wish, now)
            entries = [event.entry]
            for number in range(1, batch):
                entries.append(events.make(self._state, what, {**wish, "number": number}, now).entry)
            if wish.get("reverse"):
                entries.reverse()
            listeners = self._state.hooks.listeners(event.object, event.page_id, event.field)
            ids = [
                self._state.hooks.queue(one, entries, now, bad_signature=bool(wish.get("bad_signature"))).id
                for one in listeners
                for _ in range(copies)
            ]
        if not ids:
            return {"deliveries": [], "why": f"No app is subscribed to {event.field} of {event.object} here."}
        if wish.get("queue"):
            return {"deliveries": [{"id": one} for one in ids]}
        return {"deliveries": [_told(self.send(one)) for one in ids]}

    def _signed(self, kind: str, wish: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changing():
            app = self._state.apps.get(str(wish.get("app_id") or DEFAULT_APP_ID))
            person_id = str(wish.get("user") or "")
            if app is None or person_id not in self._state.people:
                raise ValueError("Name a 'user' of this town.")
            url = app.deauthorize_url if kind == "deauthorize" else app.deletion_url
            delivery = self._queue_signed(app, kind, url, person_id, wish)
        if delivery is None:
            raise ValueError("The app has no such callback; register one with 'callbacks'.")
        return _told(self.send(delivery.id))

    def _queue_signed(
        self, app: App, kind: str, url: str, person_id: str, wish: Mapping[str, Any] | None = None
    ) -> Delivery | None:
        if not url:
            return None
        now, wish = self._world.now(), wish or {}
        said = {"user_id": person_id, "algorithm": "HMAC-SHA256", "issued_at": now - int(wish.get("age_s", 0))}
        signed = signed_request("not the secret" if wish.get("bad_signature") else app.secret, said)
        body = urlencode({"signed_request": signed})
        form = "application/x-www-form-urlencoded"
        return self._state.hooks.post(Delivery("", kind, app.id, "", url, form, body, now))

    def _callbacks(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changing():
            app = self._state.apps.get(str(wish.get("app_id") or DEFAULT_APP_ID))
            if app is None:
                raise ValueError("There is no such app.")
            app.deauthorize_url = str(wish.get("deauthorize_url", app.deauthorize_url))
            app.deletion_url = str(wish.get("data_deletion_url", app.deletion_url))
            self._state.apps.put(app.id, app)
            return {"deauthorize_url": app.deauthorize_url, "data_deletion_url": app.deletion_url}

    def _listed(self, _wish: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.changing():
            return {"deliveries": [_told(one) for one in reversed(self._state.hooks.outbox)][:100]}

    def _flush(self, _wish: Mapping[str, Any]) -> dict[str, Any]:
        return {"sent": self.run_due(), "waiting": len(self._state.hooks.waiting)}

    def _redeliver(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        return _told(self.send(str(wish.get("id", ""))))


def signed_request(secret: str, said: Mapping[str, Any]) -> str:
    """Write a `signed_request`: both halves in base64url without padding, the second one signed as it stands."""
    payload = _b64url(json.dumps(said, separators=(",", ":")).encode())
    signature = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()
    return f"{_b64url(signature)}.{payload}"


def _signatures(app: App, body: bytes, *, broken: bool) -> list[tuple[str, str]]:
    key = b"not the secret" if broken else app.secret.encode()
    return [
        ("X-Hub-Signature", "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest()),
        ("X-Hub-Signature-256", "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()),
    ]


def _b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bounded(wish: Mapping[str, Any], name: str, most: int) -> int:
    value = wish.get(name, 1)
    if type(value) is not int or not 1 <= value <= most:
        raise ValueError(f"{name} is a whole number from 1 to {most}.")
    return value


def _told(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "kind": delivery.kind,
        "object": delivery.object,
        "tries": delivery.tries,
        "status": delivery.status,
        "done": delivery.done,
        "answer": delivery.answer,
        "body": delivery.body if delivery.kind == "webhook" else "",
    }
