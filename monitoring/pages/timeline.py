"""Days to come, drawn on the server: what the hub does by itself above a line, what only people can do below it.

``partials/timeline.html`` shows it. Both sides have the same scale, so that their bars can be compared; the values stand in a table
whose numbers lead to their rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

#: The drawing's own units: ten across for each day, fifty up and fifty down.
STEP: Final = 10
SIDE: Final = 50
LEAST_BAR: Final = 2
#: A mark below the drawing for each week.
WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Day:
    """What comes on one day, and where its rows are."""

    day: date
    renewals: int
    ends: int
    renewals_url: str
    ends_url: str

    @property
    def label(self) -> str:
        """The day as people read it."""
        return f"{self.day:%a} {self.day.day} {self.day:%b}"


@dataclass(frozen=True, slots=True)
class Bars:
    """The two bars of a day, and the words of its slot."""

    slot: int
    up: float
    down: float
    words: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """What ``partials/timeline.html`` shows."""

    days: Sequence[Day]
    bars: Sequence[Bars]
    width: int
    highest: int
    renewals: int
    ends: int
    axis: Sequence[str]

    @property
    def filled(self) -> list[Day]:
        """The days on which something comes."""
        return [day for day in self.days if day.renewals or day.ends]


def timeline(days: Sequence[Day]) -> Timeline:
    """Draw these days."""
    highest = max(1, *(max(day.renewals, day.ends) for day in days))
    return Timeline(
        days=days,
        bars=[
            Bars(
                place * STEP,
                _height(day.renewals, highest),
                _height(day.ends, highest),
                f"{day.label}: {day.renewals:,} renewed by the hub, {day.ends:,} end",
            )
            for place, day in enumerate(days)
        ],
        width=len(days) * STEP,
        highest=highest,
        renewals=sum(day.renewals for day in days),
        ends=sum(day.ends for day in days),
        axis=["today", *(f"{day.day.day} {day.day:%b}" for day in days[WEEK * 2 : -WEEK * 2 : WEEK * 2])],
    )


def _height(count: int, highest: int) -> float:
    return max(LEAST_BAR, round(SIDE * count / highest, 2)) if count else 0
