"""How long to wait before the next look at something Meta is preparing.

Source: docs/platforms/meta.md, "Waiting". Meta counsels one look a minute; most images are ready within seconds, so the
first looks come sooner. Nothing here sleeps: each wait becomes a row.
"""

from datetime import timedelta
from typing import Final

from connectors.types import Processing

#: Until this age of the work, wait this long.
_WAITS: Final = tuple(
    (timedelta(seconds=age), timedelta(seconds=wait))
    for age, wait in ((3, 3), (8, 5), (18, 10), (38, 20), (120, 30), (900, 60))
)
_AFTERWARDS: Final = timedelta(minutes=5)
#: Meta keeps what was never published for a day.
LONGEST: Final = timedelta(hours=24)


def look_again(age: timedelta, note: str) -> Processing:
    """Return the wait that fits how long Meta has been at it."""
    wait = next((wait for until, wait in _WAITS if age < until), _AFTERWARDS)
    return Processing(wait, note)
