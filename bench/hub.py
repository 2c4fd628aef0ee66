"""The hub under test, as production runs it: PostgreSQL that waits for the disk, Redis with AOF, workers of their own.

Everything listens on loopback, on free ports, with passwords of this run alone, and ends with the ``with`` block.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import requests

from bench.meter import Meter
from bench.processes import ROOT, NotMeasurable, Program, python
from tests.servers import postgres, redis
from tests.servers.postgres import PostgresServer
from tests.servers.process import free_port
from tests.servers.redis import RedisServer

#: What a production PostgreSQL has, said aloud; commit timestamps let us read from outside when a row became durable.
POSTGRES: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "track_commit_timestamp": "on"}
WORKERS: Final = 2


class Stub:
    """The stub platform, and what it says it saw."""

    def __init__(self, program: Program, port: int) -> None:
        self.program = program
        self.url = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        self._session.trust_env = False

    def reset(self, *, latency_ms: float) -> None:
        """Forget all posts and answer after this long from now on."""
        self._ask("reset", {"latency_ms": latency_ms})

    def count(self) -> int:
        """Return how many posts it was sent."""
        return int(self._ask("count", {})["count"])

    def most_open(self) -> int:
        """Return how many calls it had in hand at once, at most."""
        return int(self._ask("count", {})["most_open"])

    def posts(self) -> list[tuple[str, str, float, float]]:
        """Return page, text, and the moments of receipt and answer of every post."""
        return [(page, text, received, answered) for page, text, received, answered in self._ask("posts", {})["posts"]]

    def _ask(self, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = self._session.post(f"{self.url}/_stub/{what}", json=body, timeout=30).json()
        return told


#: As docs/operations.md counsels: what workers tell each other nobody here listens to.
QUIET = ("--without-heartbeat", "--without-gossip", "--without-mingle")


@dataclass(frozen=True, slots=True)
class Hub:
    """The servers, the stub, and the environment every process of the hub gets."""

    database: PostgresServer
    broker: RedisServer
    stub: Stub
    environment: Mapping[str, str]

    @contextmanager
    def workers(self, count: int = WORKERS, **settings: str) -> Iterator[list[Program]]:
        """Run worker processes, with further settings, until the block ends; they answer when it begins."""
        from config.celery import app

        environment = {**self.environment, **settings}
        names = [f"bench{number}-{secrets.token_hex(3)}@localhost" for number in range(1, count + 1)]
        with ExitStack() as stack:
            programs = [
                stack.enter_context(
                    Program(
                        f"worker-{number}",
                        [*python("celery", "-A", "config", "worker"), "-P", "threads", "-n", name, *QUIET],
                        environment=environment,
                    )
                )
                for number, name in enumerate(names, 1)
            ]
            programs[0].wait_until(
                lambda: len(app.control.ping(destination=names, timeout=0.5, limit=count) or ()) == count, "answered"
            )
            yield programs

    @contextmanager
    def web(self, *, settings_module: str = "config.settings", **settings: str) -> Iterator[tuple[Program, str]]:
        """Run gunicorn as it is shipped; yield it and its address once it answers."""
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = [
            *python("gunicorn", "-c", "config/gunicorn.py", "config.wsgi:application"),
            "--bind",
            f"127.0.0.1:{port}",
        ]
        environment = {**self.environment, **settings, "DJANGO_SETTINGS_MODULE": settings_module}
        with Program("gunicorn", command, environment=environment) as program:
            program.wait_until(lambda: _answers(f"{url}/healthz"), "answered /healthz")
            yield program, url

    def meter(self, **programs: list[Program]) -> Meter:
        """Return a meter over these programs and the servers."""
        roots: dict[str, list[int | None]] = {name: [one.pid for one in those] for name, those in programs.items()}
        roots |= {
            "PostgreSQL": [self.database.pid],
            "Redis": [self.broker.pid],
            "stub": [self.stub.program.pid],
        }
        return Meter(roots)

    def ring(self) -> None:
        """Ring the doorbell, often enough for every worker to hear it."""
        from config.celery import app

        for _ in range(4 * WORKERS):
            app.send_task("publishing.drain")


@contextmanager
def running() -> Iterator[Hub]:
    """Start servers and the stub, make this process a part of the hub, and lay out its tables."""
    with (
        TemporaryDirectory(prefix="switchboard-bench-") as var,
        postgres.running(fsync=True, settings=POSTGRES, own=True) as database,
        redis.running(aof=True, own=True) as broker,
    ):
        port = free_port()
        with Program("stub", python("bench.stub", "--port", str(port))) as program:
            program.wait_for_words("ready")
            stub = Stub(program, port)
            hub = Hub(database, broker, stub, _environment(database, broker, stub, Path(var)))
            _become_part_of(hub)
            yield hub


def _environment(database: PostgresServer, broker: RedisServer, stub: Stub, var: Path) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SWITCHBOARD_MODE": "production",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "VAR_DIR": str(var),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "VAULT_MASTER_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": database.url,
        "REDIS_URL": broker.url,
        "META_APP_ID": "1000000000000001",
        "META_APP_SECRET": "sandbox-meta-app-secret",
        "META_GRAPH_URL": stub.url,
        "DD_TRACE_ENABLED": "false",
        # Counted as in production, and never enough: what is measured is the counting, not the waiting.
        "API_PUBLISH_PER_MINUTE": "10000000",
        "no_proxy": "127.0.0.1",
    }


def _become_part_of(hub: Hub) -> None:
    """Load Django here with the hub's settings, so that rows can be prepared by its own services."""
    import django

    os.environ.update(hub.environment)
    # As an operator would: production pages name their files by the manifest that collectstatic writes.
    for command in (("collectstatic", "--no-input", "--verbosity", "0"), ("migrate", "--verbosity", "0")):
        done = subprocess.run(
            python("django", *command),
            cwd=ROOT,
            env=os.environ,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            words = done.stderr.strip().splitlines() or ["it said nothing"]
            raise NotMeasurable(f"manage.py {command[0]} failed: {words[-1]}")
    django.setup()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def sleep_until(moment: float) -> None:
    """Sleep until a moment (Unix seconds)."""
    while (left := moment - time.time()) > 0:
        time.sleep(min(left, 0.5))
