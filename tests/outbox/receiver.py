"""A client app's receiver: a small HTTP server on loopback that verifies, remembers, and can misbehave."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass
class Received:
    """One request."""

    headers: dict[str, str]
    body: bytes
    at: float

    def verified(self, secret: str) -> Any:
        """Return what it says if it is signed with this secret; raises otherwise."""
        return Webhook(secret).verify(self.body, self.headers)

    @property
    def id(self) -> str:
        """What the message is known by."""
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """What came, and what is answered: a status, or a function that answers by itself."""

    url: str = ""
    answer: int | Callable[[BaseHTTPRequestHandler], None] = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    got: list[Received] = field(default_factory=list)

    def ids(self) -> list[str]:
        """The ids of the messages, as they came."""
        return [one.id for one in self.got]

    def wait_for(self, count: int, *, seconds: float = 10) -> None:
        """Wait until so many requests have come."""
        end = time.monotonic() + seconds
        while len(self.got) < count:
            assert time.monotonic() < end, f"{len(self.got)} of {count} came"
            time.sleep(0.01)


@contextmanager
def receiving(**said: Any) -> Iterator[Receiver]:
    """Run a receiver for a while."""
    receiver = Receiver(**said)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append(Received(headers, body, time.monotonic()))
            if callable(receiver.answer):
                receiver.answer(self)
                return
            self.send_response(receiver.answer)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            self.wfile.write(receiver.body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
