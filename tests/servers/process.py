"""The owner's end of a keeper, and what a server needs of the machine: account, port, plain environment."""

from __future__ import annotations

import json
import os
import pwd
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers import keeper

PORTS = range(20_000, 32_000)
"""Below the range that systems lend to outgoing connections, so a restart finds its port still free."""

PLAIN_ENVIRONMENT = {"LANG": "C", "LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}
"""All a server sees: it must not depend on the language, time zone or PG* variables of who runs the tests."""


class NoServerError(RuntimeError):
    """No server can be had; the message says why and what to do about it."""


@dataclass(frozen=True)
class Account:
    """Who a server runs as when the tests run as root."""

    uid: int
    gid: int


def service_account() -> Account | None:
    """Return `nobody` for root (PostgreSQL refuses to run as root), None for everybody else."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise NoServerError(
            "The tests run as root, and PostgreSQL refuses to: it would run as the user nobody, whom this "
            "machine does not have. Add that user to /etc/passwd, or run the tests as an ordinary user."
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def place_for(account: Account | None) -> Path:
    """Return where temporary directories go: the usual place, unless root's is closed to the server's account."""
    usual = Path(tempfile.gettempdir())
    places = (usual, Path("/var/tmp"), Path("/tmp"))  # noqa: S108 - only fallbacks; names below are random
    for place in places:
        path = place.resolve()
        if account is None or all(part.is_dir() and part.stat().st_mode & 0o001 for part in (path, *path.parents)):
            return place
    raise NoServerError(
        "The tests run as root and their servers as nobody, who may enter none of "
        f"{', '.join(map(str, places))}: set TMPDIR to a directory everybody may pass through (chmod o+x)."
    )


def free_port() -> int:
    """Find a loopback port nobody listens on. Another may take it before us: start() then tries the next."""
    for port in random.SystemRandom().sample(PORTS, k=200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NoServerError(f"200 ports tried between {PORTS.start} and {PORTS.stop}, all taken: close something.")


class Keeper:
    """A keeper process and its private directory; both end with close() or with us, however we end."""

    def __init__(self, *, name: str, account: Account | None, last_signal: signal.Signals) -> None:
        order = {
            "owner": os.getpid(),
            "below": str(place_for(account)),
            "prefix": f"switchboard-{name}-",
            "uid": account.uid if account else None,
            "gid": account.gid if account else None,
            "last_signal": int(last_signal),
        }
        self.account = account
        self._heard = b""
        self._exit: int | None = None
        # Its own session: Ctrl-C and a closing terminal reach the tests, who then end their servers in order.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", keeper.__file__, json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.directory = Path(self._expect("directory", timeout=30)["directory"])

    def own(self, path: Path) -> Path:
        """Hand a path below the directory to the server's account."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)
        return path

    def write(self, name: str, text: str) -> Path:
        """Write a file only the server's account can read: passwords never stand on a command line."""
        path = self.directory / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return self.own(path)

    def start(
        self, argv: Sequence[str | Path], *, log: Path, environment: Mapping[str, str] = PLAIN_ENVIRONMENT
    ) -> int:
        """Start the program and return its process id; raise when it cannot be run at all."""
        self._exit = None
        self._say({"start": [str(word) for word in argv], "environment": dict(environment), "log": str(log)})
        answer = self._expect("pid", "failed", timeout=30)
        if "failed" in answer:
            raise NoServerError(f"{argv[0]} cannot be started: {answer['failed']}")
        return int(answer["pid"])

    def signal(self, number: signal.Signals) -> None:
        self._say({"signal": int(number)})

    def wait(self, timeout: float) -> int | None:
        """Wait up to so many seconds for the program to end; its exit code, or None while it runs."""
        if self._exit is None:
            news = self._hear(timeout)
            self._exit = None if news is None else int(news["exit"])
        return self._exit

    def close(self) -> None:
        """End the program if it runs and remove the directory."""
        if self._process.poll() is None:
            self._say({"end": True})
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        # It is done within PATIENCE, but for a machine that is busy with other things.
        self._process.wait(timeout=keeper.PATIENCE + 60)

    def _say(self, order: dict[str, Any]) -> None:
        assert self._process.stdin
        try:
            os.write(self._process.stdin.fileno(), json.dumps(order).encode() + b"\n")
        except BrokenPipeError:
            raise NoServerError("The keeper of this server was killed, and the server with it.") from None

    def _expect(self, *words: str, timeout: float) -> dict[str, Any]:
        news = self._hear(timeout)
        if news is None or not news.keys() & set(words):
            raise NoServerError(f"The keeper of this server said {news} where {' or '.join(words)} was expected.")
        return news

    def _hear(self, timeout: float) -> dict[str, Any] | None:
        """Return the next line from the keeper, None when there is none in time."""
        assert self._process.stdout
        until = time.monotonic() + timeout
        while b"\n" not in self._heard:
            left = max(0.0, until - time.monotonic())
            if not select.select([self._process.stdout], [], [], left)[0]:
                return None
            heard = os.read(self._process.stdout.fileno(), 65536)
            if not heard:
                raise NoServerError("The keeper of this server ended unasked. Its last words are above, if any.")
            self._heard += heard
        line, _, self._heard = self._heard.partition(b"\n")
        news: dict[str, Any] = json.loads(line)
        return news
