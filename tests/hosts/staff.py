"""The processes, each on its host. Every one is signalled by its own process id, and none survives us."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.chaos.crew import BEAT, QUEUES, ROOT, WEB, WORKER

_PATIENCE: Final = 90.0
WEB_PORT: Final = 8000


@dataclass(frozen=True)
class Post:
    """What is to run on a host, and how many seconds its clock is off."""

    kind: str
    host: str
    namespace: int
    clock: float = 0.0


class Staff:
    """One process on each of some hosts."""

    def __init__(self, environment: Mapping[str, str], *, logs: Path) -> None:
        #: Ended without a signal of ours: what a supervisor would have had to restart.
        self.fell: Counter[str] = Counter()
        self._environment = dict(environment)
        self._logs = logs
        self._pids: dict[str, int] = {}
        self._posts: dict[str, Post] = {}
        self._born: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with (self._logs / "nursery.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.nursery"],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        threading.Thread(target=self._hear, name="staff", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()  # its children are set to die with it
            process.wait()

    def hire(self, post: Post) -> None:
        """Start what is to run on a host."""
        arguments = {
            WORKER: ["worker", "-P", "threads", "-Q", QUEUES, "-n", f"{post.host}@hosts", "--without-gossip",
                     "--without-mingle", "--loglevel", "INFO"],
            BEAT: ["beat", "--pidfile=", "--loglevel", "INFO"],
            WEB: ["127.0.0.1", str(WEB_PORT)],
        }[post.kind]  # fmt: skip
        self._posts[post.host] = post
        self._say(
            {
                "start": post.kind,
                "arguments": arguments,
                "log": str(self._logs / f"{post.host}.log"),
                "namespace": post.namespace,
                "clock": post.clock,
            }
        )
        try:
            pid = self._born.get(timeout=_PATIENCE)
        except queue.Empty:
            log = (self._logs / "nursery.log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"The nursery brought up nothing on {post.host}. Its log:\n{log[-3000:]}") from None
        with self._lock:
            self._pids[post.host] = pid

    def fill(self) -> None:
        """Start again what has ended."""
        with self._lock:
            gone = [post for host, post in self._posts.items() if host not in self._pids]
        for post in gone:
            self.hire(post)

    def host_of(self, pid: int) -> str:
        """Return the host that a process is on; empty when it is gone."""
        with self._lock:
            return next((host for host, known in self._pids.items() if known == pid), "")

    def signal(self, host: str, number: signal.Signals) -> None:
        """Send a signal to what runs on a host."""
        with self._lock:
            # Only while the nursery has not buried it: after that the number may be somebody else's.
            if host in self._pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._pids[host], number)

    def _say(self, order: dict[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        os.write(self._process.stdin.fileno(), json.dumps(order).encode() + b"\n")

    def _hear(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            news = json.loads(line)
            if "pid" in news:
                self._born.put(news["pid"])
            elif "ended" in news:
                self._bury(news)

    def _bury(self, news: dict[str, int]) -> None:
        with self._lock:
            host = next((host for host, pid in self._pids.items() if pid == news["ended"]), "")
            self._pids.pop(host, None)
        if host and news["signal"] != signal.SIGKILL:
            self.fell[host] += 1
