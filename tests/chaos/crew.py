"""The crew: workers, beats and a web server as the parent sees them. Every one is signalled by its own process id, and none survives us."""

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

ROOT: Final = Path(__file__).resolve().parents[2]
QUEUES: Final = "publish,health,tokens,webhooks,analytics"
WORKER: Final = "worker"
BEAT: Final = "beat"
WEB: Final = "web"
_PATIENCE: Final = 90.0


@dataclass(frozen=True)
class Member:
    """One process of the crew."""

    pid: int
    kind: str
    name: str


class Crew:
    """So many workers, beats and web servers, filled up again after losses."""

    def __init__(
        self, environment: Mapping[str, str], *, logs: Path, strength: Mapping[str, int], web_port: int
    ) -> None:
        self.strength = dict(strength)
        self.hired: Counter[str] = Counter()
        #: Ended without a signal of ours, by kind: what a supervisor would have had to restart.
        self.fell: Counter[str] = Counter()
        self._environment = dict(environment)
        self._logs = logs
        self._web_port = web_port
        self._members: dict[int, Member] = {}
        self._frozen: set[int] = set()
        self._lock = threading.Lock()
        self._expected: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._arrived = threading.Semaphore(0)
        self._gone = False
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
                # A session of its own: Ctrl-C reaches the parent alone, who ends the crew in order.
                start_new_session=True,
            )
        threading.Thread(target=self._hear, name="crew", daemon=True).start()
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

    def fill(self) -> None:
        """Hire until there are as many as there should be."""
        for kind, wanted in self.strength.items():
            for _ in range(wanted - len(self.members(kind))):
                self._hire(kind)

    def members(self, kind: str, *, awake: bool = False) -> list[Member]:
        """Return the living, the longest serving first; ``awake`` leaves out those that are stopped."""
        with self._lock:
            found = [member for member in self._members.values() if member.kind == kind]
            return [member for member in found if not (awake and member.pid in self._frozen)]

    def kill(self, member: Member) -> None:
        """End one with SIGKILL."""
        self._signal(member.pid, signal.SIGKILL)

    def freeze(self, pid: int) -> None:
        """Stop one in the middle of whatever it does."""
        with self._lock:
            self._frozen.add(pid)
        self._signal(pid, signal.SIGSTOP)

    def thaw(self, pid: int) -> None:
        """Let one go on."""
        with self._lock:
            self._frozen.discard(pid)
        self._signal(pid, signal.SIGCONT)

    def _signal(self, pid: int, number: signal.Signals) -> None:
        with self._lock:
            # Only while the nursery has not buried it: after that the number may be somebody else's.
            if pid in self._members:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    def _hire(self, kind: str) -> None:
        self.hired[kind] += 1
        name = f"{kind}-{self.hired[kind]}"
        arguments = {
            WORKER: ["worker", "-P", "threads", "-Q", QUEUES, "-n", f"{name}@chaos", "--without-gossip",
                     "--without-mingle", "--loglevel", "INFO"],
            BEAT: ["beat", "--pidfile=", "--loglevel", "INFO"],
            WEB: ["127.0.0.1", str(self._web_port)],
        }[kind]  # fmt: skip
        self._expected.put((kind, name))
        with contextlib.suppress(BrokenPipeError):
            self._say({"start": kind, "arguments": arguments, "log": str(self._logs / f"{name}.log")})
        if not self._arrived.acquire(timeout=_PATIENCE) or self._gone:
            log = (self._logs / "nursery.log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"The nursery brought up no {kind}. Its log:\n{log[-3000:]}")

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
                with self._lock:
                    self._members[news["pid"]] = Member(news["pid"], *self._expected.get())
                self._arrived.release()
            elif "ended" in news:
                self._bury(news)
        self._gone = True
        self._arrived.release()  # Whoever waits for a birth learns that there will be none.

    def _bury(self, news: dict[str, int]) -> None:
        with self._lock:
            self._frozen.discard(news["ended"])
            member = self._members.pop(news["ended"], None)
        if member is not None and news["signal"] != signal.SIGKILL:
            self.fell[member.kind] += 1
