"""A hub for the look, with its sandbox: in a directory and on ports of its own, ended with us."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.servers.process import free_port

ROOT: Final = Path(__file__).resolve().parent.parent.parent
READY_WITHIN_SECONDS: Final = 180


class NoHubError(RuntimeError):
    """The hub did not start; the message says what it said."""


class Hub:
    """``manage.py start`` on an empty directory."""

    def __init__(self, directory: Path) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME", "TMPDIR") if name in os.environ}
        port, sandbox = free_port(), free_port()
        self.url, self.sandbox = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox}"
        self.database = directory / "switchboard.sqlite3"
        self.environment = {**kept, "VAR_DIR": str(directory), "PORT": str(port), "SANDBOX_PORT": str(sandbox)}
        self.email = self.password = self.key = ""
        self._directory = directory
        self._said: list[str] = []
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        shutil.rmtree(self._directory, ignore_errors=True)
        self._directory.mkdir(parents=True)
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "start"],
            cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
        threading.Thread(target=self._listen, daemon=True).start()
        ready = self._ready.wait(READY_WITHIN_SECONDS)
        words = "".join(self._said)
        told = re.search(r"Sign in\s+(\S+)\s+(\S+)\s+API key\s+(\S+)", words)
        if not ready or self._process.poll() is not None or told is None:
            self.__exit__(None, None, None)
            raise NoHubError(f"The hub did not start: {words[-2000:]}")
        self.email, self.password, self.key = told.groups()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def _listen(self) -> None:
        with (self._directory / "hub.log").open("w", encoding="utf-8") as log:
            for line in self._process.stdout or ():
                log.write(line)
                log.flush()
                self._said.append(line)
                if "Switchboard is ready" in line:
                    self._ready.set()
        self._ready.set()
