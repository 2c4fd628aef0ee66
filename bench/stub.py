"""A platform that costs next to nothing: ``POST /{version}/{page}/feed`` answers after a latency with a fresh id.

    python -m bench.stub --port 9000 --latency-ms 50

It keeps connections alive, remembers what it was sent and when, and tells it at ``/_stub/``. One process, one thread,
no framework, so that its share of the machine stays small; the bench prints what it used.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
_FEED = re.compile(r"/v[\d.]+/(\w+)/feed")


@dataclass(slots=True)
class Platform:
    """What it was sent, in the order it came, and how long it takes to answer."""

    latency_seconds: float
    #: Page, text, when the request was whole, when it was answered (Unix seconds; 0 while it waits).
    posts: list[list[Any]] = field(default_factory=list)
    open_now: int = 0
    most_open: int = 0

    def publish(self, page: str, body: bytes) -> tuple[int, bytes]:
        """Take a post; return its number and the answer that will be sent."""
        number = len(self.posts)
        self.posts.append([page, json.loads(body).get("message", ""), time.time(), 0.0])
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        post_id = f"{page}_{number + 1}"
        return number, b'{"id":"%b","permalink_url":"https://www.facebook.com/%b"}' % ((post_id.encode(),) * 2)

    def answered(self, number: int) -> None:
        """Note that the answer leaves now."""
        self.open_now -= 1
        if number < len(self.posts):  # it was not forgotten meanwhile
            self.posts[number][3] = time.time()

    def control(self, path: str, body: bytes) -> bytes:
        """Answer the bench: how many posts, which, or forget them."""
        if path == "/_stub/reset":
            self.posts, self.open_now, self.most_open = [], 0, 0
            self.latency_seconds = float(json.loads(body)["latency_ms"]) / 1000
        told: dict[str, Any] = {"count": len(self.posts), "most_open": self.most_open}
        if path == "/_stub/posts":
            told["posts"] = self.posts
        return json.dumps(told).encode()


class Connection(asyncio.Protocol):
    """One kept-alive connection; its requests are answered one after the other."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read on, and act on every request that is whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._buffer, 0, end + 2)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(self._buffer) < whole:
                return
            head, body = self._buffer[:end], self._buffer[end + 4 : whole]
            self._buffer = self._buffer[whole:]
            self._act(head[: head.find(b"\r\n")].decode("latin-1").split(" ")[1], body)

    def _act(self, target: str, body: bytes) -> None:
        path = target.partition("?")[0]
        if found := _FEED.fullmatch(path):
            number, answer = self._platform.publish(found[1], body)
            asyncio.get_running_loop().call_later(self._platform.latency_seconds, self._answer, number, answer)
        elif path.startswith("/_stub/"):
            self._send(b"200 OK", self._platform.control(path, body))
        else:
            self._send(b"404 Not Found", b'{"error":{"message":"The stub knows feeds alone.","code":803}}')

    def _answer(self, number: int, answer: bytes) -> None:
        self._platform.answered(number)
        self._send(b"200 OK", answer)

    def _send(self, status: bytes, body: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
            self._transport.write(head + body)


async def serve(port: int, latency_seconds: float) -> None:
    """Listen on loopback until a signal ends it."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    platform = Platform(latency_seconds)
    server = await loop.create_server(lambda: Connection(platform), "127.0.0.1", port, backlog=1024)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await ended.wait()
    server.close()


def main(arguments: Sequence[str]) -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m bench.stub", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency-ms", type=float, default=50)
    chosen = parser.parse_args(arguments)
    asyncio.run(serve(chosen.port, chosen.latency_ms / 1000))


if __name__ == "__main__":
    main(sys.argv[1:])
