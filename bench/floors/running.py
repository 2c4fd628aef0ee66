"""Runs the floors of the publish row: the same number of jobs, the same stub, the same PostgreSQL."""

from __future__ import annotations

import random
import secrets
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from django.db import connection

from bench.floors import celery_floor
from bench.hub import WORKERS, Hub
from bench.meter import Cost
from bench.processes import BUILD, NotMeasurable, Program, python, wait_until

NODE: Final = BUILD / "node"
_SOURCES: Final = Path(__file__).parent / "bullmq"
WARM: Final = 128
_PATIENCE: Final = 60.0


@dataclass(frozen=True, slots=True)
class FloorRun:
    """How a floor did: seconds from its first start to its last durable end, and what the stub saw."""

    jobs: int
    seconds: float
    costs: dict[str, Cost]
    once: bool

    @property
    def rate(self) -> float:
        """Jobs per second."""
        return self.jobs / self.seconds if self.seconds else 0.0


class CeleryFloor:
    """Celery workers that wait for the start; as many processes and threads as the hub has."""

    def __init__(self, hub: Hub, *, processes: int) -> None:
        self._hub = hub
        self._stack = ExitStack()
        self._names = [f"floor{number}-{secrets.token_hex(3)}@localhost" for number in range(1, processes + 1)]
        self._app = celery_floor.app
        self.programs: list[Program] = []

    def __enter__(self) -> Self:
        broker = _second_database(self._hub)
        self._app.conf.update(broker_url=broker)
        environment = {**self._hub.environment, "FLOOR_BROKER": broker, "FLOOR_STUB": self._hub.stub.url}
        for number, name in enumerate(self._names, 1):
            command = [*python("celery", "-A", "bench.floors.celery_floor", "worker"), "-n", name, "-l", "WARNING"]
            command += ["-P", "threads", "-c", str(celery_floor.CALLS_IN_FLIGHT)]
            program = Program(f"floor-celery-{number}", command, environment=environment)
            self.programs.append(self._stack.enter_context(program))
        try:
            self.programs[0].wait_until(
                lambda: len(self._app.control.ping(destination=self._names, timeout=0.5) or ()) == len(self._names),
                "answered",
            )
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def go(self, *, wait: bool = False) -> None:
        """Let the workers take tasks."""
        self._app.control.add_consumer(celery_floor.QUEUE, destination=self._names, reply=wait)

    def halt(self) -> None:
        """Let them take no more."""
        self._app.control.cancel_consumer(celery_floor.QUEUE, destination=self._names, reply=True)

    def send(self) -> None:
        """Send a task for every row of the table."""
        with self._app.connection_for_write() as link, self._app.amqp.Producer(link) as producer:
            for row in _rows():
                celery_floor.publish.apply_async(row, producer=producer, queue=celery_floor.QUEUE, retry=False)


def celery_tasks(hub: Hub, *, jobs: int, latency_ms: float) -> FloorRun:
    """Run a Celery task per job."""
    with CeleryFloor(hub, processes=WORKERS) as floor:
        _warm(hub, floor)
        _fill(jobs)
        hub.stub.reset(latency_ms=latency_ms)
        floor.send()
        return _measured(hub, jobs, floor.programs, floor.go)


def celery_one_by_one(hub: Hub, *, posts: int, latency_ms: float) -> list[float]:
    """Run one task after another on an idle worker; return what each took beyond the platform's own time, in ms."""
    sent: dict[str, float] = {}
    with CeleryFloor(hub, processes=1) as floor:
        _warm(hub, floor)
        _fill(0)
        hub.stub.reset(latency_ms=latency_ms)
        floor.go(wait=True)
        for number in range(1, posts + 1):
            time.sleep(random.uniform(0.02, 0.12))  # noqa: S311 - as in the hub's own row
            text = f"floor, post {number}"
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO bench_jobs (id, page, text) VALUES (%s, '9', %s)", [number, text])
            sent[text] = time.time()
            celery_floor.publish.apply_async((number, "9", text), queue=celery_floor.QUEUE, retry=False)
            time.sleep(latency_ms / 1000)
            _wait(number, pause=0.01)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM bench_jobs")
        recorded = {str(text): float(moment) for text, moment in cursor.fetchall()}
    return [
        (received - sent[text] + recorded[text] - answered) * 1000 for _, text, received, answered in hub.stub.posts()
    ]


