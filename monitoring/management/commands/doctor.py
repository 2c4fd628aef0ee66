"""``manage.py doctor``: what is wrong with this installation, and the remedy."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core import checks
from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone

from monitoring import readiness, surroundings
from monitoring.parts import Part
from monitoring.retention import standing

WELL, WRONG, LOOK = 0, 1, 2


class Command(BaseCommand):
    """Look at everything that an operator can get wrong, and name what is."""

    help = (
        "Tell what is wrong with this installation and what to do about it: settings, database, migrations, broker, vault, "
        "workers, scheduler, queues, disks, clocks, platforms, mail. Exit code 0: nothing; 1: something does not work; 2: all works, and "
        "something should be looked at. docs/operations.md has a line for every code."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer JSON."""
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, tell, and set the exit code."""
        parts = examined()
        works, well = all(part.ok for part in parts), all(part.well for part in parts)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": works, "well": well, "parts": [part.told() for part in parts]}))
        else:
            for part in parts:
                self._show(part)
        if not well:
            raise SystemExit(LOOK if works else WRONG)

    def _show(self, part: Part) -> None:
        verdict = self.style.SUCCESS("ok   ") if part.ok else self.style.ERROR("WRONG")
        verdict = self.style.WARNING("look ") if part.ok and part.warning else verdict
        # The code of a check stands in its words already.
        code = f" [{part.code}]" if part.code and part.code not in part.detail else ""
        self.stdout.write(f"{verdict} {part.name:<10} {part.detail}{code}")
        if not part.well and part.remedy:
            self.stdout.write(f"      {'':<10} {part.remedy}")


def examined() -> list[Part]:
    """Look at everything: what ``/readyz`` looks at, what the tables say of keys, and whether anybody hears of alerts."""
    parts = readiness.parts(now=timezone.now())
    if not parts[0].ok:
        return [*parts, *surroundings.settings_parts()]
    try:
        tables = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
        heard = [surroundings.mail(), standing.part(now=timezone.now())]
    except DatabaseError:  # a table is missing, which was told
        tables, heard = [], []
    others = [part for part in parts if part.name != "settings"]
    complaints = [message for message in tables if message.level >= checks.WARNING]
    return [*others, *heard, *surroundings.settings_parts(extra=complaints)]
