"""When a token is traded for a fresh one, whether it lives an hour or sixty days: pure functions.

A connector names the moments (``Connector.refresh_moments``). Each account comes a little later than that, by a tenth of the
time that is left at most and always by the same share, so that accounts which were connected together are not renewed together.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

#: Of the time between a moment and the token's end; what is left is plenty for tries that fail.
SPREAD: Final = 0.1
#: A try that failed is repeated after this share of the time that is left (or has passed since the token's end), ...
_SHARE: Final = 24
#: ... and after these bounds of it: what ends in an hour is tried every two or three minutes, what ends in a week four times a day.
SHORTEST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=6)
#: A token that ends sooner than this is renewed before a job is done with it.
ENDING: Final = timedelta(minutes=15)


def next_after(
    since: datetime | None, moments: Sequence[datetime], *, account: UUID, expires_at: datetime
) -> datetime | None:
    """Return the first of an account's moments after the last refresh; None after the last of them.

    Each moment has one refresh, so an expiry that a refresh did not move is not chased.
    """
    later = (_spread(moment, account, expires_at) for moment in moments)
    return min((at for at in later if since is None or since < at), default=None)


def pause(*, expires_at: datetime, now: datetime) -> timedelta:
    """Return how long after a try the next one comes."""
    return min(max(abs(expires_at - now) / _SHARE, SHORTEST_PAUSE), LONGEST_PAUSE)


def _spread(moment: datetime, account: UUID, expires_at: datetime) -> datetime:
    share = (account.int & 0xFFFF) / 0xFFFF * SPREAD
    return moment + max(expires_at - moment, timedelta()) * share
