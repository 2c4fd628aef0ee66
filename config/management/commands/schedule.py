"""``manage.py schedule``: what happens by the clock, how often, and whether it does."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config import schedule
from foundation.errors import NotFound


class Command(BaseCommand):
    """List the schedule, or give an entry its default again."""

    help = "List what happens by the clock: period, default, last run, and what is late. Exit code 1 when something is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer JSON and resetting."""
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")
        parser.add_argument("--reset", metavar="NAME", help="Give this entry its default period, and switch it on.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset or list."""
        if options["reset"]:
            try:
                entry = schedule.reset(options["reset"])
            except NotFound as refusal:
                raise CommandError(f"{refusal.detail} {refusal.remedy}", returncode=2) from None
            self.stdout.write(f"{entry.name} runs every {schedule.in_words(entry.seconds)} again.")
            return
        lines = schedule.lines(now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps({"entries": [_facts(line) for line in lines]}))
        else:
            self._table(lines)
        if any(line.late for line in lines):
            raise SystemExit(1)

    def _table(self, lines: list[schedule.Line]) -> None:
        width = max(len(line.entry.name) for line in lines)
        self.stdout.write(f"{'entry':<{width}}  {'period':<8}  {'default':<8}  {'last run':<20}  standing")
        for line in lines:
            ran = f"{line.last_run_at:%Y-%m-%d %H:%M:%S}" if line.last_run_at else "never"
            standing = (
                "LATE" if line.late else "off" if not line.enabled else "changed" if line.changed else "as declared"
            )
            told = (
                f"{line.entry.name:<{width}}  {line.period:<8}  {schedule.in_words(line.entry.seconds):<8}  {ran:<20}  "
            )
            self.stdout.write(told + (self.style.ERROR(standing) if line.late else standing))
            self.stdout.write(f"{'':<{width}}  {line.entry.about}")


def _facts(line: schedule.Line) -> dict[str, Any]:
    return {
        "name": line.entry.name,
        "task": line.entry.task,
        "about": line.entry.about,
        "period": line.period,
        "default_seconds": line.entry.seconds,
        "enabled": line.enabled,
        "changed": line.changed,
        "may_be_switched_off": line.entry.may_stop,
        "last_run_at": line.last_run_at.isoformat() if line.last_run_at else None,
        "late": line.late,
    }
