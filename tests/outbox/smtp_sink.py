"""A mail server on loopback that takes everything, or answers as it is told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast


@dataclass
class Sink:
    """What came, and how each step is answered."""

    port: int = 0
    answers: dict[str, bytes] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    logins: int = 0


@contextmanager
def sinking(**answers: bytes) -> Iterator[Sink]:
    """Run a mail server for a while."""
    sink = Sink(answers=answers)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            sink.logins += 1
            self.wfile.write(b"220 sink\r\n")
            while line := self.rfile.readline():
                verb = line.split(b":")[0].split()[0].decode().upper() if line.strip() else ""
                if verb == "DATA" and "DATA" not in sink.answers:
                    self.wfile.write(b"354 go on\r\n")
                    body = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        body += part.removeprefix(b".")
                    sink.mails.append(message_from_bytes(body, policy=policy.default))
                self.wfile.write(sink.answers.get(verb, b"221 bye\r\n" if verb == "QUIT" else b"250 fine\r\n"))
                if verb == "QUIT":
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    sink.port = cast(Any, server.server_address)[1]
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
