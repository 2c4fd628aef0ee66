"""What the hub promises in figures, in one table: each promise, what was measured, its peers in the same run, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from bench.figures import Measure, Row, number

YES: Final = "yes"
NO: Final = "NO"
UNMEASURED: Final = "not measured in this run"


@dataclass(frozen=True, slots=True)
class Promise:
    """One line of the table: which figures of which rows it is about, and beside whom they stand."""

    what: str
    rows: tuple[str, ...]
    #: How the figures are called, with * for any words; empty: all of the rows that have a target.
    figures: tuple[str, ...] = ()
    #: Peers, by the name of the figure that tells them.
    peers: Mapping[str, str] | None = None


PROMISES: Final = (
    Promise(
        "durable publish throughput (aim)",
        ("publish",),
        ("hub",),
        {"Celery": "floor: Celery", "BullMQ at 100": "floor: BullMQ 100", "BullMQ at 20": "floor: BullMQ 20"},
    ),
    Promise("… against a Celery task per job", ("publish",), ("hub ÷ Celery",), {"Celery": "floor: Celery"}),
    Promise("… against BullMQ", ("publish",), ("hub ÷ BullMQ 100",), {"BullMQ at 100": "floor: BullMQ 100"}),
    Promise("top of the hour: all accepted, against the ideal", ("burst",), ("hub ÷ floor",), {"ideal": "floor: *"}),
    Promise("top of the hour: the first accepted", ("burst",), ("from the due second to the first accept",)),
    Promise(
        "overhead per publish, one job, idle machine, p95",
        ("overhead",),
        ("beyond the platform's own time, p95",),
        {"a Celery task": "floor: a Celery task per job, p95"},
    ),
    Promise("customer: an account is connected", ("customer",), ("*: connect an account",)),
    Promise(
        "customer: a post is public", ("customer",), ("*: text post", "*: local post", "*: campaign", "*: video post*")
    ),
    Promise("customer: an image post is public", ("customer",), ("*: image post",)),
    Promise("customer: health check", ("customer",), ("*: health check",)),
    Promise("customer: token refresh", ("customer",), ("*: token refresh",)),
    Promise("customer: posts, p95", ("customer",), ("posts of words on all platforms, p95",)),
    Promise("customer: success", ("customer",), ("published of those accepted",)),
    Promise("customer: time in the queue", ("customer",), ("time in the queue, longest",)),
    Promise(
        "POST /api/publish, 20 clients at a pace, p95",
        ("api",),
        ("publish, each client about every *",),
        {"empty view": "floor: empty view, each client about every *"},
    ),
    Promise(
        "POST /api/publish, 20 clients as fast as answered, p95",
        ("api",),
        ("publish, each client as fast as it is answered, p95",),
        {"empty view": "floor: empty view, p95"},
    ),
    Promise("due sweeps over 1,000,000 jobs", ("sweeps",)),
    Promise("due sweeps over 100,000 accounts, tokens, webhooks", ("keeping",)),
    Promise("dashboards and views over 1,000,000 rows", ("views", "pages")),
    Promise("all killed, flushed and restarted at random: lost and doubled", ("chaos",)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table as it came out."""

    promise: str
    measured: str
    target: str
    peers: str
    reached: str


def table(rows: Iterable[Row], promises: Sequence[Promise] = PROMISES) -> list[Line]:
    """Return the table over the rows of this run; what was not measured says so."""
    known = {row.name: row for row in rows}
    return [_line(promise, [known[name] for name in promise.rows if name in known]) for promise in promises]


def lines_of_table(lines: Sequence[Line]) -> list[str]:
    """Return the table as lines for people."""
    head = Line("promise", "measured", "target", "peers in the same run", "reached")
    told = [(one.promise, one.measured, one.target, one.peers, one.reached) for one in (head, *lines)]
    widths = [max(len(cells[at]) for cells in told) for at in range(len(told[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() for cells in told]


def _line(promise: Promise, rows: Sequence[Row]) -> Line:
    figures = [one for row in rows for one in row.measures if one.target and _is_meant(promise, one)]
    if not figures:
        return Line(promise.what, UNMEASURED, "", "", "")
    worst = max(figures, key=_strain)
    missed = [one for one in figures if not one.reached]
    measured = _told(worst)
    if len(figures) > 1:
        measured += (
            f" ({worst.what.removesuffix(', p95').removesuffix(': p95')}, the nearest to its limit of {len(figures)})"
        )
    verdict = YES if not missed else NO if len(figures) == 1 else f"{NO}, {len(missed)} of {len(figures)}"
    return Line(promise.what, measured, worst.target, _peers(promise, rows), verdict)


def _is_meant(promise: Promise, figure: Measure) -> bool:
    return not promise.figures or any(fnmatchcase(figure.what, name) for name in promise.figures)


def _strain(figure: Measure) -> float:
    """Return how much of its target a figure takes: 1 is just reached, above is missed."""
    bound, upwards = float(figure.target[2:]), figure.target.startswith("≥")
    if math.isnan(figure.value):
        return math.inf
    if upwards:
        return bound / figure.value if figure.value else math.inf
    return figure.value / bound if bound else math.inf if figure.value else 0.0


def _peers(promise: Promise, rows: Sequence[Row]) -> str:
    found = []
    for who, name in (promise.peers or {}).items():
        figure = next((one for row in rows for one in row.measures if fnmatchcase(one.what, name)), None)
        if figure is not None:
            found.append(f"{who} {_told(figure)}")
    return ", ".join(found)


def _told(figure: Measure) -> str:
    return f"{number(figure.value)} {figure.unit}".rstrip()
