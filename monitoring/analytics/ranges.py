"""Which days are asked about: whole days of the tenant's zone, and the days before them to compare with."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from monitoring.analytics.placing import midnight

DEFAULT_DAYS: Final = 28
MOST_DAYS: Final = 400
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Range:
    """From the beginning of one day to the end of another, both included, in a zone."""

    since: date
    until: date
    zone: ZoneInfo

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return midnight(self.since, self.zone)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return midnight(self.until + _DAY, self.zone)

    @property
    def before(self) -> "Range":
        """As many days right before it."""
        return Range(self.since - timedelta(days=self.days), self.since - _DAY, self.zone)

    @property
    def every_day(self) -> list[date]:
        """Its days in order."""
        return [self.since + timedelta(days=number) for number in range(self.days)]


def last_days(days: int, *, zone: ZoneInfo, now: datetime) -> Range:
    """Return so many days up to today."""
    today = now.astimezone(zone).date()
    return Range(today - timedelta(days=days - 1), today, zone)


def chosen(since: date | None, until: date | None, *, zone: ZoneInfo, now: datetime) -> Range:
    """Return the days that were named; what was left out is today, or four weeks in all. Raises ``ValueError`` with why not."""
    until = until or now.astimezone(zone).date()
    since = since or until - timedelta(days=DEFAULT_DAYS - 1)
    if since > until:
        raise ValueError("The first day is after the last.")
    if (until - since).days >= MOST_DAYS:
        raise ValueError(f"That is more than {MOST_DAYS} days.")
    if since.year < 2000 or until.year > 2200:
        raise ValueError("That is not a day on which anything was counted.")
    return Range(since, until, zone)
