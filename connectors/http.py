"""The one door to the network: every call to a platform goes through here.

It keeps connections, bounds every wait (connect, silence, total), never follows a redirect, keeps URLs and bodies out of
logs, and turns what can go wrong on the way into three plain facts: it surely did not arrive, it may have arrived, or the
answer is here.
"""

import json
import logging
import re
import ssl
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

import requests
import structlog
import urllib3
from django.conf import settings
from django.dispatch import Signal

from connectors.errors import ConnectorError, OutcomeUnknown, PlatformReply, TransientError, UnexpectedAnswer
from connectors.way_out import fenced, mount, unmount, way_out
from foundation import tracing

if TYPE_CHECKING:
    from ddtrace.trace import Span

__all__ = ["Answer", "FilePart", "Http", "Timeouts", "mount", "platform_called", "unmount"]

log = structlog.get_logger(__name__)

#: No answer we understand is longer; a longer one is cut off and told as unexpected.
LARGEST_ANSWER_BYTES: Final = 10 * 1024 * 1024
_CHUNK_BYTES: Final = 64 * 1024
_OPENING_BYTES: Final = 2_000
#: The headers in which platforms tell what they call a request.
_REQUEST_IDS: Final = ("x-fb-trace-id", "x-li-uuid", "x-tt-logid", "x-request-id")
#: Sent with ``platform``, ``status`` (None where no answer came) and ``seconds`` after each call, if somebody listens.
platform_called = Signal()


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a call may take to connect, to stay silent, and in all."""

    connect: timedelta
    read: timedelta
    total: timedelta


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of a multipart form."""

    name: str
    content: bytes | IO[bytes]
    content_type: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A platform's answer, whatever its status. ``data`` is the parsed JSON body, or None when it was not JSON."""

    status: int
    headers: Mapping[str, str]
    data: Any
    elapsed: timedelta
    #: How a body begins that was not JSON: pages of gateways name the reference number of a refusal there.
    opening: str = ""

    @property
    def ok(self) -> bool:
        """Whether the status says success."""
        return 200 <= self.status < 300


class Http:
    """Call one platform's hosts. Cheap to make: sessions are shared by the process."""

    def __init__(self, platform: str, timeouts: Timeouts, *, name: str = "") -> None:
        self.platform = platform
        #: What people call it; messages never name a gateway's host in its place.
        self.name = name or platform
        self.timeouts = timeouts

    def call(
        self,
        method: str,
        url: str,
        *,
        operation: str,
        changes: bool,
        query: Mapping[str, str] | None = None,
        json_body: Any = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, FilePart] | None = None,
        content: bytes | IO[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        last_moment: Callable[[], None] | None = None,
    ) -> Answer:
        """Send one request and return the answer, or raise what the silence means.

        ``changes`` says whether the call changes something at the platform: a lost answer is then ``OutcomeUnknown``
        instead of ``TransientError``. The body is one of ``json_body``, ``form`` (with ``files``: multipart), or
        ``content``: raw bytes, or a stream, which is sent from where it stands to its end. ``last_moment`` runs right
        before the bytes leave and may raise to stop them.
        """
        started = time.monotonic()
        deadline = started + self.timeouts.total.total_seconds()
        prepared = _prepared(
            method,
            url,
            query=query,
            json_body=json_body,
            form=form,
            files=files,
            content=content,
            headers=headers,
        )
        silence = min(self.timeouts.read, self.timeouts.total).total_seconds()
        timeout = (self.timeouts.connect.total_seconds(), silence)
        if last_moment is not None:
            last_moment()
        status: int | None = None
        span = self._span(method, url, operation) if tracing.ON else None
        adapter, surroundings = way_out(url)
        try:
            with fenced(last_moment):
                # Past the session: its cookies, redirects, hooks and look at the environment cost as much as the call itself.
                response = adapter.send(prepared, stream=True, timeout=timeout, **surroundings)
            try:
                status = response.status_code
                if span is not None:
                    span.set_tag("platform.request_id", _request_id(response.headers))
                body = self._body(response, deadline=deadline, operation=operation, changes=changes)
            finally:
                response.close()
        except requests.RequestException as error:
            raise self._silence(error, operation=operation, changes=changes, url=url) from None
        except urllib3.exceptions.HTTPError:
            host = urlsplit(url).hostname or "the platform"
            raise self._lost(f"{host} broke off in the middle of its answer.", operation, changes, status) from None
        finally:
            if span is not None:
                _end(span, status)
            if platform_called.receivers:
                told = time.monotonic() - started
                platform_called.send_robust(Http, platform=self.platform, status=status, seconds=told)
            if _logs_calls():
                log.debug(
                    "platform.call",
                    platform=self.platform,
                    operation=operation,
                    method=method,
                    host=urlsplit(url).netloc,
                    status=status,
                    ms=round((time.monotonic() - started) * 1000),
                )
        elapsed = timedelta(seconds=time.monotonic() - started)
        data = _parsed(body)
        opening = body[:_OPENING_BYTES].decode("utf-8", "replace") if data is None else ""
        return Answer(status, response.headers, data, elapsed, opening)

    def _span(self, method: str, url: str, operation: str) -> "Span":
        """Begin the span of a call: whom it went to and what for, and nothing of what was said."""
        parts = urlsplit(url)
        path = tracing.route(parts.path)
        tags: tracing.Tags = {
            "span.kind": "client",
            "platform": self.platform,
            "operation": operation,
            "http.method": method,
            "http.route": path,
            "out.host": parts.hostname or "",
            "_dd.measured": 1,
        }
        return tracing.start("platform.call", resource=f"{method} {parts.hostname}{path}", kind="http", tags=tags)

    def _body(self, response: requests.Response, *, deadline: float, operation: str, changes: bool) -> bytes:
        body = bytearray()
        # read1 hands over what has come; iter_content waits for whole chunks, however slowly they trickle in.
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
            body += chunk
            if time.monotonic() > deadline:
                # The status has come, so it did arrive; what we lack is the answer.
                raise self._lost(
                    "The platform's answer did not come to an end in time.",
                    operation,
                    changes,
                    response.status_code,
                )
            if len(body) > LARGEST_ANSWER_BYTES:
                # An answer we cannot read says nothing of what a change became.
                kind = OutcomeUnknown if changes else UnexpectedAnswer
                raise kind(
                    "The platform's answer is far longer than any it documents.",
                    remedy="Retry; if it stays so, report it as a fault of Switchboard.",
                    platform=self.platform,
                    operation=operation,
                    reply=PlatformReply(status=response.status_code),
                )
        return bytes(body)

    def _silence(self, error: requests.RequestException, *, operation: str, changes: bool, url: str) -> ConnectorError:
        """Say what an exception means: never sent, or sent and unanswered. No text of it is kept: it may hold the URL."""
        if _never_sent(error):
            host = urlsplit(url).netloc
            return TransientError(
                f"{self.name} could not be reached at {host} ({_plain_reason(error)}).",
                remedy="Nothing was sent. Switchboard tries again by itself; if it lasts, check this machine's network and DNS.",
                platform=self.platform,
                operation=operation,
            )
        return self._lost(f"{self.name} gave no answer ({_plain_reason(error)}).", operation, changes, None)

    def _lost(self, cause: str, operation: str, changes: bool, status: int | None) -> ConnectorError:
        kind = OutcomeUnknown if changes else TransientError
        remedy = (
            "Switchboard looks at the platform before it sends anything again."
            if changes
            else "Switchboard tries again by itself."
        )
        return kind(
            cause,
            remedy=remedy,
            platform=self.platform,
            operation=operation,
            reply=PlatformReply(status=status),
        )


