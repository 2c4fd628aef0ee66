"""The last day hour by hour, as ``partials/hours.html`` draws it: what went well, and on top of it what did not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils import timezone

HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Hour:
    """What happened in one hour."""

    label: str
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a day, the oldest first."""

    hours: tuple[Hour, ...]
    good: int
    bad: int
    #: The most of one hour; at least 1.
    max: int


def hours_of(found: Mapping[datetime, tuple[int, int]], *, now: datetime) -> Hours:
    """Return the last 24 hours; ``found`` has the good and the bad of each hour that had any."""
    this_hour = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    # Counted back in UTC: a local clock may skip or repeat an hour.
    moments = [timezone.localtime(this_hour.astimezone(UTC) - timedelta(hours=back)) for back in reversed(range(HOURS))]
    hours = tuple(Hour(f"{moment:%H:%M}", *found.get(moment, (0, 0))) for moment in moments)
    return Hours(
        hours,
        good=sum(hour.good for hour in hours),
        bad=sum(hour.bad for hour in hours),
        max=max(1, *(hour.good + hour.bad for hour in hours)),
    )


def first_hour(now: datetime) -> datetime:
    """Return when the oldest of these hours began."""
    return timezone.localtime(now).replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
