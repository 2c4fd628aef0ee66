"""Webhooks: the challenge, signed deliveries, copies, redelivery, blocking; and a real receiver on loopback."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.linkedin import demo
from sandbox.linkedin.courier import Letter, Reply, on_this_machine, over_loopback
from sandbox.world import World
from tests.sandbox.linkedin.conftest import Grant
from tests.sandbox.linkedin.hub import CONTROL, FOUNDRY, OBSERVATORY, PROFILE, SOLVEIG, Hub, code_of, enc

SECRET = demo.DEFAULT_APP_SECRET.encode()
HOOK = "https://hub.example/webhooks/linkedin"


class Receiver:
    """A webhook door: answers challenges, keeps what was delivered, and misbehaves on demand."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.challenges = 0
        self.status = 200
        self.content_type = "application/json"
        self.seconds = 0.1
        self.secret = SECRET
        self.upper = False

    def __call__(self, letter: Letter) -> Reply:
        """Answer one letter."""
        if letter.method == "GET":
            self.challenges += 1
            code = parse_qs(urlsplit(letter.url).query)["challengeCode"][0]
            proof = hmac.new(self.secret, code.encode(), hashlib.sha256).hexdigest()
            said = {"challengeCode": code, "challengeResponse": proof.upper() if self.upper else proof}
            return Reply(200, self.content_type, json.dumps(said).encode(), self.seconds)
        self.bodies.append(letter.body)
        self.signatures.append(letter.headers["X-LI-Signature"])
        return Reply(self.status)


@pytest.fixture
def receiver(world: World) -> Receiver:
    receiver = Receiver()
    world.linkedin.courier.send = receiver
    world.linkedin.courier.in_background = False
    return receiver


def _key(organization: str = OBSERVATORY, app: str = "5550001") -> str:
    parts = {
        "developerApplication": f"urn:li:developerApplication:{app}",
        "user": SOLVEIG,
        "entity": organization,
        "eventType": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS",
    }
    return "(" + ",".join(f"{name}:{enc(value)}" for name, value in parts.items()) + ")"


def _subscribe(hub: Hub, token: str, key: str = "", webhook: str = HOOK) -> requests.Response:
    return hub.call("PUT", f"/rest/eventSubscriptions/{key or _key()}", token, json={"webhook": webhook})


