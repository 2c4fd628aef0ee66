"""The courier: challenges and signed deliveries to webhooks on this machine, and nowhere else.

What is due goes out whenever something happens in the town: a call, or a lever. No lock is held while a letter is on
its way, but for the first challenge of a subscription, which its caller waits for.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from sandbox.linkedin.access import roles_on
from sandbox.linkedin.records import App, Delivery, Notification, Subscription
from sandbox.linkedin.state import State

if TYPE_CHECKING:
    from sandbox.world import World

PATIENCE_S = 3.0
CHECK_EVERY_S = 2 * 60 * 60
REDELIVER_AFTER_S = 5 * 60
GIVE_UP_AFTER_S = 8 * 60 * 60
SUBSCRIPTION_LIFE_S = 60 * 24 * 60 * 60
STRIKES = 3
EVENT = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
_KEPT_DELIVERIES = 500


@dataclass(frozen=True)
class Letter:
    """A request on its way out."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What came back, and how long it took; status 0 is nothing at all."""

    status: int
    content_type: str = ""
    body: bytes = b""
    seconds: float = 0.0


def over_loopback(letter: Letter) -> Reply:
    """Send a letter to this machine; anywhere else it is not sent at all."""
    if not on_this_machine(letter.url):
        return Reply(0)
    target = urlsplit(letter.url)
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    began = time.monotonic()
    connection = kind(target.hostname or "", target.port, timeout=PATIENCE_S)
    try:
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        connection.request(letter.method, path, letter.body or None, letter.headers)
        answer = connection.getresponse()
        body = answer.read(65_536)
        return Reply(answer.status, answer.getheader("Content-Type", ""), body, time.monotonic() - began)
    except (OSError, http.client.HTTPException):
        return Reply(0, seconds=time.monotonic() - began)
    finally:
        connection.close()


