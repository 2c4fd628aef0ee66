"""Run every check side by side and tell one verdict a line; the words of a check are shown only where it failed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]
    remedy: str


@dataclass(frozen=True)
class Verdict:
    check: Check
    code: int
    output: str
    seconds: float


PYTHON = sys.executable

# With the settings of the tests, which need no key or address of this machine; all else in them is the hub's own.
SETTINGS = "--settings=tests.settings"

CHECKS = (
    # The slowest first: it decides how long the whole takes.
    Check("types", (PYTHON, "-m", "mypy", "."), "Mend the types mypy names."),
    Check("lint", (PYTHON, "-m", "ruff", "check", "."), "`make fix` mends most of it."),
    Check("format", (PYTHON, "-m", "ruff", "format", "--check", "."), "`make fix` formats it."),
    Check("imports", (str(BIN / "lint-imports"),), "A room imports only the rooms below; see [tool.importlinter]."),
    Check(
        "migrations",
        (PYTHON, "manage.py", "makemigrations", "--check", "--dry-run", SETTINGS),
        "Models changed: write the migration with `.venv/bin/python manage.py makemigrations`.",
    ),
    Check(
        "upgrades",
        (PYTHON, "tools/check_migrations.py"),
        "While a release is rolled out, old code runs on the new tables: see docs/self-hosting.md, Migrations.",
    ),
    Check(
        "system",
        (PYTHON, "manage.py", "check", "--fail-level", "WARNING", SETTINGS),
        "Each line above names its remedy.",
    ),
    Check(
        "site",
        (PYTHON, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", "build/site"),
        "A page or a heading that a link names is not there.",
    ),
    Check("tree", (PYTHON, "tools/check_tree.py"), "Each line above names its remedy."),
    Check(
        "packages",
        (PYTHON, "tools/audit.py"),
        "Write both locks with `make lock`; a licence is agreed to in tools/audit.py. `make audit` asks for known weaknesses.",
    ),
)


def main() -> int:
    started = time.monotonic()
    with TemporaryDirectory(prefix="switchboard-var-") as var, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        environment = {**os.environ, "VAR_DIR": var, "NO_MKDOCS_2_WARNING": "1"}
        verdicts = []
        for verdict in pool.map(lambda check: run(check, environment), CHECKS):
            verdicts.append(verdict)
            tell(verdict)
    failed = [verdict.check.name for verdict in verdicts if verdict.code != 0]
    summary = f"{len(failed)} of {len(verdicts)} checks failed: {', '.join(failed)}" if failed else "All checks passed"
    sys.stdout.write(f"{summary}, {time.monotonic() - started:.1f} s\n")
    return 1 if failed else 0


def run(check: Check, environment: dict[str, str]) -> Verdict:
    started = time.monotonic()
    try:
        done = subprocess.run(
            check.command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        return Verdict(check, 127, f"{error}\n", time.monotonic() - started)
    return Verdict(check, done.returncode, done.stdout, time.monotonic() - started)


def tell(verdict: Verdict) -> None:
    word = "ok    " if verdict.code == 0 else "FAILED"
    sys.stdout.write(f"{word} {verdict.check.name:<10} {verdict.seconds:5.1f} s\n")
    if verdict.code != 0:
        sys.stdout.write("".join(f"    {line}\n" for line in verdict.output.rstrip().splitlines()))
        sys.stdout.write(f"    -> {verdict.check.remedy}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
