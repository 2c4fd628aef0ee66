"""The town's way to the network: loopback alone, bounded, and what a file really is."""

from __future__ import annotations

import base64
import hashlib
import http.server
import threading
from collections.abc import Iterator

import pytest
import requests

from sandbox import pictures
from sandbox.fetching import Errand, LoopbackFetcher
from sandbox.probing import probe
from sandbox.world import World


class _Files(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/a.jpg")
            self.end_headers()
            return
        body = pictures.jpeg(40, 30)
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg; charset=binary")
        self.send_header("X-Agent", self.headers.get("User-Agent", ""))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def files() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_what_stands_on_this_machine_is_fetched(files: str) -> None:
    answer = LoopbackFetcher().fetch(Errand(f"{files}/a.jpg"))
    assert (answer.ok, answer.content_type, answer.body) == (True, "image/jpeg", pictures.jpeg(40, 30))


def test_a_redirect_is_told_and_not_followed(files: str) -> None:
    answer = LoopbackFetcher().fetch(Errand(f"{files}/moved"))
    assert (answer.status, answer.location, answer.ok) == (302, "/a.jpg", False)


def test_a_file_beyond_the_bound_is_dropped(files: str) -> None:
    answer = LoopbackFetcher().fetch(Errand(f"{files}/a.jpg", most_bytes=10))
    assert (answer.body, "larger" in answer.problem) == (b"", True)


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/",
        "http://[2001:db8::1]/",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest",
        "file:///etc/hostname",
        "http://",
        "http://[",
    ],
)
def test_nothing_else_is_spoken_to(url: str) -> None:
    answer = LoopbackFetcher().fetch(Errand(url))
    assert answer.problem
    assert answer.status == 0


@pytest.mark.parametrize(
    ("body", "mime", "size"),
    [
        (pictures.jpeg(1080, 1350, 1), "image/jpeg", (1080, 1350)),
        (pictures.jpeg(17, 9, 2, at_least=200_000), "image/jpeg", (17, 9)),
        (pictures.png(33, 44), "image/png", (33, 44)),
        (pictures.gif(5, 6), "image/gif", (5, 6)),
        (pictures.webp(700, 800), "image/webp", (700, 800)),
        (pictures.mp4(1080, 1920, 12.5), "video/mp4", (1080, 1920)),
        (pictures.mp4(640, 360, 3, brand="qt  "), "video/quicktime", (640, 360)),
        (b"<!doctype html>", "", (0, 0)),
        (b"", "", (0, 0)),
        (b"\xff\xd8\xff\xe0", "image/jpeg", (0, 0)),
        (b"\0\0\0\x18ftypisom" + bytes(100), "", (0, 0)),
    ],
)
def test_a_file_is_known_by_its_headers(body: bytes, mime: str, size: tuple[int, int]) -> None:
    seen = probe(body)
    assert (seen.mime, (seen.width, seen.height)) == (mime, size)


def test_a_film_tells_its_length_codec_and_order() -> None:
    seen = probe(pictures.mp4(1080, 1920, 12.5, codec="hvc1", moov_first=False, edit_list=True))
    assert (seen.duration_s, seen.codec, seen.moov_first, seen.edit_list) == (12.5, "hvc1", False, True)


def test_an_address_can_be_planted_over_http(session: requests.Session, world: World) -> None:
    body = pictures.png(10, 10)
    wish = {"url": "https://hub.example/a.png", "base64": base64.b64encode(body).decode(), "content_type": "image/png"}
    answer = session.post("http://127.0.0.1:8801/_sandbox/media", json=wish, timeout=5).json()
    assert answer == {"url": wish["url"], "sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
    assert world.media.fetch(Errand("https://hub.example/a.png")).body == body
    bad = session.post("http://127.0.0.1:8801/_sandbox/media", json={**wish, "base64": "?"}, timeout=5)
    assert bad.status_code == 400


def test_the_towns_own_pictures_need_no_network(world: World) -> None:
    for url in ("https://media.sandbox.example/800x600.jpg", "http://127.0.0.1:1/media.sandbox.example/800x600.jpg"):
        answer = world.media.fetch(Errand(url))
        assert (answer.ok, probe(answer.body).width) == (True, 800)
