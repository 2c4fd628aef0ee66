"""The way out: connections that are kept, a fence before their bytes, and what the environment says of proxies and certificates.

``requests`` finds its way anew for each request: which pool, which certificates, which proxy, which part of the address. All of that
follows from the origin, so it is worked out once for each.
"""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, cast

import requests
import urllib3
import urllib3.connection
from requests.adapters import BaseAdapter, HTTPAdapter

#: A request whose body is no longer leaves as one piece: the platform then wakes for it once and not twice.
_ONE_PIECE_BYTES: Final = 64 * 1024
#: Hosts whose connections are kept; those used longest ago are closed.
_MOST_HOSTS: Final = 256
_ORIGIN: Final = re.compile(r"\A[^/?#]*//[^/?#]*")
#: What the call of this thread asks before each piece of bytes leaves.
_here = threading.local()


def mount(prefix: str, adapter: BaseAdapter) -> None:
    """Serve every URL with this prefix through another adapter: how tests reach the sandbox without a port."""
    session().mount(prefix, adapter)


def unmount(prefix: str) -> None:
    """Undo ``mount``."""
    session().adapters.pop(prefix, None)


def way_out(url: str) -> tuple[BaseAdapter, Mapping[str, Any]]:
    """Return what sends requests to an address, and what it is to be told of proxies and certificates."""
    return session().get_adapter(url), _surroundings_of(_origin(url))


@contextmanager
def fenced(fence: Callable[[], None] | None) -> Iterator[None]:
    """Ask a fence before each piece that this thread sends meanwhile; what it raises keeps the piece back."""
    _here.fence = fence
    try:
        yield
    finally:
        _here.fence = None


class _Fenced(urllib3.connection.HTTPConnection):
    """Ask once more right before bytes leave: connecting, or waiting for a processor, may have taken longer than a lease."""

    #: Pieces of a short request, until it is whole.
    _gathered: list[bytes] | None = None

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **how: Any) -> None:
        """Send a request; a short one in one piece."""
        if not isinstance(body, bytes) or len(body) > _ONE_PIECE_BYTES:
            super().request(method, url, body, headers, **how)
            return
        self._gathered = []
        try:
            super().request(method, url, body, headers, **how)
        finally:
            gathered, self._gathered = self._gathered, None
        self.send(b"".join(gathered))

    def send(self, data: Any) -> None:
        """Send a piece; what the fence raises breaks the request off before its end, so that nothing comes of it."""
        if self._gathered is not None:
            self._gathered.append(data)
            return
        _ask_fence()
        if self.sock is None:
            self.connect()
            _ask_fence()
        super().send(data)


class _FencedTLS(_Fenced, urllib3.connection.HTTPSConnection):
    """The same, encrypted."""


def _ask_fence() -> None:
    fence: Callable[[], None] | None = getattr(_here, "fence", None)
    if fence is not None:
        fence()


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Fenced


class _TLSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _FencedTLS


class _Door(HTTPAdapter):
    """Send requests. An answer is told plainly: no cookie is kept and no history made."""

    def __init__(self, **named: Any) -> None:
        self._pools: dict[str, urllib3.HTTPConnectionPool] = {}
        super().__init__(**named)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """Make the pools, of connections with a fence."""
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> urllib3.HTTPConnectionPool:
        """Return the pool of a request's origin, to which its proxy and its certificates belong."""
        origin = _origin(request.url or "")
        pool: Any = self._pools.get(origin)
        if pool is None or pool.pool is None:  # new, or closed meanwhile in favour of other hosts
            pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
            super().cert_verify(pool, request.url, verify, cert)  # type: ignore[no-untyped-call]
            if len(self._pools) >= _MOST_HOSTS:
                self._pools.clear()
            self._pools[origin] = pool
        return cast(urllib3.HTTPConnectionPool, pool)

    def cert_verify(self, *of_a_pool: Any) -> None:
        """Nothing more: a pool was told of its certificates when it was made."""

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """Return what stands in the first line: the address behind its origin, or all of it for a proxy."""
        url = request.url or ""
        if proxies or "#" in url:
            return super().request_url(request, proxies)
        behind = url[len(_origin(url)) :]
        return behind if behind.startswith("/") else f"/{behind}"

    def build_response(self, req: requests.PreparedRequest, resp: urllib3.BaseHTTPResponse) -> requests.Response:
        """Wrap urllib3's answer."""
        response = requests.Response()
        response.status_code = resp.status
        response.headers = cast(Any, resp.headers)  # names of headers count in any case there, too
        response.reason = resp.reason or ""
        response.raw = resp
        response.url = req.url or ""
        response.request = req
        response.connection = self
        return response


@lru_cache(maxsize=1)
def session() -> requests.Session:
    """Return the table of adapters by prefix, with what the environment says of proxies and certificates."""
    made = requests.Session()
    door = _Door(pool_connections=_MOST_HOSTS, pool_maxsize=512, max_retries=0, pool_block=False)
    made.mount("https://", door)
    made.mount("http://", door)
    return made


def _origin(url: str) -> str:
    found = _ORIGIN.match(url)
    return found[0] if found else url


@lru_cache(maxsize=256)
def _surroundings_of(origin: str) -> Mapping[str, Any]:
    """Return the proxies and certificates that the environment names for a host; read once, as other settings are."""
    found = session().merge_environment_settings(origin, {}, None, None, None)
    return {"proxies": dict(found["proxies"]), "verify": found["verify"], "cert": found["cert"]}
