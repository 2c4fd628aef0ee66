"""Which of a post's snapshots are worth keeping as they grow old: one an hour for two days, then one a day. Pure functions."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

#: So long the hour of a snapshot matters.
FRESH_FOR: Final = timedelta(days=2)


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of the hour a moment lies in, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def kept(moments: Iterable[datetime], *, now: datetime) -> set[datetime]:
    """Return which of these moments are kept: the last of each hour, of older ones the last of each day, the newest always."""
    last: dict[tuple[str, datetime], datetime] = {}
    everything = sorted(moments)
    for moment in everything:
        hour = hour_of(moment)
        slot = ("hour", hour) if now - moment < FRESH_FOR else ("day", hour.replace(hour=0))
        last[slot] = moment
    return {*last.values(), *everything[-1:]}
