"""The embedded hub: web, worker and beat in one process, the sandbox beside it. No server needed."""

import fcntl
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from celery import Celery
from celery.beat import EmbeddedService
from django.conf import settings

from config.celery import QUEUES
from config.installed import START
from config.timer import start_timer
from connectors.connecting import redirect_uri
from connectors.registry import CONNECTORS
from connectors.types import Capability
from publishing import draining


class CannotStart(Exception):
    """The hub cannot start here; the message says why and what to do."""


def require_free_port(port: int, *, what: str, remedy: str) -> None:
    """Raise ``CannotStart`` when another program listens on a port of loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotStart(f"This user may not listen on port {port} ({what}). {remedy}") from None
        except OSError:
            raise CannotStart(f"Port {port} ({what}) is taken by another program. {remedy}") from None


class OnlyOne:
    """Hold a lock on the data directory: two hubs on one embedded database would get in each other's way."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "hub.lock"
        self._file: IO[str] | None = None

    def __enter__(self) -> "OnlyOne":
        self._file = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            pid = self._file.read().strip() or "unknown"
            raise CannotStart(
                f"Switchboard is running already on this data directory (process {pid}). "
                f"Stop it with Ctrl-C where it runs, or use another directory: VAR_DIR=… {START}"
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


class Sandbox:
    """The sandbox as a child process. It ends with us, however we end: it watches the pipe that is its standard input."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, with its world kept in the data directory."""
        command = [
            sys.executable, "-m", "sandbox",
            "--port", str(settings.SANDBOX_PORT),
            "--state", str(Path(settings.VAR_DIR) / "sandbox.sqlite3"),
            *(part for slug in _with_logins() for part in ("--redirect-uri", redirect_uri(slug))),
            "--exit-with-parent",
        ]  # fmt: skip
        # A session of its own keeps Ctrl-C in a terminal from reaching it before we end it ourselves.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=settings.BASE_DIR, start_new_session=True
        )

    def ended(self) -> bool:
        """Tell whether it has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def answers(self) -> bool:
        """Tell whether it listens by now: it starts beside the hub, and on a busy machine later than the hub."""
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", settings.SANDBOX_PORT)) == 0

    def stop(self) -> None:
        """End it and wait for it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _with_logins() -> list[str]:
    return [slug for slug, connector in CONNECTORS.items() if Capability.OAUTH in connector.capabilities]


class Engine:
    """The Celery worker, the beat scheduler and the drain timer, in threads of this process."""

    def __init__(self, app: Celery) -> None:
        self._worker: Any = app.WorkController(
            pool_cls="threads",
            concurrency=4,
            loglevel="WARNING",
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            queues=list(QUEUES),
        )
        self._beat: Any = EmbeddedService(
            app, max_interval=1, thread=True, scheduler_cls=settings.CELERY_BEAT_SCHEDULER
        )
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start all three."""
        draining.begin()
        worker = threading.Thread(target=self._worker.start, name="celery-worker", daemon=True)
        worker.start()
        self._beat.start()
        self._threads = [worker, start_timer(self._stop, queues=QUEUES)]

    def stop(self) -> None:
        """Let running tasks finish, then end all three."""
        draining.finish()
        self._stop.set()
        self._beat.stop()
        self._worker.stop(exitcode=0)
        for thread in self._threads:
            thread.join(timeout=10)
