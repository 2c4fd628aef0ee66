"""A web server on loopback that answers as strangers' servers do: honestly, slowly, without end, or elsewhere."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.media import making

LONGEST_SECONDS = 20


class Stranger(BaseHTTPRequestHandler):
    """Answers by path, and remembers who asked what."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked.append((self.headers["Host"], self.path, dict(self.headers)))
        verb = parts.path.strip("/").replace(".", "_").replace("-", "_").split("/")[0]
        try:
            getattr(self, f"answer_{verb}", self.answer_missing)(parse_qs(parts.query))
        except (BrokenPipeError, ConnectionError):
            self.close_connection = True

    def answer_photo_jpg(self, query: Any) -> None:
        self.give(making.picture(), {"Content-Type": "text/html"})

    def answer_page(self, query: Any) -> None:
        self.give(b"<!DOCTYPE html><html>", {"Content-Type": "image/jpeg"})

    def answer_missing(self, query: Any) -> None:
        self.give(b"inner secrets", {}, status=404)

    def answer_onward(self, query: Any) -> None:
        self.give(b"", {"Location": query["to"][0]}, status=302)

    def answer_again(self, query: Any) -> None:
        self.give(b"", {"Location": "/again"}, status=307)

    def answer_short(self, query: Any) -> None:
        self.start({"Content-Length": "5000"})
        self.wfile.write(making.picture())
        self.close_connection = True

    def answer_zipped(self, query: Any) -> None:
        self.give(b"\x1f\x8b\x08" + b"\x00" * 50, {"Content-Encoding": "gzip"})

    def answer_huge(self, query: Any) -> None:
        self.start({"Content-Length": str(10**12)})

    def answer_endless(self, query: Any) -> None:
        self.start({"Transfer-Encoding": "chunked"})
        self.wfile.write(b"%x\r\n%s\r\n" % (len(making.picture()), making.picture()))
        end = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < end:
            self.wfile.write(b"10000\r\n" + b"\x00" * 65536 + b"\r\n")

    def answer_dripping(self, query: Any) -> None:
        self.start({"Content-Length": "100000"})
        self.drip(making.picture() + b"\x00" * 100_000)

    def answer_dripping_headers(self, query: Any) -> None:
        self.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 50_000)

    def drip(self, content: bytes) -> None:
        end = time.monotonic() + LONGEST_SECONDS
        for byte in content:
            if time.monotonic() > end or self.server.stopping:
                return
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.05)

    def start(self, headers: dict[str, str], status: int = 200) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def give(self, content: bytes, headers: dict[str, str], status: int = 200) -> None:
        self.start({"Content-Length": str(len(content)), **headers}, status)
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    """A stranger's server."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.stopping = False
        super().__init__(("127.0.0.1", 0), Stranger)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Strangers' servers keep their troubles to themselves."""

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping = True
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def encrypted(server: Server, folder: Path, names_asked: list[str | None]) -> Server:
    """Have a server speak TLS with a certificate nobody trusts, noting the names clients ask for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stranger.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "stranger.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.sni_callback = lambda link, asked, _: names_asked.append(asked)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server
