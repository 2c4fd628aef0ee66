"""The same on a port: uploads with their odd headers, files fetched from this very server, webhooks that really leave."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import threading
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox import pictures
from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_ID, DEFAULT_APP_SECRET
from tests.sandbox.hub import APP_TOKEN, CALLBACK, CLIENT, THIRTEEN, Hub
from tests.sandbox.running import Running


@pytest.fixture
def hub(one: Running) -> Hub:
    return Hub(requests.Session(), f"{one.url}/graph.facebook.com/v25.0")


@pytest.fixture
def token(one: Running, hub: Hub) -> str:
    wish = {"client_id": CLIENT["client_id"], "redirect_uri": CALLBACK, "scope": ",".join(THIRTEEN)}
    code = requests.post(f"{one.url}/_sandbox/meta/consent", json=wish, timeout=5).json()["code"]
    return hub.page_token(hub.long_lived(code), demo.BAKERY)


def test_a_reel_is_uploaded_with_headers_that_have_underscores(one: Running, hub: Hub, token: str) -> None:
    begun = hub.call("POST", f"/{demo.BAKERY}/video_reels", token, json={"upload_phase": "start"}).json()
    assert begun["upload_url"].startswith(f"{one.url}/rupload.facebook.com/")
    body = pictures.mp4(1080, 1920, 12)
    # A form's content type, as curl sends it, does not make the bytes a form.
    headers = {
        "Authorization": f"OAuth {token}",
        "offset": "0",
        "file_size": str(len(body)),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = hub.session.post(begun["upload_url"], data=body, headers=headers, timeout=10)
    assert answer.json() == {"success": True}


def test_a_file_on_this_very_server_is_fetched_without_waiting_for_itself(one: Running, hub: Hub, token: str) -> None:
    for url in (f"{one.url}/media.sandbox.example/1000x700.jpg", f"{one.url}/_sandbox/healthz"):
        answer = hub.call("POST", f"/{demo.BAKERY}/photos", token, json={"url": url, "published": False}, timeout=5)
        assert answer.ok is url.endswith(".jpg")


class _Hub(http.server.BaseHTTPRequestHandler):
    got: list[tuple[str, bytes]] = []

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self._answer(query["hub.challenge"][0].encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.headers["X-Hub-Signature-256"], body))
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def callback() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    _Hub.got.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hooks", _Hub.got
    server.shutdown()
    server.server_close()


def test_a_post_comes_back_as_a_signed_webhook_within_seconds(
    hub: Hub, token: str, callback: tuple[str, list[tuple[str, bytes]]]
) -> None:
    url, got = callback
    wish = {"object": "page", "callback_url": url, "fields": "feed", "verify_token": "x"}
    assert hub.call("POST", f"/{DEFAULT_APP_ID}/subscriptions", APP_TOKEN, data=wish).ok
    assert hub.call("POST", f"/{demo.BAKERY}/subscribed_apps", token, data={"subscribed_fields": "feed"}).ok
    assert hub.publish(token, demo.BAKERY, "Écho").ok
    until = time.monotonic() + 10
    while not got and time.monotonic() < until:
        time.sleep(0.1)
    ((signature, body),) = got
    assert signature == "sha256=" + hmac.new(DEFAULT_APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert b"\\u00c9cho" in body
