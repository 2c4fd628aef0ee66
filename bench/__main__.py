"""The command line of the bench: ``python -m bench [--quick] [--row NAME] [--json build/bench.json]``."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import machine
from bench.figures import Row, lines_of
from bench.hub import Hub, running
from bench.processes import BUILD, NotMeasurable
from bench.rows import ROWS, Options
from tests.servers import NoServerError


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and write. A target that was missed is told, and fails nothing; a row that could not run does."""
    chosen = _arguments(arguments)
    options = Options(
        quick=chosen.quick, runs=chosen.runs or (1 if chosen.quick else 3), jobs=chosen.jobs, with_node=chosen.node
    )
    told: dict[str, Any] = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": options.quick,
        "runs": options.runs,
        "machine": machine.facts(),
        "rows": [],
    }
    say(
        f"{told['machine']['cores']} cores, load {told['machine']['load_before'][0]}; ratios count, not absolute figures"
    )
    failed = False
    try:
        with running() as hub:
            told["machine"] |= {"postgresql": hub.database.version, "redis": f"{hub.broker.kind} {hub.broker.version}"}
            for name in chosen.row or ROWS:
                if name in {"sweeps", "numbers", "alerts", "views", "pages"} and options.quick and not chosen.row:
                    say(f"\n{name}: left out of the quick run, for a million rows take minutes to make")
                    continue
                row, whole = _measure(name, hub, options)
                failed = failed or not whole
                told["rows"].append(dataclasses.asdict(row))
                say("\n" + "\n".join(lines_of(row)))
                _write(chosen.json, told)
    except (NoServerError, NotMeasurable) as error:
        say(str(error))
        return 1
    say(f"\nWritten to {chosen.json}")
    return 1 if failed else 0


def _measure(name: str, hub: Hub, options: Options) -> tuple[Row, bool]:
    module = importlib.import_module(f"bench.rows.{name}")  # only now, for it needs Django with the hub's settings
    started = time.monotonic()
    try:
        row: Row = module.measure(hub, options)
        whole = True
    except NotMeasurable as error:
        row, whole = Row(name, module.TITLE, notes=[f"NOT MEASURED: {error}"]), False
    row.facts["took_seconds"] = round(time.monotonic() - started, 1)
    return row, whole


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer jobs, one run, no million rows")
    parser.add_argument("--row", action="append", choices=ROWS, help="measure this row alone; may be given again")
    parser.add_argument("--json", type=Path, default=BUILD / "bench.json", help="where the results are written")
    parser.add_argument("--runs", type=int, default=0, help="runs to take the median of (default: 3, quick 1)")
    parser.add_argument("--jobs", type=int, default=0, help="jobs of the publish row (default: 6000, quick 1500)")
    parser.add_argument("--without-node", dest="node", action="store_false", help="leave the BullMQ floor out")
    return parser.parse_args(arguments)


def _write(path: Path, told: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False, default=str) + "\n", encoding="utf-8")


def say(words: str) -> None:
    """Print at once: a run takes minutes, and people watch."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _end(*signal_and_frame: object) -> None:
    """End in order when somebody asks for it: every program we started is ended on the way out."""
    raise SystemExit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
