"""The sandbox on a port: threads, kept-alive connections, and an end that comes at once."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger("sandbox")


class Handler(WSGIRequestHandler):
    """Serve many calls on one connection.

    werkzeug's own `run_wsgi` closes after each answer because an application may leave a request half read. This one
    reads what is left itself, and sends head and body in one write.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    verbose = False
    _headers_buffer: list[bytes]

    def run_wsgi(self) -> None:
        """Run the application for one request and write its answer."""
        if self.headers.get("Expect", "").lower().strip() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.environ = environ = self.make_environ()
        # werkzeug leaves out headers with an underscore; upload hosts have some (`file_size`, `file_url`).
        for name in filter(lambda name: "_" in name, self.headers):
            environ["HTTP_" + name.upper().replace("-", "_")] = self.headers[name]
        left = _Countdown(environ["wsgi.input"], environ.get("CONTENT_LENGTH"))
        if left.known:
            environ["wsgi.input"] = left
        answer: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Any:
            answer[:] = [status, headers]
            return None

        try:
            body = b"".join(self._iterate(self.server.app, environ, start_response))
        except ConnectionError:
            self.close_connection = True
            return
        except Exception:
            _log.exception("The sandbox itself failed")
            answer[:] = ["500 SANDBOX FAILED", [("Content-Type", "text/plain")]]
            body = b"The sandbox itself failed; its log says why."
            self.close_connection = True
        self._write(answer[0], answer[1], body)
        left.drain()

    @staticmethod
    def _iterate(app: WSGIApplication, environ: Any, start_response: Any) -> Iterable[bytes]:
        result = app(environ, start_response)
        try:
            yield from result
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()

    def _write(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        bodiless = int(code) in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if not bodiless:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        head = b"".join(self._headers_buffer) + b"\r\n"
        self._headers_buffer.clear()
        self.wfile.write(head if self.command == "HEAD" or bodiless else head + body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log the path alone: a query may carry a token."""
        self.log("info", "%s %s %s", self.command, self.path.partition("?")[0], code)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Write an access line only when asked to."""
        if self.verbose:
            sys.stderr.write(f"{self.log_date_time_string()} {message % args}\n")


class _Countdown:
    """A request body that knows how much of it was read, so that the rest can be thrown away."""

    def __init__(self, stream: Any, length: str | None) -> None:
        self._stream = stream
        self.known = length is not None and length.isdecimal()
        self._left = int(length) if length is not None and self.known else 0

    def read(self, size: int = -1) -> bytes:
        """Read on, never past the end of this request."""
        data: bytes = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def readline(self, size: int = -1) -> bytes:
        """Read a line, never past the end of this request."""
        data: bytes = self._stream.readline(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def drain(self) -> None:
        """Throw away what nobody read."""
        while self._left and self.read(65_536):
            pass


class VerboseHandler(Handler):
    """Serve like `Handler`, and write an access line per request."""

    verbose = True


def listen(host: str, port: int) -> socket.socket:
    """Take a port, or raise OSError before anything else is set up."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen(512)
    except OSError:
        taken.close()
        raise
    return taken


def build_server(app: WSGIApplication, taken: socket.socket, *, verbose: bool = False) -> BaseWSGIServer:
    """Put the application behind a listening socket."""
    host, port = taken.getsockname()[:2]
    handler = VerboseHandler if verbose else Handler
    return make_server(host, port, app, threaded=True, request_handler=handler, fd=taken.fileno())


def end_with_parent(ended: threading.Event) -> None:
    """Set the event when standard input closes, as it does when the parent dies."""
    # The bare descriptor, not `sys.stdin`: its lock, held by a waiting thread, would trouble the interpreter's end.
    stdin = sys.stdin.fileno()

    def watch() -> None:
        while os.read(stdin, 4096):
            pass
        ended.set()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
