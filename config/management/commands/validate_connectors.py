"""``manage.py validate_connectors``: six checks of each connector, against the sandbox or the real platforms."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.installed import results_directory
from config.version import VERSION
from connectors.registry import CONNECTORS
from connectors.services import add_missing_platforms
from monitoring import validation
from monitoring.validation import CHECKS, Checked, World
from monitoring.validation_worlds import BadCredentials, LiveWorld, SandboxWorld

RESULTS: Final = "connector_test_results.json"
BAR: Final = 24
FAILED_INSIDE: Final = 3
#: What would lead the private hub of a validation to real platforms, databases or keys.
_NOT_HANDED_ON: Final = ("SWITCHBOARD_", "DATABASE_", "REDIS_", "SANDBOX", "VAULT_", "SECRET_KEY", "PUBLIC_URL", "PORT")


class Command(BaseCommand):
    """Validate connectors, show how far it is, and write down what was seen."""

    help = (
        "Check each connector six times over: connect, make, health, accounts, queue, errors. Against a sandbox and a database "
        "of its own, started for it and removed; with --live against the real platforms, where nothing is published. "
        "Exit code 0 only if all passes, 1 if a check fails, 2 if it could not begin."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what to validate, and where the results go."""
        parser.add_argument(
            "--platform", action="append", choices=sorted(CONNECTORS), help="One of them; may be repeated."
        )
        parser.add_argument("--live", action="store_true", help="The real platforms, by --credentials.")
        parser.add_argument(
            "--credentials",
            type=Path,
            metavar="FILE",
            help='JSON: {"meta": {"access_token": "…"}, "mailchimp": {"api_key": "…"}}. Keep it readable by you alone.',
        )
        parser.add_argument("--json", action="store_true", help="Print the results, and nothing else.")
        parser.add_argument(
            "--output",
            type=Path,
            default=results_directory() / RESULTS,
            metavar="FILE",
            help=f"Where the results are written (logs/{RESULTS}).",
        )
        parser.add_argument("--inside", metavar="ADDRESS", help="Internal: run in the private hub with this sandbox.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find the world to validate against, run, write, and set the exit code."""
        if options["credentials"] and not options["live"]:
            raise CommandError("--credentials is for --live.", returncode=2)
        if options["live"]:
            passed = self._live(options)
        elif options["inside"]:
            call_command("migrate", verbosity=0, interactive=False)
            passed = self._run(SandboxWorld(options["inside"]), options["platform"] or list(CONNECTORS), options)
        else:
            passed = self._in_private_hub(options)
        if not passed:
            # Whoever broke off inside ends with 1 too, and must not be taken for a check that failed.
            raise SystemExit(FAILED_INSIDE if options["inside"] else 1)

    def _live(self, options: dict[str, Any]) -> bool:
        if settings.SANDBOX or settings.PLATFORM_GATEWAY_URL:
            raise CommandError(
                "This hub speaks with a sandbox (SANDBOX=1 or PLATFORM_GATEWAY_URL). Set SANDBOX=0 to reach the real platforms.",
                returncode=2,
            )
        if not options["credentials"]:
            raise CommandError("--live needs --credentials FILE; --help shows what it holds.", returncode=2)
        try:
            world = LiveWorld.from_file(options["credentials"])
        except BadCredentials as error:
            raise CommandError(str(error), returncode=2) from None
        wanted = options["platform"] or [slug for slug in CONNECTORS if slug in world.platforms]
        if not wanted:
            raise CommandError("The file of credentials names no platform that there is.", returncode=2)
        return self._run(world, wanted, options)

    def _run(self, world: World, platforms: list[str], options: dict[str, Any]) -> bool:
        add_missing_platforms()
        validation.remove_leftovers()
        started, told = datetime.now(UTC), list[Checked]()
        for slug in platforms:
            for one in validation.validate(slug, world):
                told.append(one)
                self._show(one, len(told), len(platforms) * len(CHECKS), options)
        results = _results(told, started=started, live=options["live"])
        options["output"].parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(results, indent=2, ensure_ascii=False)
        options["output"].write_text(f"{text}\n", encoding="utf-8")
        passed = all(one.passed for one in told)
        if options["json"]:
            self.stdout.write(text)
        else:
            verdict = self.style.SUCCESS("All passed") if passed else self.style.ERROR("Not all passed")
            count = f"{sum(one.passed for one in told)} of {len(told)} checks"
            self.stdout.write(f"{verdict}: {count}. {options['output']}")
        return passed

    def _show(self, one: Checked, done: int, of: int, options: dict[str, Any]) -> None:
        """One line for each check, and below them, on a terminal, how far it is."""
        if options["json"]:
            return
        terminal = self.stdout.isatty()
        mark = self.style.SUCCESS("passed") if one.passed else self.style.ERROR("FAILED")
        line = f"{mark}  {one.platform:<16} {CHECKS[one.check]:<24} {one.latency_ms:>6} ms  {one.message}"
        self.stdout.write(f"\r\x1b[K{line}" if terminal else line)
        if one.remedy and not one.passed:
            self.stdout.write(f"        {'':<16} {one.remedy}")
        if terminal:
            full = BAR * done // of
            self.stdout.write(f"[{'#' * full}{'-' * (BAR - full)}] {done}/{of}", ending="" if done < of else "\r\x1b[K")
        self.stdout.flush()

    def _in_private_hub(self, options: dict[str, Any]) -> bool:
        """Run this command again in a hub of its own: a sandbox, a database and keys that end with it."""
        with tempfile.TemporaryDirectory(prefix="switchboard-validation-") as folder, _sandbox() as address:
            command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "validate_connectors"]
            command += ["--inside", address, "--output", str(options["output"])]
            command += [part for slug in options["platform"] or () for part in ("--platform", slug)]
            command += ["--json"] * options["json"]
            inside = subprocess.Popen(command, env=_environment(folder, address), cwd=settings.BASE_DIR)
            try:
                code = inside.wait()
            except BaseException:
                inside.send_signal(signal.SIGINT)
                inside.wait(timeout=30)
                raise
        if code not in {0, FAILED_INSIDE}:
            raise CommandError("The validation broke off; its message stands above.", returncode=2)
        return code == 0


