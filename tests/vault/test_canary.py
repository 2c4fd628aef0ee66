"""No secret stands in the database, the logs, the broker, the traces or the texts of exceptions, in any dress."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.servers import redis

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("log", "spans", "broker and cache", "database", "exceptions")


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """Let a traced hub live in a process of its own, and search all it left."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    with ExitStack() as stack:
        if "REDIS_URL" in os.environ:
            # A server of its own: what other tests clear there would not be searched, and what it leaks would be found by them.
            keep["REDIS_URL"] = stack.enter_context(redis.running(own=True)).url
        done = subprocess.run(
            [sys.executable, "-m", "tests.vault.canary"],
            cwd=ROOT,
            env=keep,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
    assert done.stdout, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_no_secret_of_a_hub_that_connected_published_refreshed_and_failed_is_found_anywhere(
    told: dict[str, Any],
) -> None:
    assert told["found"] == []
    assert len(told["secrets"]) >= 28
    sealed = {"master key", "session key", "client secret", "API key", "data key", "upload address"}
    linked = {"connect link", "browser's hold of a link", "invitation", "reset link", "wrong password"}
    assert sealed | linked | {"code of a crash"} <= set(told["secrets"])


def test_every_place_was_searched_and_a_token_leaked_there_on_purpose_is_seen(told: dict[str, Any]) -> None:
    for place in PLACES:
        assert told["searched"][place] > 1000, place
        assert any(seen.endswith(f"in the {place}") for seen in told["leaks_seen"]), place
