"""The bench runs, counts right and tells everything. Nothing here is timed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
JOBS = 40


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run the row of publishing with tiny numbers, and without Node, which needs a registry."""
    path = tmp_path_factory.mktemp("bench") / "bench.json"
    command = [
        sys.executable,
        "-m",
        "bench",
        "--quick",
        "--row",
        "publish",
        "--row",
        "vault",
        "--jobs",
        str(JOBS),
        "--without-node",
    ]
    keep = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
    done = subprocess.run(
        [*command, "--json", str(path)], cwd=ROOT, env=keep, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_the_platform_saw_every_job_once(told: dict[str, Any]) -> None:
    facts = told["rows"][0]["facts"]
    for seen in facts["seen"]:
        counted = {key: seen[key] for key in ("expected", "received", "different", "more_than_once")}
        assert counted == {"expected": JOBS, "received": JOBS, "different": JOBS, "more_than_once": 0}
        assert seen["states"] == {"published": JOBS}
    assert facts["floors_once"] == {"Celery": [True]}


def test_the_results_name_machine_versions_figures_and_costs(told: dict[str, Any]) -> None:
    assert {"made_at", "quick", "runs", "machine", "rows"} <= told.keys()
    assert {"cores", "load_before", "python", "node", "packages", "postgresql", "redis"} <= told["machine"].keys()
    row = told["rows"][0]
    figures = {measure["what"]: measure for measure in row["measures"]}
    assert {"hub", "floor: Celery", "hub ÷ Celery"} <= figures.keys()
    assert figures["hub"]["value"] > 0
    assert figures["hub ÷ Celery"]["target"] == "≥ 2"
    for part in ("workers", "PostgreSQL", "Redis", "stub"):
        assert {"cpu_seconds", "peak_mb"} <= row["costs"][f"hub: {part}"].keys()


def test_a_floor_left_out_is_told(told: dict[str, Any]) -> None:
    assert "BullMQ was left out: --without-node was given." in told["rows"][0]["notes"]


def test_keys_change_under_posts_that_go_out_and_a_run_that_is_killed_is_gone_on_with(told: dict[str, Any]) -> None:
    row = told["rows"][1]
    figures = {measure["what"]: measure for measure in row["measures"]}
    assert not any(note.startswith("NOT MEASURED") for note in row["notes"]), row["notes"]
    assert figures["posts while keys changed"]["value"] > 10
    for what in ("posts that failed", "posts that went out twice", "accounts asked to reconnect"):
        assert figures[what]["value"] == 0, what
    assert figures["secrets left under retired keys"]["value"] == 0
    assert figures["of 1,000 secrets open after four changes"]["reached"]
    assert row["facts"]["resumed"] == {**row["facts"]["resumed"], "finished": True, "resumed": row["facts"]["killed"]}
