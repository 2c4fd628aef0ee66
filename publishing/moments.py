"""What time it is by the ledger: this machine's clock, set right by the database's where the two are apart.

Leases and moments of posts are compared across machines. A worker whose clock runs ahead would publish early and take jobs from the
hands of others, one that lags behind would have its own taken from it.
"""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

#: Clocks that are set by NTP are nearer than this, and are left as they are.
NEAR: Final = timedelta(seconds=1)

_ahead = {"by": timedelta()}


def now() -> datetime:
    """Return the present moment."""
    return timezone.now() - _ahead["by"]


def set_right(ahead: timedelta) -> None:
    """Take note of how far this machine's clock was just found to be ahead of the database's."""
    _ahead["by"] = ahead if abs(ahead) > NEAR else timedelta()
