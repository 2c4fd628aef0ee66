"""Cursor paging: a slice of rows with `cursors`, and a `next` that carries the access token, as the real one does."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sandbox.meta.ask import Ask
from sandbox.meta.errors import invalid

R = TypeVar("R")

MOST = 100
PARAMS = frozenset({"limit", "after", "before"})


def paged(
    ask: Ask,
    rows: Iterable[R],
    *,
    rank: Callable[[R], int],
    show: Callable[[R], dict[str, Any]],
    default_limit: int = 25,
) -> dict[str, Any]:
    """Return one page of rows, which come in falling order of `rank`.

    A cursor is a rank, not a place in the list, so rows that come or go between two pages move nothing.
    """
    limit = _limit(ask, default_limit)
    after, before = ask.text("after"), ask.text("before")
    chosen: list[R] = []
    more = False
    if before:
        edge = _read_cursor(before)
        earlier = [row for row in rows if rank(row) > edge]
        chosen, more = earlier[-limit:], True
    else:
        edge_after = _read_cursor(after) if after else None
        for row in rows:
            if edge_after is not None and rank(row) >= edge_after:
                continue
            if len(chosen) == limit:
                more = True
                break
            chosen.append(row)
    answer: dict[str, Any] = {"data": [show(row) for row in chosen]}
    if not chosen:
        return answer
    first, last = _write_cursor(rank(chosen[0])), _write_cursor(rank(chosen[-1]))
    paging: dict[str, Any] = {"cursors": {"before": first, "after": last}}
    if more:
        paging["next"] = _link(ask, limit, "after", last)
    if after:
        paging["previous"] = _link(ask, limit, "before", first)
    answer["paging"] = paging
    return answer


def newest_first(ask: Ask, rows: list[R], show: Callable[[R], dict[str, Any]]) -> dict[str, Any]:
    """Return one page of rows whose latest comes first; a newcomer moves no cursor."""
    ranked = [(len(rows) - number, row) for number, row in enumerate(rows)]
    return paged(ask, ranked, rank=lambda pair: pair[0], show=lambda pair: show(pair[1]))


def _link(ask: Ask, limit: int, side: str, cursor: str) -> str:
    kept = {
        name: str(value)
        for name, value in ask.call.params.items()
        if name not in PARAMS | {"access_token", "appsecret_proof"}
    }
    query = {"access_token": ask.presented, **kept, "limit": str(limit), side: cursor}
    return ask.call.address.url(ask.call.host, f"/{ask.version}{ask.path}", query)


def _limit(ask: Ask, default: int) -> int:
    text = ask.text("limit") or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise invalid("Param limit must be an integer greater than 0.")
    return min(int(text), MOST)


def _write_cursor(rank: int) -> str:
    return base64.urlsafe_b64encode(f"c:{rank}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        return int(text.removeprefix("c:"))
    except (ValueError, binascii.Error):
        raise invalid("Invalid cursors values were passed in the request.") from None