def _warm(hub: Hub, floor: CeleryFloor) -> None:
    _fill(WARM)
    hub.stub.reset(latency_ms=20)
    floor.send()
    floor.go(wait=True)
    _wait(WARM)
    floor.halt()


def bullmq(hub: Hub, *, jobs: int, latency_ms: float, concurrency: int) -> FloorRun:
    """Run one BullMQ worker process with so many jobs in flight."""
    node = install()
    environment = {
        "FLOOR_BROKER": _second_database(hub),
        "FLOOR_DATABASE": hub.database.url,
        "FLOOR_STUB": hub.stub.url,
        "FLOOR_CONCURRENCY": str(concurrency),
        "FLOOR_QUEUE": f"floor-{secrets.token_hex(4)}",
    }
    _fill(jobs)
    hub.stub.reset(latency_ms=latency_ms)
    with Program(f"floor-bullmq-{concurrency}", [node, str(NODE / "worker.mjs")], environment=environment) as program:
        program.wait_for_words("filled")
        run = _measured(hub, jobs, [program], lambda: program.tell("go"))
        program.wait_for_words(f"finished {jobs} 0")
    return run


def install() -> str:
    """Put BullMQ into build/node, once; return node's path. Raise ``NotMeasurable`` where that cannot be."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotMeasurable("node or npm is not on this machine.")
    NODE.mkdir(parents=True, exist_ok=True)
    for source in sorted(_SOURCES.iterdir()):
        if (NODE / source.name).read_bytes() != source.read_bytes() if (NODE / source.name).exists() else True:
            if source.name == "package.json":
                shutil.rmtree(NODE / "node_modules", ignore_errors=True)
            shutil.copy2(source, NODE / source.name)
    if not (NODE / "node_modules" / "bullmq").exists():
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
        try:
            done = subprocess.run(command, cwd=NODE, capture_output=True, text=True, timeout=240, check=False)
        except subprocess.TimeoutExpired:
            raise NotMeasurable("npm did not install BullMQ within four minutes.") from None
        if done.returncode:
            words = [line for line in done.stderr.splitlines() if "error" in line.lower()] or ["it said nothing"]
            raise NotMeasurable(f"npm cannot install BullMQ: {words[0]}")
    return node


def _measured(hub: Hub, jobs: int, programs: Sequence[Program], go: Callable[[], object]) -> FloorRun:
    with hub.meter(workers=list(programs)) as meter:
        go()
        _wait(jobs)
    seen = Counter((page, text) for page, text, _, _ in hub.stub.posts())
    once = len(seen) == jobs and set(seen.values()) == {1}
    return FloorRun(jobs, _seconds(), meter.costs, once)


def _fill(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_jobs")
        cursor.execute(
            "INSERT INTO bench_jobs (id, page, text) SELECT n, '9' || lpad((n %% 500)::text, 8, '0'), "
            "'floor, post ' || n FROM generate_series(1, %s) AS n",
            [count],
        )
        cursor.execute("ANALYZE bench_jobs")


def _rows() -> list[tuple[int, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, page, text FROM bench_jobs ORDER BY id")
        return [(int(pk), str(page), str(text)) for pk, page, text in cursor.fetchall()]


def _wait(count: int, *, pause: float = 0.2) -> None:
    def ended() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM bench_jobs WHERE state = 'published'")
            return int(cursor.fetchone()[0])

    wait_until(
        lambda: ended() >= count, f"The end of {count} floor jobs", patience=_PATIENCE, pause=pause, progress=ended
    )


def _seconds() -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin)) - min(started_at)) FROM bench_jobs"
        )
        return float(cursor.fetchone()[0])


def _second_database(hub: Hub) -> str:
    return hub.broker.url.removesuffix("/0") + "/1"
