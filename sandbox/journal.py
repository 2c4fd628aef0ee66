"""The journal: every platform call, its tokens blacked out, in a bounded ring with exact counts beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from sandbox.store import Store

RING_SIZE = 5_000
REDACTED = "[redacted]"

_SECRET_NAMES = re.compile(
    r"token|secret|proof|password|signature|assertion|api_?key|authorization|^code$|^state$|^code_verifier$|^signed_request$",
    re.IGNORECASE,
)
# Values that look like a credential wherever they stand: a Meta token, an app token, a code of this sandbox.
_SECRET_VALUES = re.compile(r"EAA[A-Za-z0-9]{20,}|\b\d{10,}\|[A-Za-z0-9_-]{8,}|\bAQ[A-Za-z0-9_-]{40,}")
# What makes two paths the same endpoint: numbers, numbers joined by `_`, URNs and hex names are ids.
_ID_SEGMENT = re.compile(r"^(?:\d[\d_]{5,}|urn(?::|%3A).+|[0-9a-f]{10,}|[0-9a-f-]{32,})$", re.IGNORECASE)
_LONGEST_VALUE = 500


@dataclass
class Entry:
    """One call: what was asked, what was answered, and whether the work was done.

    `status` is None when the connection was dropped; `worked` says whether the platform carried the call out, whatever
    the caller was told.
    """

    seq: int
    at: float
    platform: str
    method: str
    host: str
    path: str
    endpoint: str
    params: dict[str, Any]
    status: int | None
    worked: bool
    faults: list[str] = field(default_factory=list)
    note: str = ""


@dataclass
class Tally:
    """Count the calls of one endpoint, for ever."""

    calls: int = 0
    worked: int = 0


class Journal:
    """Write calls down and count them."""

    def __init__(self, store: Store) -> None:
        self._ring = store.collection("journal", Entry)
        self._tallies = store.collection("tallies", Tally)

    def record(
        self,
        *,
        at: float,
        platform: str,
        method: str,
        host: str,
        path: str,
        params: Mapping[str, Any],
        status: int | None,
        worked: bool,
        faults: list[str],
        note: str,
    ) -> None:
        """Append one call, forgetting the oldest when the ring is full."""
        endpoint = endpoint_of(path)
        last = next(reversed(self._ring), None)
        seq = 1 if last is None else last.seq + 1
        entry = Entry(
            seq, at, platform, method, host, redact_text(path), endpoint, redact(params), status, worked, faults, note
        )
        self._ring.put(str(seq), entry)
        self._ring.remove(str(seq - RING_SIZE))
        key = f"{method} {host}{endpoint}"
        tally = self._tallies.get(key) or Tally()
        tally.calls += 1
        tally.worked += worked
        self._tallies.put(key, tally)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return exact counts per endpoint since the last reset."""
        return {key: asdict(tally) for key, tally in self._tallies.items()}

    def entries(self, *, host: str = "*", method: str = "*", path: str = "*", limit: int = 100) -> list[dict[str, Any]]:
        """Return the newest calls that match, newest first."""
        found: list[dict[str, Any]] = []
        for entry in reversed(self._ring):
            if len(found) >= limit:
                break
            if (
                fnmatchcase(entry.host, host)
                and fnmatchcase(entry.method, method)
                and (fnmatchcase(entry.path, path) or fnmatchcase(entry.endpoint, path))
            ):
                found.append(asdict(entry))
        return found

    def clear(self) -> None:
        """Forget all calls and counts."""
        for entry in list(self._ring):
            self._ring.remove(str(entry.seq))
        for key, _ in self._tallies.items():
            self._tallies.remove(key)


def endpoint_of(path: str) -> str:
    """Return a path with its ids replaced, so that calls can be counted by what they do."""
    return "/".join("{id}" if _ID_SEGMENT.match(part) else redact_text(part) for part in path.split("/"))


def redact(value: Any, name: str = "") -> Any:
    """Black out credentials, by the name of the field or the look of the value."""
    if isinstance(value, Mapping):
        return {str(key): redact(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [redact(inner, name) for inner in value]
    # A field list may well ask for `access_token`; its name is no secret.
    if value and _SECRET_NAMES.search(name) and name != "fields":
        return REDACTED
    return redact_text(value) if isinstance(value, str) else value


def redact_text(text: str) -> str:
    """Black out what looks like a credential inside a text, and shorten the text."""
    short = text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"
    return _SECRET_VALUES.sub(REDACTED, short)