def _environment(folder: str, address: str) -> dict[str, str]:
    prefixes = (*_NOT_HANDED_ON, *(f"{slug.upper()}_" for slug in CONNECTORS), "PLATFORM_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
    return kept | {
        "VAR_DIR": folder,
        "SWITCHBOARD_MODE": "embedded",
        "SANDBOX": "1",
        "PLATFORM_GATEWAY_URL": address,
        "SECRET_KEY": os.urandom(32).hex(),
        "VAULT_MASTER_KEY": os.urandom(32).hex(),
        "PUBLISH_LANDING_SECONDS": "1",
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def _sandbox() -> Iterator[str]:
    """Start a sandbox on a free port for as long as this lasts, and yield its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", "--exit-with-parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=settings.BASE_DIR,
        text=True,
    )
    assert process.stdout is not None  # noqa: S101 - we asked for a pipe
    # A sandbox that says nothing must not hold us for ever.
    patience = threading.Timer(60, process.kill)
    patience.start()
    try:
        said = process.stdout.readline()
        patience.cancel()
        if "http://" not in said:
            raise CommandError("The sandbox did not start; its message stands above.", returncode=2)
        yield said[said.index("http://") :].strip().removesuffix("/_sandbox/")
    finally:
        patience.cancel()
        process.terminate()
        process.wait(timeout=10)


def _results(told: list[Checked], *, started: datetime, live: bool) -> dict[str, Any]:
    """Return what is written down, in the words the customer's tools read."""
    platforms = [
        {
            "platform": slug,
            "name": CONNECTORS[slug].name,
            "status": _status(one for one in told if one.platform == slug),
            "checks": [
                {
                    "check": one.check,
                    "name": CHECKS[one.check],
                    "status": one.status,
                    "latencyMs": one.latency_ms,
                    "message": one.message,
                    "remedy": one.remedy,
                }
                for one in told
                if one.platform == slug
            ],
        }
        for slug in dict.fromkeys(one.platform for one in told)
    ]
    ended = datetime.now(UTC)
    return {
        "overallStatus": _status(iter(told)),
        "mode": "live" if live else "sandbox",
        "version": VERSION,
        "startedAt": started.isoformat(),
        "finishedAt": ended.isoformat(),
        "durationMs": round((ended - started).total_seconds() * 1000),
        "platforms": platforms,
    }


def _status(told: Iterator[Checked]) -> str:
    return "passed" if all(one.passed for one in told) else "failed"
