"""Where a call is meant to go: the real host it names, and how to write addresses the same caller can reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from werkzeug.wrappers import Request


@dataclass(frozen=True)
class Address:
    """A real host, the path on it, and the form in which the caller reached it.

    `prefixed` calls look like `http://127.0.0.1:8801/graph.facebook.com/v25.0/me`; the others name the host in their
    `Host` header.
    """

    scheme: str
    netloc: str
    host: str
    path: str
    prefixed: bool

    def url(self, host: str, path: str, query: Mapping[str, str] | None = None) -> str:
        """Write an absolute address on any platform host, in the form the caller used."""
        if self.prefixed:
            root = f"{self.scheme}://{self.netloc}/{host}"
        else:
            _, colon, port = self.netloc.partition(":")
            root = f"{self.scheme}://{host}{colon}{port}"
        text = root + quote(path, safe="/:@!$&'()*+,;=~_-.")
        return f"{text}?{urlencode(query)}" if query else text


def locate(request: Request, serves: Callable[[str], bool]) -> Address | None:
    """Find the platform host a request is for; None means the sandbox itself."""
    netloc = request.host
    named = netloc.partition(":")[0].lower()
    if serves(named) and not request.path.startswith("/_sandbox"):
        return Address(request.scheme, netloc, named, request.path, prefixed=False)
    first, _, rest = request.path.lstrip("/").partition("/")
    if serves(first.lower()):
        return Address(request.scheme, netloc, first.lower(), "/" + rest, prefixed=True)
    return None
