"""The sandbox in-process: mounted on a `requests` session, no socket, the same faults."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPResponse
from werkzeug.test import EnvironBuilder, run_wsgi_app

from sandbox.app import Sandbox
from sandbox.wire import WIRE_KEY, ConnectionDropped

if TYPE_CHECKING:
    from _typeshed import SupportsRead

    _Timeout = float | tuple[float, float] | tuple[float, None] | None


class SandboxAdapter(BaseAdapter):
    """Answer a session's requests from the application.

        session.mount("https://graph.facebook.com", SandboxAdapter(app))

    Nothing really sleeps: a wait longer than the request's timeout raises `ReadTimeout`, after the work that a real
    server would have done anyway. `passes` is told how long the caller waited; give it `world.clock.advance` to let
    the town's time pass, or `time.sleep` for real waits.
    """

    def __init__(self, app: Sandbox, passes: Callable[[float], object] | None = None) -> None:
        super().__init__()
        self._app = app
        self._passes = passes

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: _Timeout = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Run the application for one request."""
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        wire = _ProcessWire()
        environ = _environ(request)
        environ[WIRE_KEY] = wire
        try:
            body, status, headers = run_wsgi_app(self._app, environ, buffered=True)
        except ConnectionDropped as dropped:
            self._pass(wire.waited, patience, request)
            raise requests.exceptions.ConnectionError(
                "Connection aborted: the sandbox dropped it without an answer.", request=request
            ) from dropped
        self._pass(wire.waited, patience, request)
        return self._response(request, b"".join(body), status, headers)

    def close(self) -> None:
        """Hold nothing, so close nothing."""

    def _pass(self, waited: float, patience: float | None, request: requests.PreparedRequest) -> None:
        """Let the time pass that the caller spent waiting, and give up when that was too long."""
        late = patience is not None and waited > patience
        spent = patience if late and patience is not None else waited
        if self._passes is not None and spent > 0:
            self._passes(spent)
        if late:
            raise requests.exceptions.ReadTimeout(f"Read timed out. (read timeout={patience})", request=request)

    def _response(
        self, request: requests.PreparedRequest, body: bytes, status: str, headers: Iterable[tuple[str, str]]
    ) -> requests.Response:
        code, _, reason = status.partition(" ")
        listed = list(headers)
        response = requests.Response()
        response.status_code = int(code)
        response.reason = reason
        response.headers = CaseInsensitiveDict(listed)
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw = HTTPResponse(
            body=io.BytesIO(body), headers=dict(listed), status=int(code), reason=reason, preload_content=False
        )
        response.url = request.url or ""
        response.request = request
        # requests annotates this as an HTTPAdapter and only ever hands it back.
        response.connection = self  # type: ignore[assignment]
        return response


class _ProcessWire:
    """Count waits instead of waiting, and drop by leaving the application."""

    def __init__(self) -> None:
        self.waited = 0.0

    def wait(self, seconds: float) -> None:
        """Note the time that would have passed."""
        self.waited += seconds

    def drop(self) -> NoReturn:
        """Leave without an answer."""
        raise ConnectionDropped("The sandbox cut this connection on purpose.")


def _environ(request: requests.PreparedRequest) -> dict[str, Any]:
    parts = urlsplit(request.url or "")
    builder = EnvironBuilder(
        method=request.method or "GET",
        base_url=f"{parts.scheme}://{parts.netloc}/",
        path=parts.path or "/",
        query_string=parts.query,
        headers=list(request.headers.items()),
        data=_body(request.body),
    )
    try:
        environ = builder.get_environ()
    finally:
        builder.close()
    if "Content-Length" in request.headers:
        # The builder leaves a length of 0 out, and some platforms refuse a request that does not say it.
        environ["CONTENT_LENGTH"] = str(request.headers["Content-Length"])
    return environ


def _body(body: bytes | str | Iterable[bytes] | SupportsRead[bytes | str] | None) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes):
        return body
    read = getattr(body, "read", None)
    content = read() if read is not None else b"".join(body)  # type: ignore[arg-type]
    return content.encode() if isinstance(content, str) else content
