"""A server of one thread on loopback that answers as badly as a test asks it to."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Script = Callable[[socket.socket], None]
#: Keeps a test from waiting for ever for a server that waits for it.
PATIENCE_SECONDS = 10.0


@dataclass
class Wire:
    """Where the server listens, and what it was sent."""

    port: int
    scheme: str = "http"
    requests: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/v25.0/me") -> str:
        """Return an address of the server."""
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"


@contextlib.contextmanager
def listening(script: Script, *, tls: ssl.SSLContext | None = None, reads: bool = True) -> Iterator[Wire]:
    """Serve connections one after the other, each by the script, until the block ends.

    The script runs when a whole request has come, or (``reads`` false) as soon as anything has.
    """
    door = socket.create_server(("127.0.0.1", 0))
    door.settimeout(0.05)
    wire = Wire(door.getsockname()[1], "https" if tls else "http")
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                raw, _ = door.accept()
            except TimeoutError:
                continue
            raw.settimeout(PATIENCE_SECONDS)
            with contextlib.suppress(OSError), raw:
                stream = tls.wrap_socket(raw, server_side=True) if tls else raw
                wire.requests.append(read_request(stream) if reads else stream.recv(65_536))
                script(stream)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        over.set()
        thread.join(PATIENCE_SECONDS)
        door.close()


def read_request(stream: socket.socket) -> bytes:
    """Read one request, body and all."""
    sent = b""
    while b"\r\n\r\n" not in sent:
        more = stream.recv(65_536)
        if not more:
            return sent
        sent += more
    head, _, body = sent.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += stream.recv(65_536)
    return head + b"\r\n\r\n" + body


def answer(body: bytes = b'{"ok": true}', *, status: str = "200 OK", headers: tuple[str, ...] = ()) -> Script:
    """Answer at once."""

    def script(stream: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
        stream.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return script


def hang_up(stream: socket.socket) -> None:
    """Close without a word."""
    stream.close()


def reset(stream: socket.socket) -> None:
    """Tear the connection down, so that the other side sees a reset."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def silence(seconds: float) -> Script:
    """Say nothing for a while, then hang up."""

    def script(stream: socket.socket) -> None:
        time.sleep(seconds)

    return script


def drip(head: bytes, drop: bytes, *, every: float, times: int) -> Script:
    """Send a beginning, then small pieces, each soon enough for a silence timeout."""

    def script(stream: socket.socket) -> None:
        stream.sendall(head)
        for _ in range(times):
            time.sleep(every)
            stream.sendall(drop)

    return script


def closed_port() -> int:
    """Return a port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])
