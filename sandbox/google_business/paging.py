"""Pages of a list: sizes, opaque tokens bound to the question, and the odd page that holds nothing."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sandbox.google_business.ask import Ask
from sandbox.google_business.errors import bad_request

T = TypeVar("T")
_BINDING = ("filter", "orderBy", "parentAccount", "readMask")


def page(
    ask: Ask, rows: Sequence[T], *, default: int, most: int, least: int = 1, window: tuple[int, str] | None = None
) -> tuple[Sequence[T], str]:
    """Return one page of rows and the token of the next (empty at the end).

    `window` gives size and token where they do not stand in the query.
    """
    size, token = window or (ask.whole("pageSize", 0), ask.text("pageToken"))
    size = size or default
    strict = ask.switches.word("google_business.oversize_page") == "refused"
    if size < least or (strict and size > most):
        raise bad_request([("page_size", f"Page size must be from {least} to {most}.")])
    size = min(size, most)
    if not token and ask.switches.flag("google_business.empty_pages") and rows:
        return (), _write(ask, 0)
    start = _read(ask, token) if token else 0
    rest = start + size
    return rows[start:rest], _write(ask, rest) if rest < len(rows) else ""


def told(name: str, rows: Sequence[T], show: Callable[[T], Any], token: str, **more: Any) -> dict[str, Any]:
    """Write a page; an empty list and the token at the end are absent."""
    body: dict[str, Any] = {name: [show(row) for row in rows]} if rows else {}
    body |= {key: value for key, value in more.items() if value}
    if token:
        body["nextPageToken"] = token
    return body


def _write(ask: Ask, start: int) -> str:
    raw = json.dumps([start, _digest(ask)]).encode()
    return base64.urlsafe_b64encode(raw[::-1]).rstrip(b"=").decode()


def _read(ask: Ask, token: str) -> int:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[::-1]
        start, digest = json.loads(raw)
    except (ValueError, binascii.Error, TypeError):
        start, digest = -1, 0
    if type(start) is not int or start < 0 or digest != _digest(ask):
        raise bad_request([("page_token", "The page token is invalid, or belongs to another request.")])
    return start


def _digest(ask: Ask) -> int:
    said = [ask.call.host, ask.call.path, *(ask.text(name) for name in _BINDING)]
    return zlib.crc32("\n".join(said).encode())
