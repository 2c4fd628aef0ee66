"""Latencies in steps that grow evenly, so that counts by step can be added up and percentiles told of the sums.

Two neighbouring bounds are a fifth apart. All latencies of a step are told as its geometric middle, so what a percentile says
is less than 10 % beside the true value.
"""

from itertools import pairwise
from math import sqrt
from typing import Final

#: What is slower is told as this slow.
_MOST_MS: Final = 30 * 24 * 3600 * 1000
_GROWTH: Final = 1.2
#: How far a percentile told may be beside the true one, at most.
PRECISION: Final = 0.1


def _bounds() -> tuple[int, ...]:
    """Return the highest whole millisecond of each step; the first ones hold just one."""
    found, bound = {0}, 1.0
    while bound < _MOST_MS:
        found.add(int(bound))
        bound *= _GROWTH
    return tuple(sorted(found | {_MOST_MS}))


_HIGHEST: Final = _bounds()
#: What each step is told as, in milliseconds.
TOLD: Final = (0, *(round(sqrt((below + 1) * highest)) for below, highest in pairwise(_HIGHEST)))


def step_of(value: str) -> str:
    """Return SQL that tells whole milliseconds as their step: seven comparisons, and no function that SQLite may lack."""
    return _search(value, 0, len(_HIGHEST) - 1)


def _search(value: str, first: int, last: int) -> str:
    if first == last:
        return str(TOLD[first])
    middle = (first + last) // 2
    below, above = _search(value, first, middle), _search(value, middle + 1, last)
    return f"CASE WHEN {value} <= {_HIGHEST[middle]} THEN {below} ELSE {above} END"


def percentile(percent: int, value: str = "latency_ms") -> str:
    """Return an aggregate over steps that know ``so_far``, how many latencies are at most theirs, and ``total``."""
    return f"MIN(CASE WHEN so_far * 100 >= {percent} * total THEN {value} END)"
