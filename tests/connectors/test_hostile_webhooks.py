"""What strangers and bad lines send to the webhook doors of all five platforms: refused, or harmless.

Each row is one attack, tried at every platform by HTTP. Harmless means: nothing crashed, nothing was kept that the platform did
not sign, nothing was kept twice, and no account lost anything.
"""

import gzip
import hashlib
import hmac
import json
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.conf import settings as hub
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections as databases
from django.test import Client
from django.utils import timezone
from waitress.server import create_server

from connectors import own_addresses
from connectors.models import Connection, Destination, WebhookEvent
from connectors.registry import CONNECTORS
from connectors.services import store_destinations, store_grant
from connectors.types import FoundDestination, Grant
from connectors.webhook_processing import process_due
from foundation.secret import Secret
from tests.conftest import House
from vault.models import EncryptedSecret

Headers = dict[str, str]
SIGNING = "the audience's own secret"
LONGEST = 65_536


@dataclass
class Sender:
    """How a platform delivers: where, signed how, and what a delivery of its looks like."""

    slug: str
    place: str
    content_type: str = "application/json"
    address: str = ""
    #: When what it says it signed was signed, where it says so.
    now: Callable[[], float] = time.time

    @property
    def path(self) -> str:
        return self.address or f"/webhooks/{self.slug}/"

    def body(self, *numbers: int) -> bytes:
        """Return a delivery with these events, as the platform writes it."""
        if self.slug == "meta":
            changes = [
                {"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": f"c{one}", "post_id": "p"}}
                for one in numbers
            ]
            return json.dumps({"object": "page", "entry": [{"id": self.place, "time": 7, "changes": changes}]}).encode()
        if self.slug == "linkedin":
            notes = [
                {"notificationId": one, "organizationalEntity": self.place, "action": "COMMENT"} for one in numbers
            ]
            return json.dumps({"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": notes}).encode()
        if self.slug == "tiktok":
            told = {
                "client_key": hub.TIKTOK_APP_ID,
                "event": "post.publish.complete",
                "create_time": int(self.now()),
                "user_openid": self.place,
                "content": json.dumps({"publish_id": f"v{numbers[0]}"}),
            }
            return json.dumps(told).encode()
        told = {
            "type": "profile",
            "fired_at": "2026-11-22 09:00:00",
            "data[id]": f"{numbers[0]:010x}",
            "data[list_id]": self.place,
            "data[email]": f"a{numbers[0]}@b.test",
        }
        return urlencode(told).encode()

    def sign(self, body: bytes, *, key: str = "", at: float | None = None) -> Headers:
        """Sign these bytes."""
        moment = int(self.now() if at is None else at)
        if self.slug == "mailchimp":
            return {"X-Mailchimp-Signature": f"t={moment},v1={mac(key or SIGNING, f'{moment}.'.encode() + body)}"}
        secret = key or getattr(hub, f"{self.slug.upper()}_APP_SECRET").reveal()
        if self.slug == "meta":
            return {"X-Hub-Signature-256": f"sha256={mac(secret, body)}"}
        if self.slug == "linkedin":
            return {"X-LI-Signature": mac(secret, b"hmacsha256=" + body)}
        return {"TikTok-Signature": f"t={moment},s={mac(secret, f'{moment}.'.encode() + body)}"}

    def send(
        self,
        body: bytes,
        headers: Headers | None = None,
        *,
        kind: str | None = None,
        method: str = "POST",
        path: str = "",
    ) -> int:
        """Deliver, and return how the door answers."""
        client = Client(enforce_csrf_checks=True, raise_request_exception=True)
        signed = self.sign(body) if headers is None else headers
        content_type = self.content_type if kind is None else kind
        answer = client.generic(method, path or self.path, body, content_type, headers=signed)
        assert len(answer.content) < 200, "whoever knocks learns nothing"
        return int(answer.status_code)


def mac(key: str, said: bytes) -> str:
    return hmac.new(key.encode(), said, hashlib.sha256).hexdigest()


