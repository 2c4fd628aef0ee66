"""Where the programs of a server are found, and how an account that may not read them gets its own copy."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import Account, NoServerError


@dataclass(frozen=True)
class Candidate:
    """A program that might do. `tree` is what must be copied along with it, its libraries among it."""

    program: Path
    tree: Path
    parts: tuple[str, ...]
    """Paths inside the tree that are needed; the headers and tools beside them are not worth copying."""


def in_package(package: str) -> Path | None:
    """Return the folder of an installed package without importing it: importing these has side effects."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def on_path(name: str) -> Iterator[Candidate]:
    if found := shutil.which(name):
        program = Path(found).resolve()
        yield Candidate(program, program.parent, (program.name,))


def choose(
    candidates: Iterable[Candidate], *, minimum: tuple[int, ...], what: str, remedy: str
) -> tuple[Candidate, str]:
    """Return the first candidate that runs and is young enough, with its version; raise if none is."""
    refused: list[str] = []
    for candidate in candidates:
        version = version_of(candidate.program)
        if version is None:
            refused.append(f"{candidate.program} does not run on this machine")
        elif tuple(int(part) for part in version.split(".")) < minimum:
            refused.append(f"{candidate.program} is too old ({version})")
        else:
            return candidate, version
    found = "; ".join(refused) or "none found, neither in a wheel nor on the machine"
    raise NoServerError(f"No {what} for the tests: {found}.\n{remedy}")


def version_of(program: Path) -> str | None:
    """Ask a server program for its version, None when it cannot be run."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"\d+(\.\d+)+|\d+", answer.stdout)
    return version.group() if answer.returncode == 0 and version else None


def within_reach(candidate: Candidate, *, account: Account | None, directory: Path) -> Path:
    """Return the program itself, or a copy below `directory` when the account may not run it where it lies.

    A checkout below /root is closed to `nobody`, and opening its parent directories is not ours to do.
    """
    if account is None or runs_as(candidate.program, account):
        return candidate.program
    copy = directory / "programs"
    for part in candidate.parts:
        source, target = candidate.tree / part, copy / part
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
        elif source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    return copy / candidate.program.relative_to(candidate.tree)


def runs_as(program: Path, account: Account) -> bool:
    try:
        answer = subprocess.run(
            [program, "--version"],
            capture_output=True,
            cwd="/",
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            timeout=30,
            check=False,
        )
    except OSError:
        return False
    return answer.returncode == 0
