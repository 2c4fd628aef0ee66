"""Keep one server for as long as its owner lives, then stop it and remove its directory.

A program of its own, run with nothing but the standard library: an owner killed with SIGKILL can clean up
nothing, so somebody has to outlive it. The keeper notices the end of its owner by the closed pipe or by
having a new parent (a forked child of the owner may hold the pipe open for longer).

    python keeper.py '{"owner": 47, "below": "/tmp", "prefix": "switchboard-", "uid": null, "gid": null, "last_signal": 15}'

It makes a directory, says so, and then speaks one JSON object a line:

| from the owner | to the owner |
|---|---|
| | `{"directory": "/tmp/..."}` once |
| `{"start": [argv], "environment": {}, "log": "..."}` | `{"pid": 1}` or `{"failed": "..."}` |
| | `{"exit": 0}` when the server ended |
| `{"signal": 15}` | |
| `{"end": true}` or a closed pipe | |
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import Any

LOOK_EVERY = 0.05
"""Seconds between two looks at server and owner: quick enough for a test, cheap enough for a benchmark."""

PATIENCE = 3.0
"""Seconds a server gets to obey the last signal before SIGKILL."""


class Keeper:
    def __init__(self, order: dict[str, Any]) -> None:
        self.owner: int = order["owner"]
        self.uid: int | None = order["uid"]
        self.gid: int | None = order["gid"]
        self.last_signal: int = order["last_signal"]
        self.server: subprocess.Popen[bytes] | None = None
        self.heard = b""
        self.directory = Path(tempfile.mkdtemp(prefix=order["prefix"], dir=order["below"]))

    def keep(self) -> None:
        """Serve the owner until it ends, then leave nothing behind."""
        try:
            # The directory stays ours, only its inside is given away: the server's account must pass through.
            self.directory.chmod(0o711)
            tell({"directory": str(self.directory)})
            while os.getppid() == self.owner and self.listen():
                if self.server is not None and (code := self.server.poll()) is not None:
                    self.server = None
                    tell({"exit": code})
                bury_orphans(but=self.server)
        except BrokenPipeError:
            pass  # The owner is gone, which is what finally is for.
        finally:
            self.clear_up()

    def listen(self) -> bool:
        """Obey what was said since the last look; False once the owner has no more to say."""
        if not select.select([0], [], [], LOOK_EVERY)[0]:
            return True
        said = os.read(0, 65536)
        *orders, self.heard = (self.heard + said).split(b"\n")
        return bool(said) and all(self.obey(json.loads(order)) for order in orders)

    def obey(self, order: dict[str, Any]) -> bool:
        if "start" in order:
            self.start(order["start"], order["environment"], order["log"])
        elif "signal" in order and self.server is not None:
            self.server.send_signal(order["signal"])
        return "end" not in order

    def start(self, argv: list[str], environment: dict[str, str], log: str) -> None:
        account: dict[str, Any] = {}
        if self.uid is not None:
            account = {"user": self.uid, "group": self.gid, "extra_groups": []}
        try:
            with Path(log).open("ab") as output:
                self.server = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=environment,
                    cwd=self.directory,
                    start_new_session=True,
                    **account,
                )
        except OSError as error:
            tell({"failed": str(error)})
        else:
            tell({"pid": self.server.pid})

    def clear_up(self) -> None:
        if self.server is not None:
            self.server.send_signal(self.last_signal)
            try:
                self.server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        end_what_is_left()
        give_back_shared_memory(self.directory / "data" / "postmaster.pid")
        # A killed server's children may write for another moment, and rmtree finds a directory not empty.
        until = time.monotonic() + PATIENCE
        while bury_orphans(but=None) or self.directory.exists():
            shutil.rmtree(self.directory, ignore_errors=True)
            if time.monotonic() > until:
                break
            time.sleep(LOOK_EVERY)


def adopt_orphans() -> None:
    """Become the parent of what a killed server leaves behind, where the system knows such a thing (Linux).

    In a container process 1 is often a program that buries nobody: every kill() would leave a dozen zombies.
    """
    with contextlib.suppress(OSError, AttributeError):
        set_child_subreaper = 36
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def bury_orphans(*, but: subprocess.Popen[bytes] | None) -> bool:
    """Collect ended children but the one whose exit code is still wanted; say whether any child is left."""
    with contextlib.suppress(ChildProcessError):
        while found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if but is not None and found.si_pid == but.pid:
                break
            os.waitpid(found.si_pid, os.WNOHANG)
        return True
    return False


def end_what_is_left() -> None:
    """End the children that we adopted: a server may have started something that means to outlive it, as Erlang's does."""
    with contextlib.suppress(OSError):
        for child in Path("/proc/self/task", str(os.getpid()), "children").read_text().split():
            os.kill(int(child), signal.SIGKILL)


def give_back_shared_memory(pid_file: Path) -> None:
    """Remove the System V memory (56 bytes) of a killed PostgreSQL, which line 7 of its pid file names.

    An orderly end removes the file, and a start after kill() the memory; only a server killed last leaves it.
    """
    with contextlib.suppress(OSError, IndexError, ValueError):
        memory = int(pid_file.read_text().splitlines()[6].split()[1])
        remove = 0  # IPC_RMID
        ctypes.CDLL(None).shmctl(memory, remove, None)


def tell(news: dict[str, Any]) -> None:
    os.write(1, json.dumps(news).encode() + b"\n")


def leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main() -> None:
    keeper = Keeper(json.loads(sys.argv[1]))
    adopt_orphans()
    # Ctrl-C is the owner's business; a keeper told to end does so properly.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    keeper.keep()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
