"""Run the whole suite twice: on SQLite, then on a real PostgreSQL and Redis started for it.

    python -m tests [--only sqlite|servers] [pytest's own arguments]

`make test ARGS="tests/vault -k rotate"` is the same. A suite learns where it runs from its environment:
SWITCHBOARD_TEST_SUITE is `sqlite` or `servers`, and DATABASE_URL and REDIS_URL are set in the second only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers import NoServerError, postgres, redis

ROOT = Path(__file__).resolve().parent.parent

SUITES = ("sqlite", "servers")

SELECTING = (
    "-k",
    "-m",
    "--lf",
    "--last-failed",
    "--sw",
    "--stepwise",
    "--deselect",
    "--pyargs",
    "--pdb",
    "--trace",
)
"""Options of pytest that ask for a part of the suite, or for one process one can talk to."""

MOST_WORKERS = 16
"""Beyond this, making one more database takes longer than its share of the tests."""

ONCE = {
    # They start servers of their own, whatever the suite.
    "sqlite": ("tests/test_servers.py", "tests/chaos", "tests/storms"),
    # They start a hub of their own, or what they are about knows neither database nor broker: the sandbox, the documents,
    # the languages of the platforms and their rules, who may open which address. What writes jobs, leases and rows runs on both.
    "servers": (
        "tests/journeys",
        "tests/sandbox",
        "tests/tools",
        "tests/docs",
        "tests/bench",
        "tests/api/test_client.py",
        "tests/api/test_mass_assignment.py",
        "tests/api/test_routes.py",
        "tests/api/test_schema.py",
        "tests/api/test_walkthrough.py",
        "tests/contract",
        "tests/config/test_deploy.py",
        "tests/config/test_env.py",
        "tests/config/test_front.py",
        "tests/config/test_security.py",
        "tests/connectors/test_connect_links_addresses.py",
        "tests/connectors/test_refresh_answers.py",
        "tests/foundation",
        "tests/media/test_fetching.py",
        "tests/media/test_names.py",
        "tests/media/test_probing.py",
        "tests/media/test_variants.py",
        "tests/monitoring/test_causes.py",
        "tests/monitoring/test_datadog_files.py",
        "tests/monitoring/test_storm.py",
        "tests/monitoring/test_validation.py",
        "tests/tenants/test_roles.py",
        "tests/tenants/test_row_security_checks.py",
        "tests/test_going_on.py",
        "tests/test_isolation.py",
        "tests/test_isolation_of_work.py",
        "tests/test_pages.py",
        "tests/test_source.py",
        *(f"tests/connectors/{slug}" for slug in ("google_business", "linkedin", "mailchimp", "meta", "tiktok")),
    ),
}
"""What each suite leaves to the other: running it twice would prove the same thing twice."""

NO_TESTS = 5
"""pytest's exit code for: nothing collected."""


@dataclass(frozen=True)
class Outcome:
    suite: str
    code: int
    seconds: float
    note: str = ""

    def __str__(self) -> str:
        verdict = "passed" if self.code == 0 else f"FAILED with exit code {self.code}"
        return f"{self.suite:<8} {verdict}, {self.seconds:.1f} s" + (f" ({self.note})" if self.note else "")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests", description=__doc__, add_help=False, allow_abbrev=False)
    parser.add_argument("--only", choices=SUITES)
    chosen, pytest_arguments = parser.parse_known_args(arguments)
    suites = [chosen.only] if chosen.only else list(SUITES)
    outcomes = [run(suite, pytest_arguments) for suite in suites]
    if not is_whole(pytest_arguments):
        outcomes = forgive_empty(outcomes)
    say("")
    for outcome in outcomes:
        say(str(outcome))
    return 0 if all(outcome.code == 0 for outcome in outcomes) else 1


def run(suite: str, pytest_arguments: Sequence[str]) -> Outcome:
    """Run one suite to its end; trouble with the servers fails it like a failing test does."""
    started = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    for name in ("DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"):
        environment.pop(name, None)
    environment["SWITCHBOARD_TEST_SUITE"] = suite
    try:
        # What the hub keeps in var/ must neither come from an earlier run nor outlive this one.
        with TemporaryDirectory(prefix="switchboard-var-") as var, servers(suite) as (addresses, names):
            say_heading(f"{suite}: {names}")
            code = pytest(suite, pytest_arguments, {**environment, **addresses, "VAR_DIR": var})
    except NoServerError as error:
        say_heading(f"{suite}: no servers to run on")
        say(str(error))
        return Outcome(suite, 1, time.monotonic() - started, note="no server to run on, see above")
    note = "no test was collected" if code == NO_TESTS else ""
    return Outcome(suite, code, time.monotonic() - started, note)


@contextmanager
def servers(suite: str) -> Iterator[tuple[dict[str, str], str]]:
    """Start what the suite needs; yield the variables that lead there, and the names for people."""
    if suite == "sqlite":
        yield {}, "no server needed"
        return
    started = time.monotonic()
    with postgres.running() as database, redis.running(aof=True) as broker:
        ready = time.monotonic() - started
        names = f"{database.kind} {database.version} and {broker.kind} {broker.version}, ready in {ready:.1f} s"
        yield {"DATABASE_URL": database.url, "REDIS_URL": broker.url}, names


def pytest(suite: str, arguments: Sequence[str], environment: dict[str, str]) -> int:
    """Run pytest on our own output, so that its closing line is seen as it is; return its exit code."""
    command = [sys.executable, "-m", "pytest", *workers(arguments), *arguments]
    if is_whole(arguments):
        command += [f"--ignore={path}" for path in ONCE[suite]]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        return process.wait()
    except KeyboardInterrupt:
        # Ctrl-C reached pytest too: it has workers to end and a summary to print before its servers go.
        process.wait()
        raise


def workers(arguments: Sequence[str]) -> list[str]:
    """Return the option for one worker more than processors when the whole suite is run and nobody said otherwise."""
    said = any(argument.startswith(("-n", "--numprocesses", "--dist")) for argument in arguments)
    if said or processors() < 2 or not is_whole(arguments):
        return []
    # Tests of a whole hub wait more than they work: without one more a processor idles meanwhile, and at the end it would if
    # whoever has ended his share did not take of the others'.
    return ["-n", str(min(processors() + 1, MOST_WORKERS)), "--dist", "worksteal"]


def processors() -> int:
    """Count the processors we may use: a container is often lent fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def is_whole(arguments: Sequence[str]) -> bool:
    """Say whether pytest is asked for everything: no path, no selecting option."""
    return not any(
        argument.partition("=")[0] in SELECTING
        or argument.startswith(("-k", "-m"))
        or (not argument.startswith("-") and (ROOT / argument.partition("::")[0]).exists())
        for argument in arguments
    )


def forgive_empty(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Let a suite be empty when a part was asked for and the other suite has that part."""
    if all(outcome.code == NO_TESTS for outcome in outcomes):
        return list(outcomes)
    return [
        replace(outcome, code=0, note="none of the chosen tests is here") if outcome.code == NO_TESTS else outcome
        for outcome in outcomes
    ]


def say_heading(words: str) -> None:
    say(f"\n{' ' + words + ' ':=^100}\n")


def say(words: str) -> None:
    # Flushed because pytest writes to the same place from its own process.
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
