"""2,000 posts while workers are killed, the broker is flushed and the database restarted: what is lost, what is doubled."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from bench.figures import Row
from bench.hub import Hub
from bench.processes import NotMeasurable, Program, python
from bench.rows import Options

TITLE: Final = "posts while everything is killed, stopped, flushed and restarted (make chaos), counted at the platform"
PATIENCE: Final = 1200.0


def measure(hub: Hub, options: Options) -> Row:
    """Run the storm once, with servers and a sandbox of its own."""
    row = Row("chaos", TITLE)
    command = [*python("tests.chaos"), *(["--short"] if options.quick else [])]
    with Program("chaos", command) as program:
        code = program.wait(patience=PATIENCE)
        told = _figures(program.said())
    if told is None:
        raise NotMeasurable(f"The storm told nothing and ended with {code}: {program.said()[-300:]}")
    row.tell("posts", told["jobs"], "")
    row.tell("lost", told["lost"], "", at_most=0)
    row.tell("doubled", told["doubled"], "", at_most=0)
    row.tell("processes killed", told["kills"], "")
    row.tell("from due to the end, p95", told.get("p95_resolve_s", math.nan), "s")
    if code:
        row.notes.append(f"The storm was not clean: {json.dumps(told, ensure_ascii=False)}")
    row.facts |= told
    return row


def _figures(said: str) -> dict[str, Any] | None:
    """Return the one line of JSON; what it tells meanwhile is written beside it."""
    for line in reversed(said.splitlines()):
        if line.startswith("{"):
            found: dict[str, Any] = json.loads(line)
            return found
    return None
