"""``manage.py rebuild_reports``: sum up anew what the SQL views tell of hours, and make the views themselves if they are missing."""

import json
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from monitoring.reports import folding, installing, telling

STOPPED: Final = 130


class Command(BaseCommand):
    """Make the sums behind the views anew, a day at a time."""

    help = (
        "Sum up anew what the SQL views tell of hours, from the facts: after rows were loaded or changed by hand. "
        "The hub goes on meanwhile. It may be stopped or killed; run it again, and it goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare since when."""
        parser.add_argument(
            "--since",
            type=_moment,
            metavar="WHEN",
            help="Only hours since then: ISO 8601, such as 2026-11-21 or 2026-11-21T09:00+01:00 (else UTC). "
            "Without it: all that are kept, or what a run that was stopped left.",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON document, and no progress.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and tell how far it is."""
        began = time.monotonic()
        installing.bring_back(using=DEFAULT_DB_ALIAS)
        telling.tell_readiness(now=timezone.now())
        told: dict[str, dict[str, Any]] = {}
        try:
            for step in folding.rebuild(since=options["since"], now=timezone.now()):
                one = told.setdefault(step.name, {"from": step.first.isoformat(), "steps": 0})
                one |= {"until": step.end.isoformat(), "steps": one["steps"] + 1}
                if not options["json"]:
                    self._progress(step)
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was done stays done: run it again.", returncode=STOPPED) from None
        seconds = round(time.monotonic() - began, 1)
        if options["json"]:
            self.stdout.write(json.dumps({"rebuilt": told, "seconds": seconds}))
            return
        if sys.stderr.isatty():
            self.stderr.write("")
        for name, one in told.items():
            self.stdout.write(f"{name}: {one['from']} to {one['until']}")
        self.stdout.write(f"Done in {seconds} s." if told else "There is no hour to sum up yet.")

    def _progress(self, step: folding.Step) -> None:
        """Tell a person how far it is, on one line; a file gets none of it."""
        if sys.stderr.isatty():
            self.stderr.write(f"\r{step.name:<8} {step.done:>4.0%}  until {step.end:%Y-%m-%d %H:%M}", ending="")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a moment in ISO 8601") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
