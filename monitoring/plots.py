"""Charts of several series on one ground: bars that stand on each other, and lines beside each other.

As in ``monitoring.charts``: one question, a sentence that answers it, the values as a table, and no style written inline. A series is
known by its place in the legend and by how it is drawn (solid, dashed, dotted), never by its colour alone. In the table each value leads
to its rows. ``partials/plot.html`` shows it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Final

from monitoring.charts import HEIGHT, LEAST_BAR, STEP, Kind, bounds

_GAP: Final = 1.2


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one kind, one for each slot; None where there is none."""

    name: str
    #: How it is drawn, a word of the stylesheet: ok, bad, warn, first, second, third.
    look: str
    values: Sequence[float | None]
    #: Where each value's rows are; empty: nowhere.
    urls: Sequence[str] = ()

    def url(self, place: int) -> str:
        """Return where the rows of a slot are."""
        return self.urls[place] if self.urls else ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A drawn part of a bar."""

    y: float
    height: float
    look: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One place along the axis: what it shows when pointed at, and its bars."""

    x: float
    words: str
    pieces: Sequence[Piece]
    partial: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of a line; one of a single point is a dot."""

    path: str
    look: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in the table."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Plot:
    """What ``partials/plot.html`` shows."""

    kind: Kind
    title: str
    #: The answer, in a sentence.
    summary: str
    series: Sequence[Series]
    slots: Sequence[Slot]
    lines: Sequence[Line]
    #: The table: a label, and the values of each series.
    rows: Sequence[tuple[str, Sequence[Cell]]]
    scale: Sequence[str]
    axis: Sequence[str]
    note: str
    heading: str

    @property
    def id(self) -> str:
        """What the page knows it by, the same at every look."""
        return f"plot-{sha256(self.title.encode()).hexdigest()[:10]}"

    @property
    def width(self) -> int:
        """How wide the drawing is, in its own units."""
        return max(len(self.slots), 1) * STEP

    @property
    def bar_width(self) -> float:
        """How wide a bar is."""
        return STEP - 2 * _GAP

    @property
    def bar_x(self) -> float:
        """Where a bar begins in its slot."""
        return _GAP

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for one in self.series for value in one.values)


def draw(
    kind: Kind,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    summary: str,
    write: Callable[[float], str] = lambda value: f"{value:,.10g}",
    note: str = "",
    heading: str = "From",
    last_is_partial: bool = True,
) -> Plot:
    """Draw series over slots that are named by ``labels``; bars are stacked in the order of the series, from the ground up."""
    high = _highest(kind, series)
    middle, last = len(labels) // 2, len(labels) - 1
    words = [
        f"{label}: {', '.join(f'{one.name} {_said(one.values[place], write)}' for one in series)}"
        for place, label in enumerate(labels)
    ]
    return Plot(
        kind=kind,
        title=title,
        summary=summary,
        series=series,
        slots=[
            Slot(
                place * STEP,
                f"{words[place]}{' so far' if last_is_partial and place == last else ''}",
                _pieces(series, place, high) if kind is Kind.BARS else (),
                last_is_partial and place == last,
            )
            for place in range(len(labels))
        ],
        lines=[Line(path, one.look) for one in series for path in _paths(one.values, high)] if kind is Kind.LINE else (),
        rows=[
            (label, [Cell(_said(one.values[place], write), one.url(place)) for one in series])
            for place, label in enumerate(labels)
        ],
        scale=[write(high), write(high / 2), write(0)],
        axis=[labels[0], labels[middle], "now"] if len(labels) > 2 else list(labels),
        note=note,
        heading=heading,
    )  # fmt: skip


def _said(value: float | None, write: Callable[[float], str]) -> str:
    return "–" if value is None else write(value)


def _highest(kind: Kind, series: Sequence[Series]) -> float:
    if kind is Kind.BARS:
        sums = [sum(value or 0.0 for value in slot) for slot in zip(*(one.values for one in series), strict=True)]
        return bounds(sums, from_zero=True)[1] or 1.0
    known = [value for one in series for value in one.values if value is not None]
    return bounds([0.0, *known], from_zero=True)[1] or 1.0


def _pieces(series: Sequence[Series], place: int, high: float) -> list[Piece]:
    told, ground = [], float(HEIGHT)
    for one in series:
        value = one.values[place] or 0.0
        if value:
            height = max(value / high * HEIGHT, LEAST_BAR)
            ground -= height
            told.append(Piece(round(ground, 2), round(height, 2), one.look))
    return told


def _paths(values: Sequence[float | None], high: float) -> list[str]:
    points = [
        None if value is None else f"{place * STEP + STEP / 2:g} {round(HEIGHT * (1 - value / high), 2):g}"
        for place, value in enumerate(values)
    ]
    ends = [-1, *(place for place, point in enumerate(points) if point is None), len(points)]
    pieces = [[point for point in points[begin + 1 : end] if point] for begin, end in pairwise(ends)]
    return [f"M{piece[0]}h0" if len(piece) == 1 else f"M{'L'.join(piece)}" for piece in pieces if piece]
