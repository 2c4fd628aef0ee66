"""Google on a port: hosts as prefixes, photos over a real wire, and a world that outlives its process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from sandbox import pictures
from sandbox.google_business import demo
from sandbox.google_business.tokens import BUSINESS
from tests.sandbox.google_business.hub import BAKERY, CALLBACK, Hub, flaws_of, photo
from tests.sandbox.running import Running

BODY = pictures.jpeg(1200, 900, 5)


class _Files(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/a.jpg" else 404)
        self.send_header("Content-Type", "image/jpeg")
        self.end_headers()
        self.wfile.write(BODY if self.path == "/a.jpg" else b"")

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def files() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def _connected(one: Running) -> tuple[Hub, str, str]:
    wish = {
        "response_type": "code",
        "client_id": demo.DEFAULT_APP_ID,
        "redirect_uri": CALLBACK,
        "scope": BUSINESS,
        "access_type": "offline",
        "prompt": "consent",
    }
    code = requests.post(f"{one.url}/_sandbox/google_business/consent", json=wish, timeout=5).json()["code"]
    hub = Hub(requests.Session(), one.url)
    told = hub.redeem(code).json()
    return hub, told["access_token"], told["refresh_token"]


def test_posts_photos_and_pages_cross_a_real_wire(one: Running, files: str) -> None:
    hub, token, _ = _connected(one)
    created = hub.publish(token, "Över tråden", media=photo(f"{files}/a.jpg"))
    assert created.status_code == 200, created.text
    assert flaws_of(hub.publish(token, "Nada", media=photo(f"{files}/b.jpg"))) == [(1000, "")]
    url = created.json()["media"][0]["googleUrl"]
    assert url.startswith(f"{one.url}/lh3.googleusercontent.com/p/")
    assert requests.get(url, timeout=5).content == BODY
    requests.post(f"{one.url}/_sandbox/clock", json={"advance_s": 5}, timeout=5)
    live = hub.read(token, created.json()["name"])
    assert "Över tråden" in requests.get(live["searchUrl"], timeout=5).text


def test_a_world_that_was_killed_remembers_all_of_it(running: Callable[..., Running], tmp_path: Path) -> None:
    state = str(tmp_path / "world.db")
    first = running("--state", state)
    hub, token, refresh_token = _connected(first)
    name = hub.publish(token, "Fica", media=photo()).json()["name"]
    first.end()
    second = running("--state", state)
    hub = Hub(requests.Session(), second.url)
    assert [post["name"] for post in hub.posts(token)] == [name]
    assert requests.get(hub.read(token, name)["media"][0]["googleUrl"], timeout=5).status_code == 200
    fresh = hub.refresh(refresh_token).json()["access_token"]
    assert hub.publish(fresh, "Mais", BAKERY).status_code == 200
