"""The story of a worker that is started while the broker is down: it publishes all the same."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from tests.journeys.hub import ROOT
from tests.servers import postgres

PREPARE = """
import django
django.setup()
from bench import world
world.accept(world.make_house("No broker", places=1), 1, label="taken up without a broker")
"""


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A production set-up with a database, and neither broker nor platform."""
    with postgres.running(own=True) as database:
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        yield {
            **keep,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SWITCHBOARD_MODE": "production",
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "VAR_DIR": str(tmp_path),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "VAULT_MASTER_KEY": secrets.token_urlsafe(48),
            "VAULT_PBKDF2_ITERATIONS": "600000",
            "DATABASE_URL": database.url,
            "REDIS_URL": f"redis://127.0.0.1:{closed_port()}/0",
            "META_APP_ID": "1",
            "META_APP_SECRET": "not-a-real-secret",
            "META_GRAPH_URL": f"http://127.0.0.1:{closed_port()}",
            "DD_TRACE_ENABLED": "false",
        }


def run(environment: Mapping[str, str], *command: str) -> None:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_worker_that_finds_no_broker_takes_up_what_is_due(environment: dict[str, str], tmp_path: Path) -> None:
    run(environment, "manage.py", "migrate", "--verbosity", "0")
    run(environment, "-c", PREPARE)
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config", "worker", "-P", "threads", "-c", "2"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
            deadline = time.monotonic() + 60
            tried = 0
            while not tried and time.monotonic() < deadline:
                assert worker.poll() is None, (tmp_path / "worker.log").read_text()[-2000:]
                row = connection.execute("SELECT count(*) FROM publish_attempts WHERE closed_at IS NOT NULL").fetchone()
                tried = row[0] if row else 0
                time.sleep(0.2)
            assert tried, (tmp_path / "worker.log").read_text()[-2000:]
    finally:
        worker.kill()
        worker.wait(timeout=10)
