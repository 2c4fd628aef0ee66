"""What processes take: the processor's time and memory, as Linux tells it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """Of a process and all it started: seconds of a core, memory of its own (MB), and how many they are."""

    seconds: float
    memory_mb: float
    processes: int
    threads: int


def usage_of(session: int) -> Usage:
    """Return what all processes of a session take now. Memory is shared fairly among those who share it (PSS)."""
    seconds, memory, count, threads = 0.0, 0.0, 0, 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            # The name may hold blanks and brackets; what follows the last bracket does not.
            told = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(told[3]) != session:
                continue
            # Its own time, and that of children that have ended.
            seconds += sum(int(part) for part in told[11:15]) / _TICKS
            threads += int(told[17])
            memory += _pss(folder)
            count += 1
        except (OSError, ValueError, IndexError):
            continue
    return Usage(seconds, memory, count, threads)


def _pss(folder: Path) -> float:
    for line in (folder / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
