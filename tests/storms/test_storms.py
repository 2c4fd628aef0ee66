"""A small storm over single-use refresh tokens: one exchange each, nobody refused; and that a broken guard is found out."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.chaos.crew import ROOT

pytestmark = pytest.mark.xdist_group("chaos")


def storm(*arguments: str) -> tuple[int, dict[str, Any], str]:
    """Run a small storm in processes of its own; return its exit code, its figures, and what it told meanwhile."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    small = ("--workers", "8", "--connections", "40", "--hang", "3", "--hanging", "1", "--seconds", "90")
    done = subprocess.run(
        [sys.executable, "-m", "tests.storms", *small, *arguments],
        cwd=ROOT,
        env=keep,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    [line] = done.stdout.splitlines() or ['{"nothing": "was printed"}']
    return done.returncode, json.loads(line), done.stderr[-4000:]


def test_single_use_tokens_are_exchanged_once_each_though_all_want_them_and_the_platform_fails_and_hangs() -> None:
    code, figures, told = storm()
    found = [figures.get(name) for name in ("exchanges", "refused", "renewed_once", "need_attention", "open")]
    assert found == [40, 0, 40, 0, 0], (figures, told)
    assert figures["failed_by_503"] >= 1, "the platform did fail"
    assert figures["longest_ms"] >= 3000, "and it did hang"
    assert code == 0, told


def test_a_broken_lease_is_found_out() -> None:
    code, figures, told = storm("--break", "lease")
    assert code == 1, told
    assert figures["refused"] > 0
