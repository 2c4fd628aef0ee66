"""The few words that PostgreSQL and SQLite say differently in the views; everything else is written once for both."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one database says what is not said alike."""

    vendor: str
    #: The moment of the statement, not of the transaction.
    now: str
    #: The day it is now (UTC).
    today: str
    true: str
    false: str
    #: Later than whatever happened, though clocks differ; a bound on both sides tells a planner that few rows are meant.
    tomorrow: str
    long_ago: str
    _moment: str
    _ago: str
    _hour: str
    _next_hour: str
    _seconds: str
    _milliseconds: str
    _days_until: str
    _word: str
    _looked_up: str
    greatest: str

    def moment(self, moment: datetime) -> str:
        """Return a moment as this database writes it."""
        naive = moment.astimezone(UTC).replace(tzinfo=None)
        return self._moment.format(naive)

    def ago(self, **span: int) -> str:
        """Return the moment so long ago, such as ``ago(days=7)``."""
        ((unit, count),) = span.items()
        return self._ago.format(count=count, unit=unit)

    def hour(self, moment: str) -> str:
        """Return the beginning of the hour (UTC) of a moment."""
        return self._hour.format(moment)

    def next_hour(self, moment: str) -> str:
        """Return the beginning of the hour (UTC) after a moment."""
        return self._next_hour.format(moment)

    def seconds(self, later: str, earlier: str) -> str:
        """Return the seconds between two moments."""
        return self._seconds.format(later=later, earlier=earlier)

    def milliseconds(self, later: str, earlier: str) -> str:
        """Return the whole milliseconds between two moments."""
        return self._milliseconds.format(later=later, earlier=earlier)

    def looked_up(self, table: str, name: str, condition: str, columns: str) -> str:
        """Return a join that looks one row up for each row before it, where a planner might rather read a whole big table."""
        return self._looked_up.format(table=table, name=name, condition=condition, columns=columns)

    def days_until(self, day: str) -> str:
        """Return how many whole days are left until a day."""
        return self._days_until.format(day)

    def word(self, column: str, key: str) -> str:
        """Return what a JSON column says under a key, as text."""
        return self._word.format(column=column, key=key)


POSTGRESQL: Final = Dialect(
    vendor="postgresql",
    now="statement_timestamp()",
    today="CAST(statement_timestamp() AT TIME ZONE 'UTC' AS date)",
    tomorrow="(statement_timestamp() + interval '1 day')",
    long_ago="TIMESTAMPTZ '2000-01-01 00:00:00+00'",
    true="true",
    false="false",
    _moment="TIMESTAMPTZ '{0}+00'",
    _ago="(statement_timestamp() - interval '{count} {unit}')",
    _hour="date_trunc('hour', {0}, 'UTC')",
    _next_hour="(date_trunc('hour', {0}, 'UTC') + interval '1 hour')",
    _seconds="CAST(EXTRACT(EPOCH FROM ({later}) - ({earlier})) AS double precision)",
    _milliseconds="CAST(EXTRACT(EPOCH FROM ({later}) - ({earlier})) * 1000 AS bigint)",
    _days_until="({0} - CAST(statement_timestamp() AT TIME ZONE 'UTC' AS date))",
    _word="({column} ->> '{key}')",
    _looked_up="CROSS JOIN LATERAL (SELECT {columns} FROM {table} {name} WHERE {condition} LIMIT 1) {name}",
    greatest="GREATEST",
)
#: Moments are texts here, as Django writes them: UTC, and the fraction only where there is one. They sort as they follow.
SQLITE: Final = Dialect(
    vendor="sqlite",
    now="strftime('%Y-%m-%d %H:%M:%f', 'now')",
    today="date('now')",
    tomorrow="strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 day')",
    long_ago="'2000-01-01 00:00:00'",
    true="1",
    false="0",
    _moment="'{0}'",
    _ago="strftime('%Y-%m-%d %H:%M:%f', 'now', '-{count} {unit}')",
    _hour="strftime('%Y-%m-%d %H:00:00', {0})",
    _next_hour="strftime('%Y-%m-%d %H:00:00', {0}, '+1 hour')",
    _seconds="((julianday({later}) - julianday({earlier})) * 86400.0)",
    _milliseconds="CAST(round((julianday({later}) - julianday({earlier})) * 86400000.0) AS bigint)",
    _days_until="CAST(julianday({0}) - julianday(date('now')) AS integer)",
    _word="json_extract({column}, '$.{key}')",
    _looked_up="JOIN {table} {name} ON {condition}",  # it always does
    greatest="MAX",
)

DIALECTS: Final = {one.vendor: one for one in (POSTGRESQL, SQLITE)}


def once(value: str) -> str:
    """Return a value that does not depend on the row, worked out once instead of for each row."""
    return f"(SELECT {value})"


def rounded(value: str, digits: int) -> str:
    """Return a number with so many digits behind the point, as people read it."""
    # Of doubles both round to whole ones only; doing it by numerics costs PostgreSQL ten times as much.
    return f"(round(CAST({value} AS double precision) * {10**digits}) / {10**digits}.0)"


def share(part: str, whole: str) -> str:
    """Return a part of a whole between 0 and 1; NULL of nothing."""
    return rounded(f"CAST({part} AS double precision) / NULLIF({whole}, 0)", 4)
