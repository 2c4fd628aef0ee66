"""Programs the bench starts, waits for and ends by their id; what they say goes to a file."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final, Self, cast

ROOT: Final = Path(__file__).resolve().parent.parent
BUILD: Final = ROOT / "build"
PATIENCE: Final = 60.0
_PR_SET_PDEATHSIG: Final = 1
#: What a program of ours sees of our environment; the rest is told to it by name.
_KEPT: Final = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


def _end_with_the_bench() -> None:
    """Let Linux end a program when the bench dies, even by SIGKILL; runs in the child before its program."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class NotMeasurable(RuntimeError):
    """A measurement cannot be made here; the message says why. It is told in the results, never hidden."""


class Program:
    """One program, from its start to its end. As a context manager it never outlives its block."""

    def __init__(self, name: str, command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.log = BUILD / "bench" / f"{name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
        with self.log.open("wb") as log:
            # A session of its own: Ctrl-C in a terminal reaches the bench alone, which then ends its programs in order.
            self._process = subprocess.Popen(
                list(command),
                cwd=ROOT,
                env={**kept, "PYTHONUNBUFFERED": "1", **(environment or {})},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_the_bench,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def said(self) -> str:
        """Return all it said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def tell(self, line: str) -> None:
        """Write a line to its standard input."""
        os.write(cast("IO[bytes]", self._process.stdin).fileno(), line.encode() + b"\n")

    def wait_for_words(self, words: str, *, patience: float = PATIENCE) -> None:
        """Wait until it said something."""
        self.wait_until(lambda: words in self.said(), f"said {words!r}", patience=patience)

    def wait_until(self, ready: Callable[[], Any], what: str, *, patience: float = PATIENCE) -> None:
        """Wait for a sign; raise ``NotMeasurable`` with the program's last words when it ends or takes too long."""
        deadline = time.monotonic() + patience
        while not ready():
            if self._process.poll() is not None:
                raise NotMeasurable(f"{self.name} ended with {self._process.returncode}: {self._last_words()}")
            if time.monotonic() > deadline:
                raise NotMeasurable(f"{self.name} has not {what} within {patience:.0f} s: {self._last_words()}")
            time.sleep(0.02)

    def wait(self, *, patience: float = PATIENCE) -> int:
        """Wait for its end by itself and return its exit code."""
        try:
            return self._process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            raise NotMeasurable(f"{self.name} has not ended within {patience:.0f} s: {self._last_words()}") from None

    def stop(self) -> None:
        """Ask it to end, and end it after ten seconds; both by its id. Its children go with it."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)  # its own session holds it and its children, and nobody else
                self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _last_words(self) -> str:
        said = [line for line in self.said().splitlines() if line.strip()]
        return f"{said[-1] if said else 'it said nothing'} (all of it: {self.log.relative_to(ROOT)})"


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module with our interpreter."""
    return [sys.executable, "-m", module, *arguments]


def wait_until(
    ready: Callable[[], bool], what: str, *, patience: float, pause: float = 0.2, progress: Callable[[], Any] = int
) -> None:
    """Wait until something is so; raise ``NotMeasurable`` when ``progress`` stood still for so many seconds."""
    seen, deadline = progress(), time.monotonic() + patience
    while not ready():
        if (now := progress()) != seen:
            seen, deadline = now, time.monotonic() + patience
        if time.monotonic() > deadline:
            raise NotMeasurable(f"{what} did not come about: nothing moved for {patience:.0f} s (it stands at {seen})")
        time.sleep(pause)
