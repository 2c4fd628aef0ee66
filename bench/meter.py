"""What programs cost: CPU seconds (user and system, children included) and the most memory they held together."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import psutil  # type: ignore[import-untyped]  # in the dev lock, without types


@dataclass(frozen=True, slots=True)
class Cost:
    """What one part of a measurement cost."""

    cpu_seconds: float
    peak_mb: float


class Meter:
    """Measure programs between ``with`` and its end. ``costs`` has an entry for each name given."""

    EVERY_SECONDS = 1.0

    def __init__(self, roots: Mapping[str, Sequence[int | None]]) -> None:
        self._roots = {name: [pid for pid in pids if pid is not None] for name, pids in roots.items()}
        self._stop = threading.Event()
        self._peaks = dict.fromkeys(self._roots, 0.0)
        self._thread = threading.Thread(target=self._watch, name="meter", daemon=True)
        self.costs: dict[str, Cost] = {}

    def __enter__(self) -> Self:
        self._began = {name: self._cpu(pids) for name, pids in self._roots.items()}
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()
        for name, pids in self._roots.items():
            self.costs[name] = Cost(round(self._cpu(pids) - self._began[name], 2), round(self._peaks[name], 1))

    def _watch(self) -> None:
        while True:
            for name, pids in self._roots.items():
                self._peaks[name] = max(self._peaks[name], sum(_memory_mb(one) for one in _family(pids)))
            if self._stop.wait(self.EVERY_SECONDS):
                return

    @staticmethod
    def _cpu(pids: Iterable[int]) -> float:
        """Sum what the living used and what their dead children had used: a closed database connection still counts."""
        total = 0.0
        for one in _family(pids):
            try:
                used = one.cpu_times()
            except psutil.Error:
                continue
            total += used.user + used.system
            total += getattr(used, "children_user", 0.0) + getattr(used, "children_system", 0.0)
        return total


def _family(pids: Iterable[int]) -> list[Any]:
    found: dict[int, Any] = {}
    for pid in pids:
        try:
            root = psutil.Process(pid)
            found |= {one.pid: one for one in (root, *root.children(recursive=True))}
        except psutil.Error:
            continue
    return list(found.values())


def _memory_mb(process: Any) -> float:
    """Return its share of memory, pages that several hold split among them; all it holds where that is not told."""
    try:
        if hasattr(psutil.Process, "memory_footprint"):
            return float(process.memory_footprint().pss) / 1e6
        full = process.memory_full_info()
        return float(getattr(full, "pss", full.rss)) / 1e6
    except psutil.Error:
        return 0.0