PLACES = {
    "meta": "104210042100421",
    "linkedin": "urn:li:organization:4242",
    "tiktok": "open-id-42",
    "mailchimp": "a6b5da1054",
    "google_business": "locations/42",
}
TELLING = ("meta", "linkedin", "tiktok", "mailchimp")


def settle(house: House, slug: str, now: datetime) -> Destination:
    """Connect an account with one place, without asking any platform."""
    grant = Grant(f"person-{slug}", "Anna", Secret(f"token-{slug}"))
    connection = store_grant(tenant=house.tenant, platform=slug, grant=grant, actor="system:test", now=now)
    kind = CONNECTORS[slug].kinds[0].slug
    (place,) = store_destinations(connection=connection, found=[FoundDestination(kind, PLACES[slug], "Place")], now=now)
    Destination.objects.filter(pk=place.pk).update(enabled=True)
    return place


@pytest.fixture(params=[*TELLING, "google_business"])
def sender(request: pytest.FixtureRequest, house: House, now: datetime, settings: Any) -> Sender:
    """Each platform in turn, with a connected account."""
    settings.WEBHOOK_MAX_BYTES = LONGEST
    slug: str = request.param
    place = settle(house, slug, now)
    made = Sender(slug, place.external_id)
    if slug == "mailchimp":
        made.content_type = "application/x-www-form-urlencoded"
        address = own_addresses.address_of(place, now=now)
        own_addresses.keep_signing_secret(place, Secret(SIGNING))
        made.address = address.reveal().removeprefix(hub.PUBLIC_URL)
    return made


@dataclass(frozen=True)
class Attack:
    """One attack: what is sent, how it may be answered, and how much of it may be kept."""

    what: str
    send: Callable[[Sender], list[int]]
    answers: frozenset[int]
    kept: frozenset[int] = frozenset({0})
    #: The platforms it makes sense for.
    at: tuple[str, ...] = TELLING
    kinds: frozenset[str] = field(default=frozenset({"unknown", "comment", "post_changed", "member_changed"}))

    def __str__(self) -> str:
        return self.what


def bomb(sender: Sender) -> bytes:
    """Return a hundred megabytes of spaces and a delivery, squeezed into a hundred kilobytes or less."""
    squeezed = gzip.compress(b" " * 20_000_000 + sender.body(1), 9)
    assert len(squeezed) < LONGEST
    return squeezed


def deep() -> bytes:
    return b"[" * 30_000 + b"]" * 30_000