def on_this_machine(url: str) -> bool:
    """Say whether an address is on loopback."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Courier:
    """Carry letters. Tests put their own `send` in, and `in_background` off."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state
        self._busy = threading.Lock()
        self.send: Callable[[Letter], Reply] = over_loopback
        self.in_background = True

    def challenge(self, app: App, webhook: str) -> bool:
        """Ask a webhook to prove that it knows the app's secret."""
        code = str(uuid.uuid4())
        query = urlencode({"challengeCode": code, "applicationId": app.number})
        reply = self.send(Letter("GET", f"{webhook}{'&' if '?' in webhook else '?'}{query}"))
        right = hmac.new(app.secret.encode(), code.encode(), hashlib.sha256).hexdigest()
        if reply.status != 200 or reply.seconds > PATIENCE_S or "application/json" not in reply.content_type:
            return False
        try:
            said = json.loads(reply.body)
        except ValueError:
            return False
        return isinstance(said, dict) and said.get("challengeCode") == code and said.get("challengeResponse") == right

    def post(self, notifications: list[Notification]) -> int:
        """Put notifications of one page on their way to everybody who subscribed; return the number of deliveries."""
        now = self._world.clock.now()
        copies = self._world.switches.number("linkedin.webhook_copies")
        count = 0
        for subscription in list(self._state.subscriptions):
            if not notifications or subscription.organization_id != notifications[0].organization_id:
                continue
            for first in range(0, len(notifications), 10):
                batch = [notification.id for notification in notifications[first : first + 10]]
                for _ in range(copies):
                    delivery = Delivery(uuid.uuid4().hex, subscription.key, batch, now, now + GIVE_UP_AFTER_S)
                    self._state.deliveries.put(delivery.id, delivery)
                    count += 1
        self._forget_the_oldest()
        return count

    def run(self) -> None:
        """Send what is due, in the background unless told otherwise."""
        if not len(self._state.subscriptions) or not (self._due_checks() or self._due_deliveries()):
            return
        if not self.in_background:
            self._round()
        elif not self._busy.locked():
            threading.Thread(target=self._round, name="linkedin-courier", daemon=True).start()

    def _round(self) -> None:
        if not self._busy.acquire(blocking=False):
            return
        try:
            with self._world.changing():
                checks, deliveries = self._due_checks(), self._due_deliveries()
            for subscription in checks:
                self._check(subscription)
            for delivery in deliveries:
                self._deliver(delivery)
        finally:
            self._busy.release()

    def _due_checks(self) -> list[Subscription]:
        now = self._world.clock.now()
        return [item for item in self._state.subscriptions if not item.blocked and now >= item.check_at]

    def _due_deliveries(self) -> list[Delivery]:
        now = self._world.clock.now()
        return [item for item in self._state.deliveries if not item.done and now >= item.due_at]

    def _check(self, subscription: Subscription) -> None:
        """Repeat the challenge; three failures in a row block the webhook."""
        app = self._state.apps.get(subscription.app_id)
        passed = app is not None and self.challenge(app, subscription.webhook)
        with self._world.changing():
            if subscription.key not in self._state.subscriptions:
                return
            subscription.failures = 0 if passed else subscription.failures + 1
            subscription.blocked = subscription.failures >= STRIKES
            subscription.check_at = self._world.clock.now() + CHECK_EVERY_S
            self._state.subscriptions.put(subscription.key, subscription)

    def _deliver(self, delivery: Delivery) -> None:
        with self._world.changing():
            letter = self._write(delivery)
        reply = self.send(letter) if letter is not None else Reply(0)
        with self._world.changing():
            if delivery.id not in self._state.deliveries:
                return
            now = self._world.clock.now()
            delivery.attempts += letter is not None
            delivery.status = reply.status
            delivery.due_at = now + REDELIVER_AFTER_S
            delivery.done = letter is None or 200 <= reply.status < 300 or delivery.due_at > delivery.give_up_at
            self._state.deliveries.put(delivery.id, delivery)

    def _write(self, delivery: Delivery) -> Letter | None:
        """Write and sign a delivery; None when its subscription ended, which happens without a word."""
        subscription = self._state.subscriptions.get(delivery.subscription)
        if subscription is None:
            return None
        if not self._stands(subscription):
            self._state.subscriptions.remove(subscription.key)
            return None
        app = self._state.apps.get(subscription.app_id)
        if app is None or subscription.blocked:
            return None
        found = (self._state.notifications.get(str(number)) for number in delivery.notifications)
        told = [tell(item, f"urn:li:person:{subscription.member_id}") for item in found if item is not None]
        body = json.dumps({"type": EVENT, "notifications": told}, ensure_ascii=False).encode()
        signature = sign(app.secret, body)
        if self._world.switches.flag("linkedin.signature_prefix"):
            signature = f"hmacsha256={signature}"
        headers = {"Content-Type": "application/json", "X-LI-Signature": signature}
        return Letter("POST", subscription.webhook, headers, body)

    def _stands(self, subscription: Subscription) -> bool:
        """Say whether a subscription's time, and the grant and the role behind it, have not run out."""
        if self._world.clock.now() >= subscription.created + SUBSCRIPTION_LIFE_S:
            return False
        grant = self._state.grant_of(subscription.member_id, subscription.app_id)
        roles = roles_on(self._state, subscription.member_id, subscription.organization_id)
        return grant is not None and "rw_organization_admin" in grant.scopes and "ADMINISTRATOR" in roles

    def _forget_the_oldest(self) -> None:
        surplus = len(self._state.deliveries) - _KEPT_DELIVERIES
        for delivery in [item for item in self._state.deliveries if item.done][: max(0, surplus)]:
            self._state.deliveries.remove(delivery.id)


def sign(secret: str, body: bytes) -> str:
    """Return the signature of a delivery: over a prefix and the raw body, in lower-case hex."""
    return hmac.new(secret.encode(), b"hmacsha256=" + body, hashlib.sha256).hexdigest()


def tell(notification: Notification, subscriber: str = "") -> dict[str, object]:
    """Tell a notification as webhooks and the pull interface do."""
    told: dict[str, object] = {
        "notificationId": notification.id,
        "organizationalEntity": f"urn:li:organization:{notification.organization_id}",
        "action": notification.action,
        "sourcePost": notification.source_post,
        "decoratedSourcePost": {},
        "generatedActivity": notification.activity,
        "decoratedGeneratedActivity": {},
        "lastModifiedAt": notification.at_ms,
    }
    return told | ({"subscriber": subscriber} if subscriber else {})
