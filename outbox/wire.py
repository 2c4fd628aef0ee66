"""Posting one message to an address that a tenant gave us. It must not become a way into the network we stand in."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from django.conf import settings

from foundation.text import storable
from media.addresses import NotAllowed, NotFoundInDns, Rules, checked
from media.guarded import CONNECT_SECONDS, Deadline, GuardedAdapter

LONGEST_URL: Final = 2000
#: So much of an answer is kept, for people to look at; the rest is not read.
ANSWER_BYTES: Final = 1024
_NO_TLS: Final = "It must begin with https://; plain http is for receivers on this machine, where the hub allows these."


class BadAddress(Exception):
    """Nothing is sent to this address. The text says why, for who typed it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one post: a status with the beginning of the body, or what went wrong instead."""

    took_ms: int
    status: int | None = None
    error: str = ""
    body: str = ""
    retry_after: str = ""

    @property
    def ok(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


def check_address(url: str) -> None:
    """Raise ``BadAddress`` for an address that is never posted to. A name without an address today is let through."""
    parts = _read(url)
    try:
        checked(parts.hostname or "", _port(parts), _rules(parts))
    except NotFoundInDns:
        if parts.scheme == "http":
            raise BadAddress(_NO_TLS) from None
    except NotAllowed as error:
        raise BadAddress(_NO_TLS if parts.scheme == "http" else str(error)) from None


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post a message once and return what came of it; never raises for what the other side does.

    The name is resolved once, every address checked, and one of these very addresses called. Redirects are not followed.
    """
    started = time.monotonic()

    def took() -> int:
        return round((time.monotonic() - started) * 1000)

    seconds = settings.WEBHOOK_OUT_TIMEOUT.total_seconds()
    try:
        parts = _read(url)
        with Deadline(seconds) as deadline, requests.Session() as session:
            session.trust_env = False
            adapter = GuardedAdapter(_rules(parts), deadline)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            try:
                with session.post(
                    url,
                    data=body,
                    headers=dict(headers),
                    stream=True,
                    allow_redirects=False,
                    timeout=(CONNECT_SECONDS, seconds),
                ) as answer:
                    beginning = _beginning(answer)
                    if deadline.passed:
                        return Answer(took(), error=_too_slow(seconds))
                    return Answer(
                        took(),
                        status=answer.status_code,
                        error=_judged(answer.status_code),
                        body=beginning,
                        retry_after=answer.headers.get("Retry-After", "")[:100],
                    )
            except (NotAllowed, NotFoundInDns):
                raise
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                return Answer(took(), error=_explained(error, deadline, seconds))
    except (BadAddress, NotAllowed) as error:
        return Answer(took(), error=f"Nothing was sent: {error}")
    except NotFoundInDns:
        return Answer(took(), error="No server has this name.")


def _beginning(answer: requests.Response) -> str:
    """Read the first bytes of an answer, as they came: a packed body could unpack to anything."""
    kept = b""
    try:
        while len(kept) < ANSWER_BYTES and (chunk := answer.raw.read1(ANSWER_BYTES - len(kept), decode_content=False)):
            kept += chunk
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        pass  # the status has come, and that is what counts
    text = storable(kept.decode("utf-8", "replace"))
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _read(url: str) -> SplitResult:
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url or "\\" in url:
        raise BadAddress("It is not written as an address is.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress("It cannot be understood.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadAddress("It must begin with https:// and a host.")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("It holds a user name or a password.")
    if parts.fragment:
        raise BadAddress("It has a fragment (#…), which is never sent.")
    if port == 0:
        raise BadAddress("Port 0 is none.")
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _rules(parts: SplitResult) -> Rules:
    """Return what may be reached: over plain http, this machine alone, and that only where it is allowed."""
    ports = frozenset(settings.WEBHOOK_OUT_PORTS) if parts.scheme == "https" else frozenset()
    return Rules(ports, settings.WEBHOOK_OUT_ALLOW_LOOPBACK)


def _judged(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"It answered {status}: redirects are not followed."
    return f"It answered {status}."


def _explained(error: Exception, deadline: Deadline, seconds: float) -> str:
    """Return why a post failed. The text of the error is left out: it may hold addresses of our network."""
    if deadline.passed or isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return _too_slow(seconds)
    if isinstance(error, requests.exceptions.SSLError):
        return "Its certificate is not valid."
    return "It cannot be reached, or broke off."


def _too_slow(seconds: float) -> str:
    return f"It did not answer within {seconds:.0f} seconds."