def _trigger(hub: Hub, urn: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = hub.session.post(f"{CONTROL}/linkedin/webhooks", json={"post": urn, **more}).json()
    return answer


@pytest.fixture
def urn(hub: Hub, token: str) -> str:
    urn: str = hub.publish(token, OBSERVATORY, "Look up").headers["x-restli-id"]
    return urn


def test_a_subscription_is_made_listed_read_and_ended(hub: Hub, token: str, receiver: Receiver) -> None:
    assert _subscribe(hub, token).ok
    assert receiver.challenges == 1
    told = hub.call("GET", f"/rest/eventSubscriptions/{_key()}", token).json()
    assert (told["webhook"], told["entity"]) == (HOOK, OBSERVATORY)
    assert told["expiresAt"] > 0
    finder = "/rest/eventSubscriptions?q=subscriberAndEventType&eventType=ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
    assert len(hub.call("GET", finder, token).json()["elements"]) == 1
    assert hub.call("DELETE", f"/rest/eventSubscriptions/{_key()}", token).status_code == 204
    assert hub.call("GET", f"/rest/eventSubscriptions/{_key()}", token).status_code == 404


@pytest.mark.parametrize(
    "fault",
    [{"seconds": 3.1}, {"content_type": "text/plain"}, {"secret": b"another"}, {"upper": True}],
    ids=["late", "not json", "wrong secret", "upper case"],
)
def test_a_challenge_answered_wrongly_ends_the_matter(
    hub: Hub, token: str, receiver: Receiver, fault: dict[str, Any]
) -> None:
    vars(receiver).update(fault)
    assert code_of(_subscribe(hub, token)) == (400, "INVALID_VALUE_FOR_FIELD")


def test_subscribing_has_its_own_demands(hub: Hub, grant: Grant, token: str, receiver: Receiver) -> None:
    assert _subscribe(hub, token, _key(FOUNDRY)).status_code == 403, "administrators only"
    assert _subscribe(hub, token, _key(app="5550002")).status_code == 400, "the key names this app"
    assert _subscribe(hub, token, webhook="http://hub.example/x").status_code == 400, "https only"
    assert _subscribe(hub, token, enc(_key())).status_code == 400, "a compound key stands raw"
    assert _subscribe(hub, grant([*PROFILE]), _key()).status_code == 403
    change = {"app_id": demo.DEFAULT_APP_ID, "webhooks": False}
    hub.session.post(f"{CONTROL}/linkedin/apps", json=change)
    assert _subscribe(hub, grant()).status_code == 403


def test_a_delivery_is_signed_over_prefix_and_raw_body(
    world: World, hub: Hub, token: str, receiver: Receiver, urn: str
) -> None:
    _subscribe(hub, token)
    _trigger(hub, urn, action="COMMENT", text="Grüße 🥐")
    (body,) = receiver.bodies
    right = hmac.new(SECRET, b"hmacsha256=" + body, hashlib.sha256).hexdigest()
    assert receiver.signatures == [right]
    told = json.loads(body)
    assert told["type"] == "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
    (notification,) = told["notifications"]
    assert (notification["action"], notification["sourcePost"]) == ("COMMENT", urn)
    assert (notification["organizationalEntity"], notification["subscriber"]) == (OBSERVATORY, SOLVEIG)
    assert notification["generatedActivity"].startswith("urn:li:comment:(")
    told_comments = hub.call("GET", f"/rest/socialActions/{enc(urn)}/comments", token).json()["elements"]
    assert told_comments[0]["message"]["text"] == "Grüße 🥐"
    world.switches.set({"linkedin.signature_prefix": True})
    _trigger(hub, urn, action="LIKE")
    assert receiver.signatures[1].startswith("hmacsha256=")


def test_batches_hold_ten_and_copies_repeat_the_same_notification(
    world: World, hub: Hub, token: str, receiver: Receiver, urn: str
) -> None:
    _subscribe(hub, token)
    _trigger(hub, urn, action="LIKE", times=12)
    assert [len(json.loads(body)["notifications"]) for body in receiver.bodies] == [10, 2]
    receiver.bodies.clear()
    world.switches.set({"linkedin.webhook_copies": 2})
    _trigger(hub, urn, action="SHARE")
    first, second = (json.loads(body)["notifications"][0]["notificationId"] for body in receiver.bodies)
    assert first == second


def test_what_is_not_taken_comes_again_every_five_minutes_for_eight_hours(
    world: World, hub: Hub, token: str, receiver: Receiver, urn: str
) -> None:
    _subscribe(hub, token)
    receiver.status = 500
    _trigger(hub, urn)

    def look() -> dict[str, Any]:
        told: dict[str, Any] = hub.session.get(f"{CONTROL}/linkedin/webhooks").json()
        (delivery,) = told["deliveries"]
        return dict(delivery)

    assert (look()["attempts"], look()["done"]) == (1, False)
    world.clock.advance(300)
    assert look()["attempts"] == 2
    receiver.status = 204
    world.clock.advance(300)
    assert (look()["attempts"], look()["done"]) == (3, True)
    assert len(set(receiver.bodies)) == 1
    world.clock.advance(300)
    assert look()["attempts"] == 3


def test_after_eight_hours_nobody_tries_any_more(
    world: World, hub: Hub, token: str, receiver: Receiver, urn: str
) -> None:
    _subscribe(hub, token)
    receiver.status = 500
    _trigger(hub, urn)
    for _ in range(10):
        world.clock.advance(3600)
        hub.call("GET", "/v2/userinfo", token)
    attempts = len(receiver.bodies)
    assert attempts == 8 + 1
    world.clock.advance(3600)
    hub.call("GET", "/v2/userinfo", token)
    assert len(receiver.bodies) == attempts


def test_three_failed_challenges_in_a_row_block_the_webhook(
    world: World, hub: Hub, token: str, receiver: Receiver, urn: str
) -> None:
    _subscribe(hub, token)
    receiver.seconds = 9
    for strikes in (1, 2, 3):
        world.clock.advance(2 * 3600)
        (subscription,) = hub.session.get(f"{CONTROL}/linkedin/webhooks").json()["subscriptions"]
        told = hub.session.get(f"{CONTROL}/linkedin/webhooks").json()["subscriptions"][0]
        assert (told["failures"], told["blocked"]) == (strikes, strikes == 3)
        assert subscription["key"] == told["key"]
    _trigger(hub, urn)
    assert receiver.bodies == []


def test_a_subscription_ends_without_a_word_when_the_role_does(
    world: World, hub: Hub, token: str, receiver: Receiver, urn: str
) -> None:
    _subscribe(hub, token)
    world.linkedin.revoke({"page": demo.OBSERVATORY})
    _trigger(hub, urn)
    assert receiver.bodies == []
    assert hub.session.get(f"{CONTROL}/linkedin/webhooks").json()["subscriptions"] == []


def test_some_actions_are_told_of_public_posts_alone(hub: Hub, token: str, receiver: Receiver) -> None:
    _subscribe(hub, token)
    quiet = hub.publish(token, OBSERVATORY, "For members", visibility="LOGGED_IN").headers["x-restli-id"]
    assert _trigger(hub, quiet, action="COMMENT")["notifications"] == []
    assert len(_trigger(hub, quiet, action="ADMIN_COMMENT")["notifications"]) == 1


def test_the_pull_interface_tells_the_same_for_sixty_days(
    world: World, hub: Hub, token: str, receiver: Receiver, urn: str
) -> None:
    comment, like = (_trigger(hub, urn, action=action)["notifications"][0] for action in ("COMMENT", "LIKE"))
    path = f"/rest/organizationalEntityNotifications?q=criteria&organizationalEntity={enc(OBSERVATORY)}"

    def ids(more: str = "") -> list[int]:
        return [item["notificationId"] for item in hub.call("GET", path + more, token).json()["elements"]]

    assert ids() == [like, comment]
    assert ids("&actions=List(COMMENT,SHARE)") == [comment]
    world.clock.advance(59 * 86_400)
    assert len(ids()) == 2


def test_a_trigger_that_makes_no_sense_is_refused(hub: Hub, token: str) -> None:
    mine = hub.publish(token, SOLVEIG, "A member's").headers["x-restli-id"]
    url = f"{CONTROL}/linkedin/webhooks"
    assert hub.session.post(url, json={"post": mine}).status_code in (400, 404)
    assert hub.session.post(url, json={"organization": demo.OBSERVATORY, "action": "WAVE"}).status_code == 400
    assert hub.session.post(url, json={"post": "urn:li:share:1"}).status_code == 404


@pytest.fixture
def door() -> Iterator[tuple[str, Receiver]]:
    """A real receiver on a free port, ended with the test."""
    receiver = Receiver()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(Letter("GET", self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(Letter("POST", self.path, dict(self.headers.items()), body))

        def _answer(self, letter: Letter) -> None:
            headers = {name.title().replace("Li-", "LI-"): value for name, value in letter.headers.items()}
            reply = receiver(Letter(letter.method, letter.url, headers, letter.body))
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type or "text/plain")
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", receiver
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def test_the_real_courier_reaches_a_door_on_this_machine(
    hub: Hub, token: str, urn: str, door: tuple[str, Receiver]
) -> None:
    url, receiver = door
    assert _subscribe(hub, token, webhook=url).ok
    _trigger(hub, urn, action="COMMENT")
    patience = time.monotonic() + 5
    while not receiver.bodies and time.monotonic() < patience:
        time.sleep(0.02)
    (body,) = receiver.bodies
    assert receiver.signatures == [hmac.new(SECRET, b"hmacsha256=" + body, hashlib.sha256).hexdigest()]


def test_nothing_leaves_this_machine() -> None:
    for url in ("https://example.com/", "http://127.example.com/", "http://[::2]/", "http://[broken/", "file:///etc"):
        assert not on_this_machine(url), url
        assert over_loopback(Letter("GET", url)) == Reply(0)
    assert on_this_machine("http://localhost:8000/x")
    assert on_this_machine("http://[::1]:8000/x")
