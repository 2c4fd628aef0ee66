"""When a delivery is tried again, and when an endpoint that fails is left alone. Pure functions."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

#: After the first try, which is made at once: the waits before the next ones, about 28 hours in all.
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
#: A wait is lengthened by up to this share, so that what failed together does not come back together.
JITTER: Final = 0.1
LONGEST_WAIT: Final = timedelta(hours=24)
#: After so many failures in a row an endpoint is only probed, one delivery at a time, at these distances.
BREAKS_AFTER: Final = 5
PROBES: Final = (timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
#: An answer in one of these ways says how long to wait.
BUSY: Final = frozenset({429, 503})


def next_try(*, tries: int, asked: timedelta | None, now: datetime, chance: float | None = None) -> datetime | None:
    """Return when a delivery is tried again that has failed ``tries`` times; None when it is given up."""
    if tries > len(WAITS):
        return None
    share = random.random() if chance is None else chance  # noqa: S311 - it need not be a secret
    wait = WAITS[tries - 1] * (1 + JITTER * share)
    return now + max(wait, min(asked or timedelta(), LONGEST_WAIT))


def next_probe(*, failures: int, now: datetime) -> datetime | None:
    """Return when an endpoint is tried again that failed so often in a row; None while it is not spared yet."""
    if failures < BREAKS_AFTER:
        return None
    return now + PROBES[min(failures - BREAKS_AFTER, len(PROBES) - 1)]


def asked_wait(header: str, *, now: datetime) -> timedelta | None:
    """Return how long a ``Retry-After`` asks to wait, in seconds or as a date; None when it cannot be read."""
    said = header.strip()
    if said.isdecimal() and len(said) < 10:
        return timedelta(seconds=int(said))
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta())
