"""The command line: ``python -m bench.scale [--sizes 1e4,1e5,1e6] [--only PART] [--json build/scale.json]``."""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from bench import machine
from bench.hub import Hub, running
from bench.processes import BUILD, NotMeasurable
from tests.servers import NoServerError

PARTS: Final = ("sizes", "sweeps", "views", "pages", "lists", "wall", "rotation", "partitions", "forgetting")
#: What a million jobs and all that goes with them take on disk, write-ahead log and all; more than this must be free.
BYTES_PER_JOB: Final = 20_000
#: The figures of the design: of looks, of views and of pages, in milliseconds.
MOST_MS: Final = {"sweeps": 50.0, "views": 300.0, "pages": 300.0, "lists": 300.0}
_NUMBERS: Final = ("cpu_ms", "p50_ms", "per_second", "rows_per_second", "bytes_per_row")


def main(arguments: Sequence[str]) -> int:
    """Fill, ask, forget, size by size; print a table and write JSON."""
    chosen = _arguments(arguments)
    need = BYTES_PER_JOB * max(chosen.sizes)
    free = shutil.disk_usage(Path("/tmp")).free  # noqa: S108 - where the servers keep their data
    if free < need:
        say(f"{max(chosen.sizes):,} jobs want {need / 1e9:.0f} GB of disk, and {free / 1e9:.0f} GB are free.")
        return 1
    told: dict[str, Any] = {"made_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine.facts()}
    told["sizes"] = {}
    try:
        os.environ.setdefault("LOG_LEVEL", "ERROR")
        with running() as hub:
            told["machine"]["postgresql"] = hub.database.version
            from bench.scale.filling import make_tenants  # needs Django, with the hub's settings

            tenants = make_tenants()
            for size in chosen.sizes:
                told["sizes"][str(size)] = _at(hub, tenants, size, chosen.only or PARTS)
                told["sizes"][str(size)]["load"] = machine.facts()["load_before"][0]
                chosen.json.parent.mkdir(parents=True, exist_ok=True)
                chosen.json.write_text(json.dumps(told, indent=1, default=str) + "\n", encoding="utf-8")
    except (NoServerError, NotMeasurable) as error:
        say(str(error))
        return 1
    for line in table(told["sizes"]):
        say(line)
    say(f"\nWritten to {chosen.json}")
    return 0


def _at(hub: Hub, tenants: list[Any], size: int, parts: Sequence[str]) -> dict[str, Any]:
    from django.utils import timezone

    from bench.scale import filling, forgetting, looks, rotating, wall
    from monitoring.reports import folding, telling

    say(f"\n{size:,} jobs")
    began = time.monotonic()
    filled = filling.fill(tenants, size, say=say)
    found: dict[str, Any] = {"sizes": filling.sizes_of(filled)}
    summing = time.monotonic()
    telling.tell_readiness(now=timezone.now())
    folding.fold(now=timezone.now())
    found["summed_up_in_seconds"] = round(time.monotonic() - summing, 1)
    todo: dict[str, Any] = {
        "sweeps": lambda: looks.sweeps(filled),
        "views": lambda: looks.views(filled),
        "pages": lambda: looks.pages(filled),
        "lists": lambda: looks.lists(filled),
        "wall": lambda: wall.wall(filled),
        "rotation": lambda: rotating.rotate(filled),
        "partitions": lambda: forgetting.partitions(filled),
        "forgetting": lambda: forgetting.forget(filled, hub.database.url),
    }
    for name, measure in todo.items():
        if name in parts:
            start = time.monotonic()
            found[name] = measure()
            say(f"  {name}: {time.monotonic() - start:.0f} s")
    found["took_seconds"] = round(time.monotonic() - began, 1)
    return found


def table(sizes: dict[str, Any]) -> list[str]:
    """Return what was found as lines: each figure at each size, and by which power of the size it grew."""
    names = list(sizes)
    lines = ["", f"{'':<58}" + "".join(f"{int(name):>12,}" for name in names) + "   growth"]
    for part in PARTS:
        for row in dict.fromkeys(row for size in sizes.values() for row in size.get(part, {})):
            told = [size.get(part, {}).get(row, {}) for size in sizes.values()]
            for number in _NUMBERS:
                values = [one.get(number) for one in told]
                if any(value is not None for value in values):
                    lines.append(_line(part, row, number, values, [int(name) for name in names]))
                    break
            beyond = MOST_MS.get(part)
            if beyond and told[-1].get("p95_ms", 0) > beyond:
                lines[-1] += f"   NOT REACHED: p95 {told[-1]['p95_ms']:.0f} ms, at most {beyond:.0f}"
            if told[-1].get("reads_all_of"):
                lines[-1] += f"   READS ALL OF {', '.join(told[-1]['reads_all_of'])}"
            if "longest_piece_ms" in told[-1]:
                lines[-1] += (
                    f"   longest piece {told[-1]['longest_piece_ms']} ms, probe p95 {told[-1]['probe_p95_ms']} ms"
                )
    return lines


def _line(part: str, row: str, number: str, values: list[Any], sizes: list[int]) -> str:
    shown = "".join(f"{value:>12,.1f}" if value is not None else f"{'':>12}" for value in values)
    return f"{f'{part}: {row}'[:46]:<47}{number:<11}{shown}   {growth(values, sizes)}"


def growth(values: Sequence[float | None], sizes: Sequence[int]) -> str:
    """Return by which power of the size a figure grew from one size to the next; empty where one is missing."""
    told = []
    pairs = list(zip(values, sizes, strict=True))
    for (before, small), (after, large) in pairwise(pairs):
        if before and after and before > 0 and after > 0 and small != large:
            told.append(f"{math.log(after / before) / math.log(large / small):+.2f}")
    return " ".join(told)


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument(
        "--sizes", type=sizes, default=sizes("1e4,1e5,1e6"), help="how many jobs (default: 1e4,1e5,1e6)"
    )
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this alone; may be given again")
    parser.add_argument("--json", type=Path, default=BUILD / "scale.json", help="where the results are written")
    return parser.parse_args(arguments)


def sizes(text: str) -> list[int]:
    """Read numbers such as 1e5, the smallest first; of a thousand or more and ten million or less."""
    found = sorted({int(float(part)) for part in text.split(",")})
    if not found or found[0] < 1_000 or found[-1] > 10_000_000:
        raise argparse.ArgumentTypeError(f"{text!r}: sizes from 1e3 to 1e7, parted by commas")
    return found


def say(words: str) -> None:
    """Print at once: a run takes minutes, and people watch."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _end(*signal_and_frame: object) -> None:
    raise SystemExit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
