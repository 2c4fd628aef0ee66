"""One file a row, each with ``TITLE`` and ``measure(hub, options)``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: In the order they run; those from "sweeps" on leave the database full.
ROWS: Final = (
    "publish",
    "burst",
    "overhead",
    "api",
    "fairness",
    "customer",
    "vault",
    "keeping",
    "news",
    "chaos",
    "sweeps",
    "numbers",
    "alerts",
    "views",
    "pages",
)

#: A quick run leaves these out: a million rows take minutes to make, and trouble takes minutes to brew.
LONG: Final = frozenset({"chaos", "sweeps", "numbers", "alerts", "views", "pages"})


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    quick: bool = False
    runs: int = 3
    #: Jobs of the publish row; 0 means its own number.
    jobs: int = 0
    with_node: bool = True
