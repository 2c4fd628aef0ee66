"""Moments and dates as Google writes them.

Source: docs/platforms/google_business.md, "Calls": moments are RFC 3339 with no, three, six or nine digits of a second; parts of a
time that are zero are left out.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

_MOMENT: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def read_moment(told: Any) -> datetime | None:
    """Read a moment; None for all else."""
    match = _MOMENT.fullmatch(told) if isinstance(told, str) else None
    if match is None:
        return None
    day, clock, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone in 'Zz' else zone}")
        return (moment + timedelta(microseconds=int((fraction or "0").ljust(6, "0")[:6]))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def write_moment(moment: datetime) -> str:
    """Return a moment as Google wants it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_date(told: Any) -> date | None:
    """Read a date of three numbers; None when one is missing or impossible."""
    if not isinstance(told, Mapping):
        return None
    try:
        return date(told["year"], told["month"], told["day"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def write_date(day: date) -> dict[str, int]:
    """Return a date as three numbers."""
    return {"year": day.year, "month": day.month, "day": day.day}


def write_time(clock: time) -> dict[str, int]:
    """Return a time of day with all four parts, which Google asks for."""
    return {"hours": clock.hour, "minutes": clock.minute, "seconds": clock.second, "nanos": 0}
