"""Times as Google writes and reads them: RFC 3339 in UTC, with a fraction of 0, 3, 6 or 9 digits."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

MICROSECOND = 1_000_000
_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)",
)


def micros(moment: float) -> int:
    """Return a Unix time in microseconds."""
    return int(moment * MICROSECOND)


def told(moment_us: int, digits: int = 6) -> str:
    """Write a time."""
    whole, rest = divmod(moment_us, MICROSECOND)
    text = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{rest:06d}000"[:digits]
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


def read(text: str) -> int | None:
    """Return a written time in microseconds, or None when it is none."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    zone = "+00:00" if match[4] == "Z" else match[4]
    try:
        whole = datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}")
    except ValueError:
        return None
    return int(whole.timestamp()) * MICROSECOND + int((match[3] or "0").ljust(9, "0")[:6])


def normalised(text: str) -> str:
    """Return a written time in UTC, with a fraction only where there is one."""
    moment_us = read(text) or 0
    return told(moment_us, 6 if moment_us % MICROSECOND else 0)


def day(parts: dict[str, int]) -> date | None:
    """Return the day that year, month and day name, or None when there is no such day."""
    try:
        return date(parts.get("year", 0), parts.get("month", 0), parts.get("day", 0))
    except ValueError:
        return None


def parts_of(moment: date) -> dict[str, int]:
    """Write a day in its parts."""
    return {"year": moment.year, "month": moment.month, "day": moment.day}
