"""What platforms fetch from outside: media an app points at, and callbacks it registered. Loopback only, bounded.

A handler that needs something from the network raises `FetchWanted`; the application lets go of the world's lock, runs
the errand and calls the handler again with the answer at hand.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

# Above the largest file any of the platforms takes in one piece here.
MOST_BYTES = 320 * 1024 * 1024
_CHUNK = 256 * 1024


@dataclass(frozen=True)
class Errand:
    """One request to make: where to, how, and how long it may take."""

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    timeout_s: float = 10.0
    most_bytes: int = MOST_BYTES


@dataclass(frozen=True)
class Fetched:
    """What came back. `problem` says in a few words why nothing did (`status` is 0 then)."""

    status: int = 0
    body: bytes = b""
    content_type: str = ""
    location: str = ""
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Say whether the other side answered with what was asked for."""
        return not self.problem and self.status == 200


class Fetcher(Protocol):
    """Run an errand; never raise."""

    def fetch(self, errand: Errand) -> Fetched:
        """Return the answer, or why there was none."""


class FetchWanted(Exception):
    """Leave a handler to have an errand run first."""

    def __init__(self, errand: Errand) -> None:
        super().__init__(errand.url)
        self.errand = errand


class LoopbackFetcher:
    """Speak HTTP with this machine and with nobody else. Redirects are told, not followed."""

    def fetch(self, errand: Errand) -> Fetched:
        """Return the answer, or why there was none."""
        try:
            parts = urlsplit(errand.url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return Fetched(problem="the address cannot be read")
        if parts.scheme not in ("http", "https") or not host:
            return Fetched(problem="only http and https are spoken")
        address = _loopback_address(host)
        if address is None:
            return Fetched(problem="the host is not on this machine, and the sandbox goes nowhere else")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = _connection(parts.scheme, address, port, errand.timeout_s)
        try:
            connection.request(
                errand.method,
                target,
                errand.body or None,
                {"Host": parts.netloc.rpartition("@")[2], **dict(errand.headers)},
            )
            return _read(connection.getresponse(), errand.most_bytes)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Fetched(problem="it took too long" if isinstance(error, TimeoutError) else "no connection")
        finally:
            connection.close()


def _read(answer: http.client.HTTPResponse, most_bytes: int) -> Fetched:
    body = bytearray()
    while chunk := answer.read(_CHUNK):
        body += chunk
        if len(body) > most_bytes:
            return Fetched(problem=f"it is larger than {most_bytes} bytes")
    return Fetched(
        answer.status,
        bytes(body),
        (answer.headers.get("Content-Type") or "").partition(";")[0].strip().lower(),
        answer.headers.get("Location") or "",
    )


def _connection(scheme: str, address: str, port: int | None, timeout_s: float) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(address, port, timeout=timeout_s)
    # A certificate for loopback is one somebody made at home.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(address, port, timeout=timeout_s, context=context)


def _loopback_address(host: str) -> str | None:
    """Return an address of the host on this machine; None when it stands anywhere else, even in part."""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return None
    if not found or not all(ipaddress.ip_address(one.partition("%")[0]).is_loopback for one in found):
        return None
    return min(found, key=lambda one: (":" in one, one))
