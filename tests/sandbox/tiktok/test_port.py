"""TikTok on a port: addresses as they are written on a real wire, and a world that survives its process."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import requests

from sandbox.tiktok import demo
from tests.sandbox.running import Running
from tests.sandbox.tiktok.hub import CALLBACK, EVERYTHING, C, Hub, film, ranges


def _connected(one: Running) -> Hub:
    requests.post(f"{one.url}/_sandbox/switches", json={"tiktok.processing_s": 0}, timeout=5)
    wish = {
        "client_key": demo.DEFAULT_APP_KEY,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": ",".join(EVERYTHING),
        "state": "x",
    }
    hub = Hub(requests.Session(), api=f"{one.url}/open.tiktokapis.com")
    hub.redeem(requests.post(f"{one.url}/_sandbox/tiktok/consent", json=wish, timeout=5).json()["code"])
    return hub


def test_chunks_cross_a_real_wire(one: Running) -> None:
    hub, body = _connected(one), film(2 * C + 77)
    publish_id, url = hub.begin(len(body), title="Över tråden")
    assert url.startswith(f"{one.url}/")
    assert len(url) <= 256
    (first,) = ranges(len(body))[:1]
    unmeasured = hub.session.put(url, data=iter([body[:C]]), headers={"Content-Type": "video/mp4"}, timeout=5)
    assert unmeasured.status_code == 400
    assert hub.put(url, body, *first).status_code == 206
    assert hub.put(url, body, C, len(body) - 1).status_code == 201
    assert hub.status(publish_id)["status"] == "PUBLISH_COMPLETE"
    (post,) = requests.get(f"{one.url}/_sandbox/posts", params={"platform": "tiktok"}, timeout=5).json()["posts"]
    assert post["message"] == "Över tråden"
    assert requests.get(f"{one.url}{post['media'][0]['url']}", timeout=5).content == body
    assert requests.get(f"{one.url}{post['permalink_path']}", timeout=5).status_code == 200


def test_an_upload_goes_on_where_it_was_after_the_process_was_killed(
    running: Callable[..., Running], tmp_path: Path
) -> None:
    state = str(tmp_path / "world.db")
    before = running("--state", state)
    hub, body = _connected(before), film(3 * C)
    publish_id, url = hub.begin(len(body))
    chunks = ranges(len(body))
    hub.put(url, body, *chunks[0])
    before.end()
    after = running("--state", state)
    hub.api, url = hub.api.replace(before.url, after.url), url.replace(before.url, after.url)
    assert hub.status(publish_id)["uploaded_bytes"] == C
    assert [hub.put(url, body, *chunk).status_code for chunk in chunks[1:]] == [206, 201]
    assert hub.status(publish_id)["status"] == "PUBLISH_COMPLETE"
    (post,) = requests.get(f"{after.url}/_sandbox/posts", params={"platform": "tiktok"}, timeout=5).json()["posts"]
    assert requests.get(f"{after.url}{post['media'][0]['url']}", timeout=5).content == body


def test_a_chunk_whose_sender_died_leaves_nothing(one: Running) -> None:
    hub, body = _connected(one), film(2 * C)
    publish_id, url = hub.begin(len(body))
    parts = urlsplit(url)
    head = (
        f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: video/mp4\r\n"
        f"Content-Length: {C}\r\nContent-Range: bytes 0-{C - 1}/{len(body)}\r\n\r\n"
    )
    with socket.create_connection((str(parts.hostname), int(parts.port or 80)), timeout=5) as wire:
        wire.sendall(head.encode() + body[:100_000])
        wire.shutdown(socket.SHUT_WR)
        assert wire.recv(20).startswith(b"HTTP/1.1 400")
    assert hub.status(publish_id)["uploaded_bytes"] == 0
    assert hub.send(url, body) == [206, 201]


def test_a_reset_forgets_everything(one: Running) -> None:
    hub = _connected(one)
    hub.publish()
    requests.post(f"{one.url}/_sandbox/reset", timeout=5)
    assert hub.creator_info().status_code == 401
    assert requests.get(f"{one.url}/_sandbox/posts", params={"platform": "tiktok"}, timeout=5).json()["total"] == 0
