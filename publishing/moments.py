"""What time it is by the ledger: this machine's clock, set right by the database's where the two are apart; and how much has passed.

Leases and moments of posts are compared across machines. A worker whose clock runs ahead would publish early and take jobs from the
hands of others, one that lags behind would have its own taken from it.
"""

import time
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

#: Clocks that are set by NTP are nearer than this, and are left as they are.
NEAR: Final = timedelta(seconds=1)

#: The usual monotonic clock of Linux stands still while the machine is suspended, and a lease does not.
_BOOTTIME: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", None)

_ahead = {"by": timedelta()}


def now() -> datetime:
    """Return the present moment."""
    return timezone.now() - _ahead["by"]


def set_right(ahead: timedelta) -> None:
    """Take note of how far this machine's clock was just found to be ahead of the database's."""
    _ahead["by"] = ahead if abs(ahead) > NEAR else timedelta()


def steady() -> float:
    """Return seconds by a clock that nobody sets, and that goes on while a process is stopped and while the machine sleeps."""
    return time.monotonic() if _BOOTTIME is None else time.clock_gettime(_BOOTTIME)
