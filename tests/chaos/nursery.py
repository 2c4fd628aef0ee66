"""Fork workers, beats and web servers from a process in which everything is imported, so that a new one costs milliseconds.

A program of its own. It opens no connection and starts no thread, so a fork is as good as a fresh start; it speaks one
JSON object a line and ends its children when its owner ends, however that ends.

| from the owner | to the owner |
|---|---|
| | `{"ready": true}` once |
| `{"start": "worker", "arguments": ["worker", "-P", "threads"], "log": "..."}` | `{"pid": 4711}` |
| the same with `"namespace": 4710` (be on the host of that process), `"clock": -20` (seconds off) | `{"pid": 4712}` |
| | `{"ended": 4711, "signal": 9, "code": 0}` when a child ended |
| `{"end": true}` or a closed pipe | |
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NoReturn

from tests.hosts import namespaces

LOOK_EVERY: Final = 0.02


class Nursery:
    """The children, from fork to burial."""

    def __init__(self) -> None:
        self.children: set[int] = set()
        self._heard = b""

    def serve(self) -> None:
        """Serve the owner until it ends."""
        tell({"ready": True})
        try:
            while self._listen():
                self._bury()
        except BrokenPipeError:
            pass  # The owner is gone; what remains is to end the children.
        finally:
            self._end_all()

    def _listen(self) -> bool:
        if not select.select([0], [], [], LOOK_EVERY)[0]:
            return True
        said = os.read(0, 65_536)
        *orders, self._heard = (self._heard + said).split(b"\n")
        return bool(said) and all(self._obey(json.loads(order)) for order in orders)

    def _obey(self, order: dict[str, Any]) -> bool:
        if "start" in order:
            pid = os.fork()
            if pid == 0:
                be(
                    order["start"],
                    order["arguments"],
                    Path(order["log"]),
                    order.get("namespace"),
                    order.get("clock", 0),
                )
            self.children.add(pid)
            tell({"pid": pid})
        return "end" not in order

    def _bury(self) -> None:
        while self.children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            self.children.discard(pid)
            by_signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            tell({"ended": pid, "signal": by_signal, "code": os.WEXITSTATUS(status) if not by_signal else 0})

    def _end_all(self) -> None:
        for pid in self.children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in self.children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def be(kind: str, arguments: list[str], log: Path, namespace: int | None = None, clock: float = 0) -> NoReturn:
    """Become a worker, a beat or a web server; never returns to the nursery's own work."""
    code = 1
    try:
        die_with_parent()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        with Path(os.devnull).open("rb") as nothing, log.open("ab") as output:
            os.dup2(nothing.fileno(), 0)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        if namespace is not None:
            namespaces.enter(namespace)
        if clock:
            have_another_clock(clock)
        if kind == "worker":
            from tests.chaos.worker import work

            work(arguments)
        elif kind == "web":
            serve(*arguments)
        else:
            from celery.bin.celery import celery

            celery.main(args=["-A", "config", *arguments], standalone_mode=False)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def have_another_clock(seconds: float) -> None:
    """Let this process's clock be so many seconds off; the monotonic one goes on as it does."""
    import time_machine

    time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True).start()


def serve(host: str, port: str) -> None:
    """Be a web server, until killed: platforms fetch pictures from it."""
    from waitress.server import create_server

    from config.wsgi import application

    create_server(application, host=host, port=int(port), threads=4).run()


def die_with_parent() -> None:
    """Ask the system for SIGKILL when the nursery dies, where the system knows such a thing (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)


def tell(news: dict[str, Any]) -> None:
    os.write(1, json.dumps(news).encode() + b"\n")


def warm_up() -> None:
    """Import all that a worker or a beat imports, and connect to nothing."""
    import django
    import kombu.transport.pyamqp
    import kombu.transport.redis  # noqa: F401

    django.setup()
    import config.urls
    import config.wsgi  # noqa: F401
    import tests.chaos.worker  # noqa: F401
    from config.celery import app

    app.loader.import_default_modules()


def main() -> None:
    # Ctrl-C is the owner's business, who then ends us in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    warm_up()
    Nursery().serve()


if __name__ == "__main__":
    main()
