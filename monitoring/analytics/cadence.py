"""When a platform is asked for numbers again: soon after a post, then ever more seldom. Pure functions.

The first day brings most of what a post will ever have, so it is looked at closely; after ninety days nothing moves. Each post has
its own small share of delay, so that a thousand posts of nine o'clock are not asked for in the same second of each day.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

#: So much of a gap is given away to spread looks.
SPREAD: Final = 0.1
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
#: After looks that time may mend; the last wait goes on.
WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 180, 360))
#: After what the platform's answer left open, and after what an operator must mend.
LATER: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Plan:
    """How often posts are looked at: at these spans after they went out, then daily, then weekly, then no more."""

    after: Sequence[timedelta]
    daily_for: timedelta
    weekly_for: timedelta


def next_look_at_post(plan: Plan, *, published_at: datetime, key: UUID, now: datetime) -> datetime | None:
    """Return when a post is looked at next; None when it is old. Looks that were missed are not made up for."""
    age = now - published_at
    for span in plan.after:
        if span > age:
            return published_at + span + _share(key) * SPREAD * min(span, DAY)
    for step, last in ((DAY, plan.daily_for), (WEEK, plan.weekly_for)):
        if age < last:
            due = published_at + step * (age // step + 1) + _share(key) * SPREAD * DAY
            return due if due - published_at <= last + DAY else None
    return None


def next_look_at_place(*, key: UUID, every: timedelta, now: datetime) -> datetime:
    """Return when a place is looked at next: after the usual span, less a little that its id decides."""
    return now + every * (1 - SPREAD * _share(key))


def first_look(*, key: UUID, within: timedelta, now: datetime) -> datetime:
    """Return a moment soon, spread over a while, for rows that are made many at once."""
    return now + within * _share(key)


def wait_after(failures: int, asked: timedelta | None) -> timedelta:
    """Return how long to wait after a look that brought nothing; ``asked`` is the platform's own figure, which is the least."""
    return max(asked or timedelta(), WAITS[min(failures, len(WAITS) - 1)])


def _share(key: UUID) -> float:
    return int.from_bytes(hashlib.sha256(key.bytes).digest()[:4], "big") / 2**32
