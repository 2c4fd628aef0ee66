"""What a row tells: measured values with their runs and targets, what the programs cost, and what was left out and why."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.meter import Cost


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: the median of its runs. ``reached`` is None where there is no target."""

    what: str
    value: float
    unit: str
    runs: tuple[float, ...] = ()
    target: str = ""
    reached: bool | None = None


@dataclass(slots=True)
class Row:
    """One row of the bench."""

    name: str
    title: str
    measures: list[Measure] = field(default_factory=list)
    #: What each part of the measurement cost, by who: "hub: workers", "floor: PostgreSQL"; the sum over all runs.
    costs: dict[str, Cost] = field(default_factory=dict)
    #: What was left out, and why; what a reader must know.
    notes: list[str] = field(default_factory=list)
    #: Plain facts for programs: counts, plans, sizes.
    facts: dict[str, Any] = field(default_factory=dict)

    def tell(
        self,
        what: str,
        runs: float | Sequence[float],
        unit: str,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> float:
        """Add a figure and return its median. With a bound, say whether it was reached."""
        values = tuple(float(run) for run in ([runs] if isinstance(runs, int | float) else runs))
        value = statistics.median(values)
        target, reached = "", None
        if at_least is not None:
            target, reached = f"≥ {at_least:g}", value >= at_least
        if at_most is not None:
            target, reached = f"≤ {at_most:g}", value <= at_most
        self.measures.append(Measure(what, value, unit, values if len(values) > 1 else (), target, reached))
        return value

    def spend(self, who: str, costs: dict[str, Cost]) -> None:
        """Add what programs cost in one run."""
        for name, cost in costs.items():
            key = f"{who}: {name}"
            known = self.costs.get(key, Cost(0.0, 0.0))
            self.costs[key] = Cost(
                round(known.cpu_seconds + cost.cpu_seconds, 2), round(max(known.peak_mb, cost.peak_mb), 1)
            )


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value below which this share of all lies (nearest rank)."""
    ordered = sorted(values)
    if not ordered:
        return math.nan
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def lines_of(row: Row) -> list[str]:
    """Return a row as lines for people."""
    lines = [f"{row.name}: {row.title}"]
    width = max((len(measure.what) for measure in row.measures), default=0)
    for measure in row.measures:
        verdict = {True: "reached", False: "NOT REACHED", None: ""}[measure.reached]
        runs = f"  runs {', '.join(number(run) for run in measure.runs)}" if len(measure.runs) > 1 else ""
        target = f"  target {measure.target} {verdict}" if measure.target else ""
        lines.append(f"  {measure.what:<{width}}  {number(measure.value):>9} {measure.unit:<7}{target}{runs}".rstrip())
    for who, cost in row.costs.items():
        lines.append(f"  {who:<34} {cost.cpu_seconds:8.2f} CPU s  {cost.peak_mb:8.1f} MB")
    lines += [f"  note: {note}" for note in row.notes]
    return lines


def number(value: float) -> str:
    """Return a figure with as many places as it deserves."""
    if math.isnan(value):
        return "none"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
