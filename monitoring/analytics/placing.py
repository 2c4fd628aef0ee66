"""Where a place's figure belongs in our calendar: on a day, on the day it stood so, in a month, or nowhere. Pure functions.

A day is the platform's own, by the date it has there: Facebook's days end at midnight in California, LinkedIn's at midnight UTC,
Google's where the business is. Where a platform counts any span that is asked for, days are those of the tenant's zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.types import Metric

#: A day on which clocks go back has 25 hours.
LONGEST_DAY: Final = timedelta(hours=26)
_MONTH: Final = (timedelta(days=27), timedelta(days=32))
_ROUGHLY: Final = timedelta(minutes=1)
_HALF_A_DAY: Final = timedelta(hours=12)


class Window(StrEnum):
    """What span a value counts."""

    DAY = "day"
    MOMENT = "moment"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Placed:
    """A figure with its day."""

    metric: Metric
    window: Window
    day: date
    as_of: datetime


def zone_of(name: str) -> ZoneInfo:
    """Return a tenant's zone; UTC for a name that no longer means one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins in a zone, in UTC."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def for_span(metrics: Iterable[Metric], *, since: datetime, until: datetime) -> set[str]:
    """Return the raw names of figures that were told for spans we asked for, or parts of them, and for no day or month.

    Each day can be asked for by itself then.
    """
    return {metric.raw_name for metric in metrics if _is_for_span(metric, since=since, until=until)}


def placed(metrics: Iterable[Metric], *, zone: ZoneInfo, now: datetime) -> list[Placed]:
    """Return figures with their days, those of a moment last; what counts any other span has no place and is left out."""
    found = [place for metric in metrics if (place := _place(metric, zone=zone, now=now)) is not None]
    return sorted(found, key=lambda place: place.window is Window.MOMENT)


def is_for(metric: Metric, *, since: datetime, until: datetime) -> bool:
    """Tell whether a figure counts this very span."""
    if metric.since is None or metric.until is None:
        return False
    return abs(metric.since - since) < _ROUGHLY and abs(metric.until - until) < _ROUGHLY


def _is_for_span(metric: Metric, *, since: datetime, until: datetime) -> bool:
    if metric.since is None or metric.until is None:
        return False
    return is_for(metric, since=since, until=until) or not (
        metric.until - metric.since <= LONGEST_DAY or _is_month(metric.since, metric.until)
    )


def _is_month(since: datetime, until: datetime) -> bool:
    return since.astimezone(UTC).day == 1 and _MONTH[0] <= until - since <= _MONTH[1]


def _place(metric: Metric, *, zone: ZoneInfo, now: datetime) -> Placed | None:
    if metric.since is None:
        moment = min(metric.until or now, now)
        return Placed(metric, Window.MOMENT, moment.astimezone(zone).date(), moment)
    until = metric.until or now
    span = until - metric.since
    if span <= LONGEST_DAY:
        # The middle of the day has the same date in the platform's zone and in UTC, for zones within twelve hours.
        return Placed(metric, Window.DAY, (metric.since + _HALF_A_DAY).astimezone(UTC).date(), min(until, now))
    if _is_month(metric.since, until):
        return Placed(metric, Window.MONTH, metric.since.astimezone(UTC).date(), min(until, now))
    return None
