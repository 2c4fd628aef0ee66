"""When a post is meant to go out: text and zone in, a moment out. Pure functions."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from foundation.errors import Finding

#: A form filled in slowly is not a mistake: a moment this little in the past means now.
LATE_BY: Final = timedelta(minutes=1)
FURTHEST: Final = timedelta(days=366)


class BadSchedule(Exception):
    """The moment cannot be understood or kept; ``finding`` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def resolve(text: str, zone_name: str, *, now: datetime) -> datetime | None:
    """Return the UTC moment meant by ISO 8601 text, or None for now.

    Text with an offset says all; text without one is local time in ``zone_name``, which must then be given. Local times
    that a clock change skips or repeats are refused, because nobody can know which moment was meant.
    Raises ``BadSchedule``.
    """
    zone = read_zone(zone_name) if zone_name else None
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _bad(
            "bad_time", f"{text!r} is not a date and time.", "Write it like 2026-12-24T09:00:00+01:00."
        ) from None
    if moment.tzinfo is None:
        if zone is None:
            raise _bad("no_time_zone", "The time has no zone.", "Add an offset such as +01:00, or name a time_zone.")
        moment = _local(moment, zone)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:  # the first and the last day of the calendar
        raise _bad("bad_time", f"{text} is out of reach.", "Choose a time within the next 366 days.") from None
    if moment < now - LATE_BY:
        raise _bad("in_the_past", f"{text} is in the past.", "Choose a later time, or leave it out to publish now.")
    if moment > now + FURTHEST:
        raise _bad("too_far", f"{text} is more than a year away.", "Choose a time within the next 366 days.")
    return None if moment <= now else moment


def read_zone(name: str) -> ZoneInfo:
    """Return the time zone of this IANA name; raises ``BadSchedule``."""
    try:
        if name in available_timezones():
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        pass
    raise BadSchedule(
        Finding(
            "time_zone",
            "unknown_time_zone",
            f"There is no time zone called {name!r}.",
            "Use an IANA name such as Europe/Berlin.",
        )
    )


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    first, second = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
    try:
        there_and_back = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return first  # told by whoever turns it into UTC
    if there_and_back != moment:
        raise _bad(
            "skipped_time",
            f"{moment} does not exist in {zone.key}: the clocks go forward over it.",
            "Choose another time.",
        )
    if first.utcoffset() != second.utcoffset():
        raise _bad(
            "repeated_time",
            f"{moment} happens twice in {zone.key}: the clocks go back.",
            "Add the offset that you mean.",
        )
    return first


def _bad(code: str, message: str, remedy: str) -> BadSchedule:
    return BadSchedule(Finding("publish_at", code, message, remedy))
