"""Make .venv and fill it with exactly what a lock names, or find in milliseconds that this is done already.

    sh tools/python.sh tools/bootstrap.py run|dev [--is-ready]

`run` is requirements.lock, `dev` is requirements-dev.lock, which contains the former: a .venv for dev serves run too.
What was done is stamped into .venv; an interrupted installation leaves a mark there, and the next run starts afresh.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "switchboard.json"
UNFINISHED = VENV / "switchboard-unfinished"
GUARD = ROOT / "var" / "bootstrap.lock"
LOG = ROOT / "var" / "log" / "pip.log"

LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}

ANOTHER_PYTHON = "Another Python may help: make ... PYTHON=python3.13"

REMEDIES = {
    "DO NOT MATCH THE HASHES": """A package differs from the one that was locked. Do not work around it: somebody
changed the package or stands in between. If the lock itself is at fault, `make lock` writes a new one.""",
    "No space left on device": "The disk is full: free some space and try again.",
    "CERTIFICATE_VERIFY_FAILED": """The package index cannot be trusted as it is reached from here. Behind a company
proxy, point PIP_CERT to its certificate.""",
    "connection broken by": """No network: the package index cannot be reached. Check the connection and HTTPS_PROXY,
or let pip use a mirror you have (see `pip config list`).""",
    "metadata-generation-failed": f"A package has no wheel for this Python and cannot be built. {ANOTHER_PYTHON}",
    "Failed to build": f"A package has no wheel for this Python and could not be built. {ANOTHER_PYTHON}",
    "No matching distribution found": f"""The package index pip uses here lacks a locked package, for this Python and
system at least. An own mirror may be behind. {ANOTHER_PYTHON}""",
}
"""What pip says, in the order of what tells most, and what to do about it."""


def main(arguments: list[str]) -> int:
    kind, *options = arguments
    # PYTHON= chose the one that runs this, and .venv is to have it too: that cannot be told by looking.
    chosen = bool(os.environ.get("PYTHON"))
    if "--is-ready" in options:
        return 0 if is_ready(kind) and not chosen else 1
    with guarded():
        # Whoever held the guard may have done the work meanwhile.
        afresh = must_start_afresh() or (chosen and is_other_python())
        return 0 if is_ready(kind) and not afresh else prepare(kind, afresh=afresh)


def is_ready(kind: str) -> bool:
    """Say whether .venv holds what the lock of this kind names: its own lock, or the larger one."""
    stamp = read_stamp()
    return (
        stamp.get("where") == str(VENV)
        and not UNFINISHED.exists()
        and PYTHON.exists()
        and any(stamp.get("kind") == done and stamp.get("lock") == fingerprint(done) for done in (kind, "dev"))
        and set(stamp.get("packages", [])) <= set(packages())
    )


def must_start_afresh() -> bool:
    """Say whether .venv is absent or not worth mending: half-made, moved, or its Python gone or too old."""
    if UNFINISHED.exists() or not PYTHON.exists() or read_stamp().get("where", str(VENV)) != str(VENV):
        return True
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-I", "-c", probe], capture_output=True, check=False).returncode != 0


def is_other_python() -> bool:
    """Say whether .venv was made with another version than the Python running this."""
    ask = "import sys; print(sys.version)"
    answer = subprocess.run([PYTHON, "-I", "-c", ask], capture_output=True, text=True, check=False)
    return answer.stdout.strip() != sys.version.strip()


def prepare(kind: str, *, afresh: bool) -> int:
    """Make .venv if needed, install the lock, stamp it; return the exit code."""
    started = time.monotonic()
    version = ".".join(str(part) for part in sys.version_info[:3])
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text("")
    if afresh:
        say(f"Preparing .venv with Python {version} (about a minute) ...")
        shutil.rmtree(VENV, ignore_errors=True)
        if VENV.is_symlink() or VENV.is_file():
            VENV.unlink()
        if logged([sys.executable, "-m", "venv", str(VENV)]) != 0:
            # ensurepip is there, or python.sh had gone past this Python: it is something about the machine.
            return fail("A virtual environment could not be made. Is the directory writable, is the disk full?")
    else:
        say(f"Bringing .venv up to date with {LOCKS[kind].name} ...")
    STAMP.unlink(missing_ok=True)
    UNFINISHED.touch()
    # Not compiled beforehand: that took a third of the time (20 of 76 s), for modules of which few are ever imported.
    options = ["--disable-pip-version-check", "--no-input", "--no-compile", "--require-hashes"]
    command = [str(PYTHON), "-I", "-m", "pip", "install", *options, "-r", str(LOCKS[kind])]
    code = logged(command, steps=len(names(LOCKS[kind])))
    if code < 0:
        return fail("The installation was interrupted; the next run starts afresh.")
    # pip came to an end by itself, and it takes back what it could not finish.
    UNFINISHED.unlink()
    if code != 0:
        return fail(remedy(LOG.read_text(errors="replace")))
    stamp = {"kind": kind, "lock": fingerprint(kind), "where": str(VENV), "packages": packages()}
    STAMP.write_text(json.dumps(stamp))
    say(f".venv is ready after {time.monotonic() - started:.0f} s.")
    return 0


def logged(command: list[str], *, steps: int = 0) -> int:
    """Run a command with its output in the log, counting the packages aloud for who watches a terminal."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # An installation meant for a virtual environment must not be led elsewhere by the user's settings.
    environment |= {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_PROGRESS_BAR": "off"}
    watched = steps and sys.stdout.isatty()
    collected = 0
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    with LOG.open("a") as log, process:
        for line in process.stdout or ():
            log.write(line)
            collected += line.startswith("Collecting ")
            if watched:
                sys.stdout.write(f"\r  {collected} of {steps} packages, then unpacking")
                sys.stdout.flush()
    if watched:
        sys.stdout.write("\r\033[K")
    return process.returncode


def names(lock: Path) -> list[str]:
    return [line for line in lock.read_text().splitlines() if "==" in line]


def remedy(log: str) -> str:
    for sign, words in REMEDIES.items():
        if sign in log:
            return words
    return "pip failed for a reason not foreseen here."


def fail(words: str) -> int:
    tail = "\n".join(LOG.read_text(errors="replace").splitlines()[-12:])
    sys.stderr.write(f"{tail}\n\n{words}\nThe whole story is in {LOG.relative_to(ROOT)}.\n")
    return 1


def packages() -> list[str]:
    """Return what is installed, by the folders that tell name and version."""
    return sorted(path.name for path in VENV.glob("lib/python3*/site-packages/*.dist-info"))


def read_stamp() -> dict[str, Any]:
    try:
        stamp: dict[str, Any] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp


def fingerprint(kind: str) -> str:
    return hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()


@contextmanager
def guarded() -> Iterator[None]:
    """Let one process at a time work on .venv. The system lifts the guard of a process that died."""
    GUARD.parent.mkdir(parents=True, exist_ok=True)
    with GUARD.open("w") as guard:
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another make is preparing .venv; waiting for it ...")
            fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