def strange(sender: Sender) -> list[bytes]:
    """Return bodies that are hard to read."""
    whole = sender.body(1)
    return [
        whole[: len(whole) // 2], whole[:-1], b"", b"\x00", b"\xff\xfe" + whole, whole + b"\x00", deep(),
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b'{"entry":' + b"9" * 5_000 + b"}", b'"\\ud800"', b"NaN", b"null", b"[1]", b"{}",
        whole.replace(b"4242", b"\\u0000"), b"data[" * 5_000, b"&".join(b"a=%d" % one for one in range(5_000)),
        b"%" * 3_000, b'{"notifications":[[],1,null,{}],"entry":[[],1,null,{}],"content":{}}', b"<xml/>",
    ]  # fmt: skip


def boundary(sender: Sender) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + sender.body(1) + b"\r\n--x--\r\n"


ODD_TYPES = ("x" * 300, "application/json", "/", "multipart/form-data")
NOWHERE = f"/webhooks/mailchimp/00000000-0000-0000-0000-000000000000/{'x' * 43}/"
REFUSED = frozenset({403, 429})
ATTACKS = [
    Attack("forged with another key", lambda s: [s.send(s.body(1), s.sign(s.body(1), key="guess"))], REFUSED),
    Attack("not signed", lambda s: [s.send(s.body(1), {})], REFUSED),
    Attack("signed for another body", lambda s: [s.send(s.body(1) + b" ", s.sign(s.body(1)))], REFUSED),
    Attack("signed by another platform", lambda s: [
        s.send(s.body(1), Sender(other, s.place).sign(s.body(1))) for other in TELLING if other != s.slug
    ], REFUSED),
    Attack("with a signature that is none", lambda s: [
        s.send(s.body(1), {name: value})
        for name in s.sign(b"")
        for value in ("", "sha256=", "t=,s=", "t=1,v1=", "0" * 64, "sha256=" + "é" * 64, "t=9" * 4_000, "\u0000".join("ab"), "t=١,s=" + "0" * 64)
    ], REFUSED),
    Attack("signed in the far future", lambda s: [
        s.send(s.body(1), s.sign(s.body(1), at=time.time() + 86_400))
    ], REFUSED, at=("tiktok", "mailchimp")),
    Attack("signed four days ago", lambda s: [
        s.send(s.body(1), s.sign(s.body(1), at=time.time() - 4 * 86_400))
    ], REFUSED, at=("tiktok", "mailchimp")),
    Attack("replayed ten times", lambda s: [s.send(s.body(1)) for _ in range(10)],
           frozenset({200}), kept=frozenset({1})),
    Attack("replayed after it was done", lambda s: [
        s.send(s.body(1)), process_due(now=timezone.now()) and 200, s.send(s.body(1))
    ], frozenset({200}), kept=frozenset({1})),
    Attack("in the wrong order", lambda s: [s.send(s.body(number)) for number in (3, 1, 2)],
           frozenset({200}), kept=frozenset({3})),
    Attack("the same event twice in one delivery", lambda s: [s.send(s.body(1, 1, 2)), s.send(s.body(2, 1))],
           frozenset({200}), kept=frozenset({2}), at=("meta", "linkedin")),
    Attack("oversized", lambda s: [s.send(s.body(1) + b" " * LONGEST)], frozenset({413})),
    Attack("truncated or hard to read, and signed", lambda s: [s.send(body) for body in strange(s)],
           frozenset({200, 400, *REFUSED}), kept=frozenset(range(25))),
    Attack("a gzip bomb, signed", lambda s: [
        s.send(bomb(s), {**s.sign(bomb(s)), "Content-Encoding": "gzip"})
    ], frozenset({200, *REFUSED}), kept=frozenset({0, 1})),
    Attack("a deflate bomb, not signed", lambda s: [
        s.send(zlib.compress(b"0" * 20_000_000), {"Content-Encoding": "deflate"})
    ], REFUSED),
    Attack("of the wrong content type, and signed", lambda s: [
        s.send(s.body(1), kind=kind)
        for kind in ("", "text/plain", "application/xml", "application/json; charset=utf-16", *ODD_TYPES)
    ], frozenset({200, *REFUSED}), kept=frozenset({0, 1})),
    Attack("as a form of many parts, and signed", lambda s: [s.send(boundary(s), kind="multipart/form-data; boundary=x")],
           frozenset({200, *REFUSED}), kept=frozenset({0, 1})),
    Attack("by another method", lambda s: [
        s.send(s.body(1), method=method) for method in ("PUT", "PATCH", "DELETE", "OPTIONS")
    ], frozenset({405})),
    Attack("at another platform's door", lambda s: [
        s.send(s.body(1), path=f"/webhooks/{other}/") for other in ("meta", "linkedin", "tiktok") if other != s.slug
    ], REFUSED),
    Attack("at doors that are not there", lambda s: [
        s.send(s.body(1), path=path)
        for path in ("/webhooks/mailchimp/", "/webhooks/google_business/", "/webhooks/nowhere/", NOWHERE)
    ], frozenset({404}), at=(*TELLING, "google_business")),
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_it_is_refused_or_harmless(sender: Sender, attack: Attack) -> None:
    if sender.slug not in attack.at:
        assert sender.slug == "google_business" or attack.at != TELLING
        return
    before = standing()
    started = time.monotonic()
    with time_machine.travel(timezone.now(), tick=False):
        answers = attack.send(sender)
    assert set(answers) <= attack.answers, answers
    assert WebhookEvent.objects.count() in attack.kept, list(WebhookEvent.objects.values("key", "raw"))
    assert time.monotonic() - started < 20, "nothing was blown up"
    assert all(len(json.dumps(event.raw)) < 400_000 for event in WebhookEvent.objects.all())
    process_due(now=timezone.now())
    assert not WebhookEvent.objects.exclude(state="processed").exists()
    assert set(WebhookEvent.objects.values_list("kind", flat=True)) <= attack.kinds
    assert standing() == before, "no account lost anything"


def standing() -> list[Any]:
    """Return what nobody may lose by a delivery that ends nothing."""
    tokens = EncryptedSecret.objects.order_by("pk").values_list("pk", "kind")
    return [*Connection.objects.values_list("pk", "status", "health", "disconnected_at"), *tokens]


def test_a_wish_that_tiktok_repeats_for_three_days_is_still_heard_and_one_from_before_is_not(
    house: House, now: datetime
) -> None:
    place = settle(house, "tiktok", now - timedelta(days=30))
    for age, answer in ((timedelta(hours=71), 200), (timedelta(hours=74), 403)):
        sender = Sender("tiktok", place.connection.external_user_id)
        told = json.loads(sender.body(1)) | {
            "event": "authorization.removed", "content": '{"reason": 1}', "create_time": int((now - age).timestamp()),
        }  # fmt: skip
        assert sender.send(json.dumps(told).encode()) == answer, age
    process_due(now=timezone.now())
    assert Connection.objects.get().status_code == "deauthorized"


# --- over a real socket ---------------------------------------------------------------------------------------------------


@pytest.fixture
def server(transactional_db: None, settings: Any) -> Iterator[int]:
    """The hub behind the server that the embedded hub runs, on loopback; its port."""
    settings.WEBHOOK_MAX_BYTES = LONGEST
    handler = WSGIHandler()
    made: Any = create_server(handler, host="127.0.0.1", port=0, threads=2, ident=None, channel_timeout=5)

    def serve() -> None:
        try:
            made.run()
        finally:
            databases.close_all()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield int(made.effective_port)
    made.close()
    thread.join(5)


def talk(port: int, *pieces: bytes, hang_up: bool = False) -> int:
    """Send these bytes over a socket and return the status that comes back; 0 where none does."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        for piece in pieces:
            line.sendall(piece)
        if hang_up:
            line.shutdown(socket.SHUT_WR)
            line.settimeout(1)
        try:
            told = line.recv(200)
        except (TimeoutError, ConnectionError):
            return 0
    return int(told.split()[1]) if told else 0


def test_a_line_that_breaks_off_lies_or_never_ends_leaves_nothing_and_the_door_stays_open(server: int) -> None:
    sender = Sender("meta", PLACES["meta"])
    body = sender.body(1)
    signed = "".join(f"{name}: {value}\r\n" for name, value in sender.sign(body).items()).encode()
    head = b"POST /webhooks/meta/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" + signed
    whole = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    chunk = b"%x\r\n" % 60_000 + b" " * 60_000 + b"\r\n"
    assert talk(server, head + b"Content-Length: %d\r\n\r\n" % (len(body) + 500) + body, hang_up=True) in {
        0,
        400,
        403,
        413,
    }
    assert talk(server, head + b"Content-Length: %d\r\n\r\n" % (len(body) - 5) + body) == 403, (
        "what was signed is not what came"
    )
    assert talk(server, head + b"Content-Length: -5\r\n\r\n" + body) in {400, 403, 413}
    assert talk(server, head + b"Content-Length: 5x\r\n\r\n" + body) in {400, 403, 413}
    assert talk(server, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 3 + b"0\r\n\r\n") == 413
    assert talk(server, head + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nnonsense\r\n") == 400
    assert talk(server, head + b"Transfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc") in {400, 403, 501}
    assert talk(server, head + b"Content-Length: %d\r\n\r\n" % (LONGEST + 1), b" " * (LONGEST + 1)) == 413
    assert talk(server, b"POST /webhooks/meta/ HTTP/1.1\r\nX: " + b"x" * 300_000 + b"\r\n\r\n") in {0, 431}
    assert not WebhookEvent.objects.exists()
    assert talk(server, whole) == 200
    assert talk(server, head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n") == 200
    assert WebhookEvent.objects.count() == 1
