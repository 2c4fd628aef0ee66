"""A short storm over a whole installation: nothing lost, nothing doubled, nothing left open."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

from tests.chaos.wishes import POINTS

ROOT = Path(__file__).resolve().parents[2]

# Under xdist's loadgroup one process gets them all; the lock below holds whatever the distribution.
pytestmark = pytest.mark.xdist_group("chaos")


@pytest.fixture
def alone() -> Iterator[None]:
    """Wait until no other chaos runs on this machine: two at once would only measure each other."""
    with (Path(gettempdir()) / f"switchboard-chaos-{os.getuid()}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def storm(*arguments: str) -> tuple[int, dict[str, Any], str]:
    """Run a short chaos in a process of its own; return its exit code, its figures, and what it told meanwhile."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--short", *arguments],
        cwd=ROOT,
        env=keep,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    [line] = done.stdout.splitlines() or [f'{{"nothing": "was printed", "code": {done.returncode}}}']
    return done.returncode, json.loads(line), done.stderr[-6000:]


@pytest.mark.usefixtures("alone")
def test_nothing_is_lost_doubled_or_left_open_in_a_storm() -> None:
    code, figures, told = storm()
    found = [figures.get(name) for name in ("jobs", "lost", "doubled", "unresolved", "strays", "disordered")]
    assert found == [150, 0, 0, 0, 0, 0], told
    assert code == 0, told
    # Each point is wished for twice; on a busy machine not every kind comes to its point in time.
    assert all(figures["points"].get(point, 0) >= 1 for point in POINTS), (figures["points"], told)
    assert figures["kills"] >= 1.5 * len(POINTS), told
    assert figures["stops"] >= 1, told
    assert sum(kind["jobs"] > 0 for kind in figures["kinds"].values()) >= 15, figures["kinds"]
