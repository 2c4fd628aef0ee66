"""Fetching a file from an address that a stranger gave us. It must not become a way into the network we stand in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

import requests
import structlog
import urllib3
from django.conf import settings

from foundation import tracing
from foundation.errors import Invalid, Refusal, Unavailable
from media.addresses import NotAllowed, NotFoundInDns, Rules
from media.guarded import CONNECT_SECONDS, Deadline, GuardedAdapter
from media.staging import Staged, largest_bytes, too_large

log = structlog.get_logger(__name__)

MOST_REDIRECTS: Final = 5
LONGEST_URL: Final = 2000
SILENCE_SECONDS: Final = 15.0
_CHUNK_BYTES: Final = 64 * 1024
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = {301, 302, 303, 307, 308}
_ONE_AT_A_TIME: Final = threading.Lock()
_under_way = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """Where a file came from."""

    #: What the address calls it; a stranger's word.
    name: str
    #: The address as it was given, without query and fragment, which may hold keys.
    shown_url: str


def fetch(url: str, *, into: Staged) -> Fetched:
    """Fetch a file and write it to ``into``; raises ``Invalid`` when it may not, or cannot, be fetched.

    Every hop of a redirect passes the same checks. What the server says about the type of its file is not believed.
    """
    rules = Rules(frozenset(settings.MEDIA_FETCH_PORTS), settings.MEDIA_FETCH_ALLOW_LOOPBACK)
    first = _read(url)
    with tracing.span(
        "media.fetch", resource="GET", kind="http", tags={"out.host": first.hostname, "span.kind": "client"}
    ):
        return _fetch(first, rules, into)


def _fetch(first: SplitResult, rules: Rules, into: Staged) -> Fetched:
    place = first
    with _slot(), Deadline(settings.MEDIA_FETCH_TIMEOUT.total_seconds()) as deadline, requests.Session() as session:
        # No proxy, no .netrc, no cookie of this machine's environment.
        session.trust_env = False
        adapter = GuardedAdapter(rules, deadline)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        for _ in range(MOST_REDIRECTS + 1):
            try:
                onward = _ask(session, place, into)
            except Refusal:
                raise
            except NotAllowed as error:
                raise _not_allowed(str(error)) from None
            except NotFoundInDns:
                raise _failed(f"no server is called {place.hostname}") from None
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                raise _explained(error, deadline) from None
            if deadline.passed:
                # We shut the socket ourselves, which looks like the end of a body whose length was not told.
                raise _too_slow()
            if onward is None:
                log.debug("media.fetched", host=first.hostname, size_bytes=into.size_bytes)
                return Fetched(_name_in(place) or _name_in(first), _shown(first))
            place = _read(onward)
    raise _failed(f"it leads on more than {MOST_REDIRECTS} times")


def _ask(session: requests.Session, place: SplitResult, into: Staged) -> str | None:
    """Take one hop: write the file and return None, or return the address it leads on to."""
    headers = {"User-Agent": f"Switchboard/{settings.VERSION}", "Accept": "*/*", "Accept-Encoding": "identity"}
    url = urlunsplit(place)
    with session.get(
        url, headers=headers, stream=True, allow_redirects=False, timeout=(CONNECT_SECONDS, SILENCE_SECONDS)
    ) as answer:
        if answer.status_code in _REDIRECTS:
            return urljoin(url, answer.headers.get("Location", ""))
        if answer.status_code != 200:
            raise _failed(f"its server answered with status {answer.status_code}")
        told = answer.headers.get("Content-Length", "")
        if told.isdecimal() and int(told) > largest_bytes():
            raise too_large(largest_bytes())
        # Not decoded: a compressed body could unpack to anything, and we asked for none.
        while chunk := answer.raw.read1(_CHUNK_BYTES, decode_content=False):
            into.write(chunk)
        if told.isdecimal() and into.size_bytes != int(told):
            raise _failed("its server broke off in the middle")
    return None


def _read(url: str) -> SplitResult:
    """Return the parts of an address that may be asked at all; raises ``Invalid``."""
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url or "\\" in url:
        raise _not_allowed("It is not written as an address is.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _not_allowed("It cannot be understood.") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise _not_allowed("It does not begin with https:// or http:// and a host.")
    if parts.username is not None or parts.password is not None:
        raise _not_allowed("It holds a user name or a password.")
    if port == 0:
        raise _not_allowed("Port 0 is not one that files are fetched from.")
    return parts._replace(fragment="")


def _explained(error: Exception, deadline: Deadline) -> Invalid:
    """Return why a fetch failed. The text of the error is left out: it may hold addresses of our network."""
    if deadline.passed:
        return _too_slow()
    if isinstance(error, requests.exceptions.SSLError):
        return _failed("its server's certificate is not valid")
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return _failed("its server does not answer in time")
    return _failed("its server cannot be reached, or broke off")


def _not_allowed(why: str) -> Invalid:
    return Invalid(
        f"Files are not fetched from this address. {why}",
        remedy="Give the public http(s) address of the file, or upload the file itself.",
        code="media_url_not_allowed",
    )


def _failed(why: str) -> Invalid:
    return Invalid(
        f"The file could not be fetched: {why}.",
        remedy="Open the address in a browser without signing in; if that works, try again, or upload the file itself.",
        code="media_url_failed",
    )


def _too_slow() -> Invalid:
    return _failed(f"it took longer than {settings.MEDIA_FETCH_TIMEOUT.total_seconds():.0f} seconds")


def _name_in(place: SplitResult) -> str:
    return unquote(place.path.rpartition("/")[2])


def _shown(place: SplitResult) -> str:
    return urlunsplit(place._replace(query="", fragment=""))[:500]


@contextmanager
def _slot() -> Iterator[None]:
    """Hold one of the few places for fetches: a slow server must not keep every thread of the web server waiting."""
    global _under_way
    with _ONE_AT_A_TIME:
        if _under_way >= settings.MEDIA_FETCH_IN_FLIGHT:
            raise Unavailable(
                "As many files as allowed are being fetched just now.",
                remedy="Try again in a minute, or upload the file itself.",
                code="media_busy",
            )
        _under_way += 1
    try:
        yield
    finally:
        with _ONE_AT_A_TIME:
            _under_way -= 1
