"""What the two kinds of server have in common: start until it answers, stop, restart, kill."""

from __future__ import annotations

import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from tests.servers.process import PLAIN_ENVIRONMENT, Keeper, NoServerError, free_port

START_WITHIN = 60.0
"""Seconds until a server must answer, recovery after a kill included; a busy machine is slow at times."""

STOP_WITHIN = 30.0


class Server(ABC):
    """One server: ours, with a keeper, or one given by TEST_DATABASE_URL or TEST_REDIS_URL, only a URL."""

    kind: str
    stop_signal: signal.Signals
    """Asks for an orderly stop that waits for no client."""

    def __init__(self, *, keeper: Keeper | None, given_url: str = "", version: str = "") -> None:
        self.keeper = keeper
        self.version = version
        self.port = 0 if keeper is None else free_port()
        self.pid: int | None = None
        self.start_seconds = 0.0
        self._given_url = given_url
        self._told_url = False

    @property
    def url(self) -> str:
        if self.keeper is None:
            return self._given_url
        self._told_url = True
        return self._url()

    @property
    def directory(self) -> Path:
        """The private directory with the data and the log."""
        return self._ours().directory

    def start(self) -> None:
        """Start the server and return once it answers. Sets `pid` and `start_seconds`."""
        keeper, log = self._ours(), self.directory / "log"
        if self.pid is not None:
            raise RuntimeError(f"{self.kind} runs already, as process {self.pid}")
        started = time.monotonic()
        seen = self._launch()
        while not self._answers():
            late = time.monotonic() - started > START_WITHIN
            if keeper.wait(0.02) is None and not late:
                continue
            ended, self.pid = self._log_from(seen), None
            if late:
                keeper.signal(signal.SIGKILL)
                keeper.wait(5)
                raise NoServerError(f"{self.kind} did not answer in {START_WITHIN:.0f} s. Its log, {log}:\n{ended}")
            if not self._passing_trouble(ended):
                raise NoServerError(f"{self.kind} ended while starting. Its log, {log}:\n{ended}")
            time.sleep(0.1)
            seen = self._launch()
        self.start_seconds = time.monotonic() - started

    def stop(self) -> None:
        """Stop in order, as an operator would."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """Stop at once with SIGKILL: nothing saved, no connection closed. restart() brings it back."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop in order if it runs, then start again under the same URL."""
        if self.pid is not None:
            self.stop()
        self.start()

    def close(self) -> None:
        """Stop for good and remove the data."""
        if self.keeper is None:
            return
        try:
            if self.pid is not None:
                self.stop()
        finally:
            self.keeper.close()

    def log(self) -> str:
        """Return the last lines the server wrote."""
        return self._log_from(0)

    @abstractmethod
    def _url(self) -> str: ...

    @abstractmethod
    def _command(self) -> list[str | Path]: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    def _passing_trouble(self, log: str) -> bool:
        """Say whether a start that failed with these words deserves another try, within START_WITHIN."""
        if "ddress already in use" not in log:
            return False
        if not self._told_url:  # Nobody relies on the port yet.
            self.port = free_port()
        return True

    def _launch(self) -> int:
        """Start the process; return how long the log was before."""
        log = self.directory / "log"
        seen = log.stat().st_size if log.exists() else 0
        self.pid = self._ours().start(self._command(), log=log, environment=self._environment())
        return seen

    def _environment(self) -> Mapping[str, str]:
        return PLAIN_ENVIRONMENT

    def _end(self, number: signal.Signals) -> None:
        keeper = self._ours()
        if self.pid is None:
            raise RuntimeError(f"{self.kind} does not run")
        keeper.signal(number)
        if keeper.wait(STOP_WITHIN) is None:
            raise RuntimeError(f"{self.kind} (process {self.pid}) still runs {STOP_WITHIN:.0f} s after {number.name}")
        self.pid = None

    def _ours(self) -> Keeper:
        if self.keeper is None:
            raise RuntimeError(f"This {self.kind} was given by its URL and is not ours to stop: ask with own=True.")
        return self.keeper

    def _log_from(self, position: int) -> str:
        path = self.directory / "log"
        with path.open("rb") as log:
            log.seek(position)
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-30:])
