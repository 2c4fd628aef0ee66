"""A bad line to a platform: of so many calls, each at random, an answer is lost, late, cut, garbled or a refusal in passing.

It stands between the hub and the sandbox at the hub's one door to the network, and is repeatable by its seed.
"""

import io
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

Made = Callable[[requests.PreparedRequest], requests.Response]
HTML: Final = b"<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went wrong.</body></html>"


def answer(status: int, body: bytes, content_type: str = "application/json", **headers: str) -> Made:
    """Return what answers so."""

    def make(request: requests.PreparedRequest) -> requests.Response:
        told = requests.Response()
        told.status_code, told.url, told.request = status, str(request.url), request
        told.headers.update(
            {"Content-Type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}}
        )
        told.raw = HTTPResponse(io.BytesIO(body), headers=told.headers, status=status, preload_content=False)
        return told

    return make


def broken(error: Callable[[str], Exception], words: str) -> Made:
    """Return what breaks so."""

    def fail(request: requests.PreparedRequest) -> requests.Response:
        raise error(words)

    return fail


#: Everything that passes by itself, in every shape in which it comes over the wire. None of it is a platform's word on a grant.
SHAPES: Final[dict[str, Made]] = {
    "500 with a page": answer(500, HTML, "text/html"),
    "500 with JSON": answer(500, b'{"error":{"message":"An unknown error occurred","type":"OAuthException","code":1}}'),
    "502": answer(502, HTML, "text/html"),
    "503 with a time": answer(503, HTML, "text/html", Retry_After="30"),
    "503 with JSON": answer(503, b'{"error":{"code":503,"message":"The service is currently unavailable.","status":"UNAVAILABLE"}}'),
    "504": answer(504, b"", "text/plain"),
    "429": answer(429, b"{}"),
    "429 with a time": answer(429, HTML, "text/html", Retry_After="7"),
    "200 with a page": answer(200, HTML, "text/html; charset=utf-8"),
    "200 and nothing": answer(200, b""),
    "200 and {}": answer(200, b"{}"),
    "200 and []": answer(200, b"[]"),
    "200 and null": answer(200, b"null"),
    "200 and half of it": answer(200, b'{"data": {"is_valid": fal'),
    "200 and noise": answer(200, b"\x00\xff\xfe\x93garbage\x80", "application/octet-stream"),
    "200 that is no gzip": answer(200, b"this is not gzip", Content_Encoding="gzip"),
    "the name is not found": broken(requests.exceptions.ConnectionError, "Failed to resolve 'api.invalid' ([Errno -2] Name or service not known)"),
    "the line is refused": broken(requests.exceptions.ConnectionError, "[Errno 111] Connection refused"),
    "the line is reset": broken(requests.exceptions.ConnectionError, "Connection aborted: [Errno 104] reset by peer"),
    "no connection in time": broken(requests.exceptions.ConnectTimeout, "timed out"),
    "no answer in time": broken(requests.exceptions.ReadTimeout, "timed out"),
    "the certificate is wrong": broken(requests.exceptions.SSLError, "certificate verify failed: certificate has expired"),
    "it breaks off": broken(requests.exceptions.ChunkedEncodingError, "IncompleteRead(12 bytes read)"),
}  # fmt: skip


@dataclass
class Spoiler(BaseAdapter):
    """Passes calls on to ``inner``, and spoils the answer of so large a share of them; the work may have been done or not."""

    inner: BaseAdapter
    share: float
    seed: int = 1
    shapes: dict[str, Made] = field(default_factory=lambda: dict(SHAPES))
    #: After so many the line is good.
    most: int | None = None
    calls: int = 0
    spoilt: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__init__()
        self._dice = random.Random(self.seed)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Answer one request, or spoil it."""
        self.calls += 1
        if self._dice.random() >= self.share or self.spoilt.total() == self.most:
            return self.inner.send(request, *args, **kwargs)
        name = self._dice.choice(sorted(self.shapes))
        self.spoilt[name] += 1
        if self._dice.random() < 0.5:
            self.inner.send(request, *args, **kwargs)
        return self.shapes[name](request)

    def close(self) -> None:
        """Nothing is held."""
