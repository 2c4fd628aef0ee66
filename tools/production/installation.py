"""The hub in a directory of its own, laid out as the image has it, run by the commands of the compose file and the units."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
DEPLOY: Final = ROOT / "deploy"
WORKERS: Final = ("worker-publish", "worker-health", "worker-tokens", "worker-webhooks", "worker-analytics")
#: What compose and systemd give a process to end.
GRACE_SECONDS: Final = 90
#: Takes the socket of the unit's switchboard-web.socket over, as systemd hands it.
_ACTIVATED: Final = 'exec 3<&{fd}; LISTEN_FDS=1 LISTEN_PID=$$; export LISTEN_FDS LISTEN_PID; exec "$@"'


def _nobody() -> tuple[int, int] | None:
    if os.geteuid() != 0:
        return None
    try:
        return _nobody_who_reads()
    except OSError:
        return None


def _nobody_who_reads() -> tuple[int, int] | None:
    entry = pwd.getpwnam("nobody")
    reads = subprocess.run(
        [sys.executable, "-c", "import django"], user=entry.pw_uid, group=entry.pw_gid, extra_groups=[],
        cwd="/", env={"HOME": "/nonexistent"}, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    return (entry.pw_uid, entry.pw_gid) if reads.returncode == 0 else None


class Failed(Exception):
    """What was tried did not work; the message says what."""


class Installation:
    """One machine's worth of the hub."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.home, self.app = home, home / "app"
        self.compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
        programs = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
        self.environment = {**kept, "PATH": programs, "HOME": "/nonexistent", **environment}
        #: What the last command said besides its answer.
        self.warned = ""
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._socket: socket.socket | None = None
        #: Nobody, as in the image; our own account where that is no root, or where nobody may not read the libraries.
        self.account = _nobody()
        (home / "var").mkdir(mode=0o700)
        if self.account is not None:
            home.chmod(0o711)
            for path in (home / "var", home / "secrets", *(home / "secrets").iterdir()):
                os.chown(path, *self.account)
        for path in (home / "secrets").iterdir():
            path.chmod(0o400)  # as systemd hands them; in a container nobody else is there

    def lay_out(self) -> None:
        """Copy what the image copies, and do what it does while it is built."""
        lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
        for line in lines:
            if line.startswith("COPY ") and "--from" not in line and "requirements" not in line:
                *sources, target = line.split()[1:]
                for source in sources:
                    to = self.app / (Path(source).name if target == "./" else target)
                    to.parent.mkdir(parents=True, exist_ok=True)
                    if (ROOT / source).is_dir():
                        shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("__pycache__"))
                    else:
                        shutil.copy2(ROOT / source, to)
        (build,) = (line.removeprefix("RUN ") for line in lines if "collectstatic" in line)
        self.run("sh", "-c", build, only=("PATH", "HOME", "SWITCHBOARD_MODE", "STATIC_ROOT", "VAR_DIR"))

    def command_of(self, service: str) -> list[str]:
        """Return the command of a service in the compose file."""
        return [str(part) for part in self.compose["services"][service]["command"]]

    def run(self, *command: str, only: tuple[str, ...] = (), more: Mapping[str, str] | None = None) -> str:
        """Run a command to its end and return what it said; raises ``Failed``."""
        environment = {name: self.environment[name] for name in only} if only else {**self.environment, **(more or {})}
        done = subprocess.run(
            command, cwd=self.app, env=environment, capture_output=True, text=True, timeout=900, check=False,
            **({} if only else self._as_nobody()),
        )  # fmt: skip
        if done.returncode:
            raise Failed(
                f"{shlex.join(command)[:200]} ended with {done.returncode}: {done.stdout}{done.stderr}"[-3000:]
            )
        self.warned = done.stderr
        answer: str = done.stdout
        return answer

    def manage(self, *words: str) -> str:
        """Run a command of the hub's."""
        return self.run("python", "manage.py", *words)

    def hold_port(self, port: int) -> None:
        """Listen where web will, as switchboard-web.socket does: who comes while no web process is there waits."""
        self._socket = socket.create_server(("127.0.0.1", port), backlog=2048)

    def start(self, name: str, service: str = "", *, command: list[str] | None = None) -> None:
        """Start a service of the compose file, or another command; web takes the held port over, where there is one."""
        service = service or name
        command = command or self.command_of(service)
        handed = (self._socket.fileno(),) if service == "web" and self._socket is not None else ()
        with (self.home / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                ["sh", "-c", _ACTIVATED.format(fd=handed[0]), "web", *command] if handed else command, cwd=self.app, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                pass_fds=handed,
                **self._as_nobody(),
            )  # fmt: skip

    def _as_nobody(self) -> dict[str, Any]:
        return {} if self.account is None else {"user": self.account[0], "group": self.account[1], "extra_groups": []}

    def stop(self, *names: str) -> dict[str, tuple[int, float]]:
        """Ask services to end, all at once; return the exit code of each and how long it took. Waits as compose does."""
        began = time.monotonic()
        for name in names:
            self.running[name].send_signal(signal.SIGTERM)
        ended = {}
        for name in names:
            program = self.running.pop(name)
            try:
                code = program.wait(timeout=max(1.0, GRACE_SECONDS - (time.monotonic() - began)))
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
                raise Failed(f"{name} did not end within the {GRACE_SECONDS} seconds that compose gives it.") from None
            ended[name] = (code, round(time.monotonic() - began, 1))
        return ended

    def kill(self, *names: str) -> None:
        """End services without a word, and what they started."""
        for name in names:
            program = self.running.pop(name)
            if program.poll() is None:
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()

    def end_all(self) -> None:
        """End what still runs, whatever happened."""
        self.kill(*self.running)
        if self._socket is not None:
            self._socket.close()
            self._socket = None
