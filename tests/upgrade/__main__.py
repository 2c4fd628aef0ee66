"""``python -m tests.upgrade``: upgrade the first version's database on SQLite and on PostgreSQL, each in a process of its own."""

import argparse
import os
import subprocess
import sys
import time
from tempfile import TemporaryDirectory

from tests.servers import postgres
from tests.upgrade import states

FIRST = "0.1.0"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    parser.add_argument("--from", dest="version", default=FIRST, help=f"The version to begin with ({FIRST}).")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.here:
        return prove_here(told.version)
    code = 0
    for name in [told.only] if told.only else ["sqlite", "postgres"]:
        code = max(code, on(name, told.version))
    return code


def on(name: str, version: str) -> int:
    """Prove it on one kind of database, in a process that knows no other; return its exit code."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_URL", "REDIS_URL", "PG"))}
    with TemporaryDirectory(prefix="switchboard-upgrade-") as var:
        environment = {**kept, "VAR_DIR": var, "VAULT_MASTER_KEY": states.read(version).master_key}
        if name == "sqlite":
            return _run(version, environment)
        with postgres.running() as server:
            return _run(version, {**environment, "DATABASE_URL": server.url})


def _run(version: str, environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "tests.upgrade", "--here", "--from", version]
    return subprocess.run(command, env=environment, check=False).returncode


def prove_here(version: str) -> int:
    """Prove it on the database of this process's settings, which must be empty."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.db import connection

    from tests.upgrade import proof

    started = time.monotonic()
    say(f"\n{version} to today on {connection.vendor}")
    try:
        for words in proof.prove(states.read(version)):
            say(f"  {time.monotonic() - started:5.1f} s  {words}")
    except proof.NotSoError as error:
        say(f"  NOT SO   {error}")
        return 1
    say(f"  {time.process_time():5.1f} s  of the processor in all")
    return 0


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
