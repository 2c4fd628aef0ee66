"""API versions: which are alive at a given moment, and which one answers a call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.meta.errors import GraphError, unknown_path
from sandbox.switches import Switches

_SEGMENT = re.compile(r"v(\d{1,3})\.(\d)")


@dataclass(frozen=True)
class Version:
    """A version with the dates (UTC midnight) between which it is served; no end means open."""

    name: str
    released: datetime
    ended: datetime | None

    def alive(self, at: float) -> bool:
        """Say whether the version is served at a Unix time."""
        return self.released.timestamp() <= at and (self.ended is None or at < self.ended.timestamp())


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# docs/platforms/meta.md section 8, newest first.
VERSIONS = (
    Version("v26.0", _day("2026-07-29"), None),
    Version("v25.0", _day("2026-02-18"), _day("2028-07-29")),
    Version("v24.0", _day("2025-10-08"), _day("2028-02-18")),
    Version("v23.0", _day("2025-05-29"), _day("2027-10-08")),
    Version("v22.0", _day("2025-01-21"), _day("2027-05-20")),
    Version("v21.0", _day("2024-10-02"), _day("2027-01-21")),
    Version("v20.0", _day("2024-05-21"), _day("2026-09-24")),
)
_OLDEST_LISTED = 20


def split_version(path: str) -> tuple[str, str]:
    """Split `/v25.0/me` into version and rest; the version is empty when the path has none."""
    first, _, rest = path.lstrip("/").partition("/")
    return (first, "/" + rest) if _SEGMENT.fullmatch(first) else ("", path)


def answering(version: str, rest: str, now: float, switches: Switches) -> str:
    """Return the version that answers, or refuse, as the switches say."""
    living = [item.name for item in VERSIONS if item.alive(now)] or [VERSIONS[0].name]
    if version in living:
        return version
    oldest, newest = living[-1], living[0]
    if not version:
        if switches.word("meta.unversioned") == "refuse":
            raise GraphError(
                2500, f"Unknown path components: {rest}. This sandbox wants a version in every path, such as /{newest}."
            )
        return oldest
    if _is_dead(version, now):
        if switches.word("meta.dead_version") == "upgrade":
            return oldest
        raise GraphError(
            2635, f"(#2635) You are calling a deprecated version of the Graph API. Please update to {newest}."
        )
    if switches.word("meta.unknown_version") == "upgrade":
        return newest
    raise unknown_path(rest)


def _is_dead(version: str, now: float) -> bool:
    for item in VERSIONS:
        if item.name == version:
            return item.ended is not None and now >= item.ended.timestamp()
    match = _SEGMENT.fullmatch(version)
    return match is not None and 1 <= int(match[1]) < _OLDEST_LISTED