def _end(span: "Span", status: int | None) -> None:
    """End the span of a call by what the platform answered, if it did."""
    if status is None:
        tracing.failed(span, "no_answer")
    else:
        span.set_tag("http.status_code", str(status))
        if status >= HTTPStatus.BAD_REQUEST:
            tracing.failed(span, str(status))
    span.finish()


def _request_id(headers: Mapping[str, str]) -> str:
    """Return the id by which a platform can find this very call in its own logs; empty where it told none."""
    return next((headers[name] for name in _REQUEST_IDS if name in headers), "")[:80]


_HEADERS: Final = {
    "User-Agent": f"Switchboard/{settings.VERSION}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
}
#: What a URL that needs no further quoting is made of.
_PLAIN_URL: Final = re.compile(
    r"https?://[A-Za-z0-9.\-:\[\]]+(/[A-Za-z0-9\-._~%!$&'()*+,;=:@/]*)?(\?[A-Za-z0-9\-._~%!$&'()*+,;=:@/?]*)?"
)


def _prepared(
    method: str,
    url: str,
    *,
    query: Mapping[str, str] | None,
    json_body: Any,
    form: Mapping[str, str] | None,
    files: Mapping[str, FilePart] | None,
    content: bytes | IO[bytes] | None,
    headers: Mapping[str, str] | None,
) -> requests.PreparedRequest:
    """Make the request. The usual one (JSON, a plain URL) is put together here, which is ten times as fast."""
    sent = {**_HEADERS, **(headers or {})}
    if json_body is not None and not query and not form and not files and _PLAIN_URL.fullmatch(url):
        body = json.dumps(json_body, allow_nan=False).encode()
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url, prepared.body = method, url, body
        sent = {"Content-Type": "application/json", **sent, "Content-Length": str(len(body))}
        # Plainly: its names are ours alone, and whoever reads them here knows how they are written.
        prepared.headers = cast(Any, sent)
        return prepared
    parts = {field: (part.name, part.content, part.content_type) for field, part in (files or {}).items()}
    return requests.Request(
        method,
        url,
        params=query,
        json=json_body,
        data=form if content is None else content,
        files=parts or None,
        headers=sent,
        # An explicit auth hook keeps a .netrc on the machine from replacing our Authorization header.
        auth=_keep_headers,
    ).prepare()


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _logs_calls() -> bool:
    return logging.getLogger(__name__).isEnabledFor(logging.DEBUG)


def _never_sent(error: requests.RequestException) -> bool:
    """Tell whether a request surely never reached the platform: no connection, no TLS, no such address."""
    if isinstance(
        error,
        requests.ConnectTimeout
        | requests.exceptions.ProxyError
        | requests.exceptions.InvalidURL
        | requests.exceptions.InvalidSchema,
    ):
        return True
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", inner)
    if isinstance(error, requests.exceptions.SSLError):
        return _in_handshake(reason)
    return isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.NameResolutionError)


def _in_handshake(reason: Any) -> bool:
    """Tell whether TLS failed in its handshake: it can break later too, when the request has left."""
    cause = next((arg for arg in getattr(reason, "args", ()) if isinstance(arg, ssl.SSLError)), None)
    frames = traceback.walk_tb(cause.__traceback__ if cause else None)
    return any(frame.f_code.co_name == "do_handshake" for frame, _ in frames)


def _plain_reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, requests.Timeout):
        return "it took too long"
    if isinstance(error, requests.exceptions.SSLError):
        return "the TLS handshake failed" if _never_sent(error) else "the TLS connection broke"
    if _never_sent(error):
        return "connection refused or name unknown"
    return "the connection broke"


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
