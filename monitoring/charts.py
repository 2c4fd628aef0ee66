"""Small charts, drawn on the server as SVG: bars and lines over time, and lines without axes for tables.

A chart answers one question, has a title, a sentence that says what it shows, and its values as a table. It is stretched to the width
it is given, so its labels stand beside the drawing and not in it. What is not known is a gap, never 0. No style is written inline:
colours are custom properties of the stylesheet, the same in light and dark. ``partials/chart.html`` and ``partials/spark.html`` show it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

#: The drawing's own units: ten across for each point, a hundred down.
STEP: Final = 10
HEIGHT: Final = 100
#: A bar of a value that is not 0 can be seen.
LEAST_BAR: Final = 1.5
_GAP: Final = 1.5
_STEPS: Final = (1, 2, 2.5, 5, 10)


class Kind(StrEnum):
    """How it is drawn."""

    BARS = "bars"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Point:
    """One value over its label; ``value`` None where it is not known. ``partial``: more may come to it."""

    label: str
    value: float | None
    #: How the value is written; empty: as a number.
    written: str = ""
    partial: bool = False

    @property
    def words(self) -> str:
        """The value in words."""
        return "not told" if self.value is None else self.written or f"{self.value:,.10g}"


@dataclass(frozen=True, slots=True)
class Bar:
    """A drawn bar, with the slot that shows its words."""

    slot: float
    x: float
    y: float
    width: float
    height: float
    words: str
    partial: bool
    drawn: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """What ``partials/chart.html`` shows."""

    kind: Kind
    title: str
    #: What it shows, in a sentence.
    summary: str
    points: Sequence[Point]
    #: Words beside the axis, from the top down, and below it from left to right.
    scale: Sequence[str]
    axis: Sequence[str]
    bars: Sequence[Bar]
    #: Pieces of the line; a piece of one point is a dot.
    paths: Sequence[str]
    width: float
    #: Where zero lies, when it does not lie at the bottom.
    zero: float | None
    #: Until when the values speak, or where they come from; empty: nothing to say.
    note: str = ""
    heading: str = "Day"
    unit: str = "Value"

    @property
    def id(self) -> str:
        """What the page knows it by: the same at every look, so that what was opened stays open."""
        return f"chart-{sha256(self.title.encode()).hexdigest()[:10]}"

    @property
    def empty(self) -> bool:
        """Whether no value is known."""
        return all(point.value is None for point in self.points)


def draw(
    kind: Kind,
    points: Sequence[Point],
    *,
    title: str,
    summary: str,
    note: str = "",
    heading: str = "Day",
    unit: str = "Value",
    write: str = "{:,.10g}",
) -> Chart:
    """Draw a chart of one series. ``write`` is how the scale's numbers are written."""
    known = [point.value for point in points if point.value is not None]
    low, high = bounds(known, from_zero=kind is Kind.BARS)
    span = high - low
    scale = [write.format(high), write.format(low + span / 2), write.format(low)] if known else ["", "", ""]
    ends = [points[0].label, points[len(points) // 2].label, points[-1].label] if len(points) > 2 else []
    return Chart(
        kind=kind,
        title=title,
        summary=summary,
        points=points,
        scale=scale,
        axis=ends or [point.label for point in points],
        bars=_bars(points, low=low, span=span, drawn=kind is Kind.BARS),
        paths=_paths(points, low=low, span=span) if kind is Kind.LINE else (),
        width=max(len(points), 1) * STEP,
        zero=HEIGHT * (1 - (0 - low) / span) if low < 0 < high else None,
        note=note,
        heading=heading,
        unit=unit,
    )


def spark(values: Sequence[float | None], *, label: str) -> Chart:
    """Draw a line without axes, for a cell of a table; ``label`` says what it shows."""
    points = [Point("", value) for value in values]
    return draw(Kind.LINE, points, title=label, summary=label)


def bounds(known: Sequence[float], *, from_zero: bool) -> tuple[float, float]:
    """Return where the scale begins and ends, at round numbers."""
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    if from_zero or 0 <= low < high - low:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return (0.0, _round(high)) if high > 0 else (low - 1, low + 1)
    step = _round((high - low) / 4)
    return math.floor(low / step) * step, math.ceil(high / step) * step


def _round(value: float) -> float:
    """Return the next round number that is not smaller."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in _STEPS if step * power >= value * (1 - 1e-9))


def _bars(points: Sequence[Point], *, low: float, span: float, drawn: bool) -> list[Bar]:
    bars = []
    zero = HEIGHT * (1 - (max(low, 0.0) - low) / span) if low >= 0 else HEIGHT * (1 + low / span)
    for place, point in enumerate(points):
        value = point.value if point.value is not None else 0.0
        height = abs(value) / span * HEIGHT
        if value and height < LEAST_BAR:
            height = LEAST_BAR
        top = zero - height if value >= 0 else zero
        words = f"{point.label}: {point.words}{' so far' if point.partial else ''}"
        shown = drawn and point.value is not None and value != 0
        bars.append(
            Bar(
                place * STEP,
                place * STEP + _GAP,
                round(top, 2),
                STEP - 2 * _GAP,
                round(height, 2),
                words,
                point.partial,
                shown,
            )
        )
    return bars


def _paths(points: Sequence[Point], *, low: float, span: float) -> list[str]:
    pieces: list[list[str]] = [[]]
    for place, point in enumerate(points):
        if point.value is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{place * STEP + STEP / 2:g} {round(HEIGHT * (1 - (point.value - low) / span), 2):g}")
    # A line of no length, with round ends, is a dot however the drawing is stretched.
    return [f"M{piece[0]}h0" if len(piece) == 1 else f"M{'L'.join(piece)}" for piece in pieces if piece]
