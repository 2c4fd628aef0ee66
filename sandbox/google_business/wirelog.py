"""The requests as they came over the wire, so that a test can tell the exact form: query, headers and body, no secrets."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox.calls import Call
from sandbox.google_business.records import Asked
from sandbox.google_business.state import State

RING_SIZE = 2_000
_LONGEST_BODY = 20_000
_BLACK = "[redacted]"
_SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization")
_SECRET_FIELDS = frozenset(
    {
        *("access_token", "refresh_token", "token", "client_secret", "code", "code_verifier", "state", "oauth_token"),
        *("id_token", "assertion", "key"),
    }
)


def record(state: State, call: Call, status: int, at: float) -> None:
    """Append one request, forgetting the oldest when there are many."""
    last = next(reversed(state.asked), None)
    seq = 1 if last is None else last.seq + 1
    raw = call.raw_body
    asked = Asked(
        seq=seq,
        at=at,
        method=call.method,
        host=call.host,
        path=call.path,
        query=[[name, _hidden(name, value)] for name, value in call.request.args.items(multi=True)],
        headers={name: _hidden_header(name, value) for name, value in call.request.headers.items()},
        body=_body(call, raw),
        size=len(raw),
        sha256=hashlib.sha256(raw).hexdigest() if raw else "",
        status=status,
    )
    state.asked.put(str(seq), asked)
    state.asked.remove(str(seq - RING_SIZE))


def entries(state: State, wish: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the newest requests that match the globs `host`, `method` and `path`, newest first."""
    globs = {name: str(wish.get(name, "*")) for name in ("host", "method", "path")}
    limit = int(wish.get("limit", 100))
    matching = (
        asked
        for asked in reversed(state.asked)
        if all(fnmatchcase(str(getattr(asked, name)), glob) for name, glob in globs.items())
    )
    return [asdict(asked) for asked, _ in zip(matching, range(limit), strict=False)]


def _body(call: Call, raw: bytes) -> str:
    if call.request.mimetype == "application/x-www-form-urlencoded":
        fields = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True)
        return urlencode([(name, _hidden(name, value)) for name, value in fields], safe="[]")
    if call.request.mimetype != "application/json":
        return ""
    return raw[:_LONGEST_BODY].decode("utf-8", "replace")


def _hidden(name: str, value: str) -> str:
    return _BLACK if value and name in _SECRET_FIELDS else value


def _hidden_header(name: str, value: str) -> str:
    if name.lower() not in _SECRET_HEADERS:
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme}{space}{_BLACK}" if space else _BLACK
