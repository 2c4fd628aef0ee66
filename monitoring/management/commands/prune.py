"""``manage.py prune``: delete what is kept long enough, or tell what would go."""

import json
import re
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monitoring.retention import standing
from monitoring.retention.policies import POLICIES
from monitoring.retention.pruning import Done, prune

STOPPED: Final = 130
_UNITS: Final = {"d": 1, "w": 7, "y": 365}


class Command(BaseCommand):
    """Forget what is old, in pieces."""

    help = (
        "Delete rows that were kept as long as the settings say, in short pieces with pauses, while the hub goes on; beat does the same "
        "by itself. It may be stopped or killed; run it again, and it goes on. docs/operations.md has the tables."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare of which tables, how old, and for how long."""
        parser.add_argument("--dry-run", action="store_true", help="Count what would go, and delete nothing.")
        parser.add_argument(
            "--table", action="append", default=[], metavar="NAME", help="This table; may be given again."
        )
        parser.add_argument(
            "--older-than",
            type=_days,
            metavar="DAYS",
            help="Once, instead of what the setting says: 400, 400d, 57w or 2y. Needs --table.",
        )
        parser.add_argument("--seconds", type=float, help="Stop after so long (default: when all is done).")
        parser.add_argument("--no-pauses", action="store_true", help="Without pauses: for a hub that is stopped.")
        parser.add_argument("--json", action="store_true", help="Print one JSON document, and no progress.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and tell of it."""
        tables = options["table"] or sorted(POLICIES)
        if unknown := sorted(set(tables) - set(POLICIES)):
            raise CommandError(
                f"Of {unknown[0]} nothing is deleted. There are: {', '.join(sorted(POLICIES))}.", returncode=2
            )
        keep: timedelta | None = options["older_than"]
        if keep is not None and not options["table"]:
            raise CommandError("--older-than needs --table: not everything may be as young.", returncode=2)
        if keep is not None:
            self._require_old_enough(tables, keep)
        if options["dry_run"]:
            self._rehearse(tables, keep, as_json=options["json"])
        else:
            self._prune(tables, keep, options)

    def _require_old_enough(self, tables: list[str], keep: timedelta) -> None:
        """Refuse what would delete rows that somebody still counts on, such as the key of a request that may come again."""
        for table in tables:
            if keep < POLICIES[table].least:
                least = POLICIES[table].least.days
                raise CommandError(
                    f"{table} are kept for {least} days at least: --older-than {least} or more.", returncode=2
                )

    def _rehearse(self, tables: list[str], keep: timedelta | None, *, as_json: bool) -> None:
        now, told = timezone.now(), []
        for table in tables:
            found = standing.going(table, now=now, keep=keep)
            told.append({"table": table, "keep_days": found.keep.days, "setting": found.setting, "rows": found.rows})
            if not as_json:
                how = f"older than {found.keep.days} days" if found.keep else "kept for ever"
                named = f"  {found.setting}" if found.setting else ""
                self.stdout.write(f"{table:<24} {found.rows:>12,}  {how}{named}")
        if as_json:
            self.stdout.write(json.dumps({"would_delete": told}))

    def _prune(self, tables: list[str], keep: timedelta | None, options: dict[str, Any]) -> None:
        began = time.monotonic()
        seconds: float | None = options["seconds"]
        done: list[Done] = []
        try:
            done = prune(
                now=timezone.now(),
                budget=None if seconds is None else timedelta(seconds=seconds),
                tables=tables,
                keep=keep,
                every_table=True,
                pause=not options["no_pauses"],
                tell=None if options["json"] else self._progress,
            )
        except KeyboardInterrupt:
            raise CommandError("Stopped. What is gone is gone: run it again.", returncode=STOPPED) from None
        took = time.monotonic() - began
        told = [
            {
                "table": one.policy.table,
                "deleted": one.removed,
                "pieces": one.pieces,
                "longest_ms": round(one.longest_seconds * 1000, 1),
                "rows_per_second": round(one.removed / one.working_seconds) if one.working_seconds else 0,
                "finished": one.finished,
            }
            for one in done
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"deleted": told, "seconds": round(took, 1)}))
            return
        if sys.stderr.isatty():
            self.stderr.write("")
        for line in told:
            if line["deleted"] or not line["finished"]:
                left = "" if line["finished"] else "  there is more"
                self.stdout.write(
                    f"{line['table']:<24} {line['deleted']:>12,}  {line['rows_per_second']:,} a second, "
                    f"longest piece {line['longest_ms']:.0f} ms{left}"
                )
        self.stdout.write(f"{sum(one.removed for one in done):,} rows deleted in {took:.1f} s.")

    def _progress(self, done: Done) -> None:
        """Tell a person how far it is, on one line; a file gets none of it."""
        if sys.stderr.isatty():
            self.stderr.write(f"\r{done.policy.table:<24} {done.removed:>12,} rows", ending="")


def _days(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,5})([dwy]?)", text.strip())
    days = int(found[1]) * _UNITS[found[2] or "d"] if found else 0
    if not 1 <= days <= 36_500:
        raise ArgumentTypeError(f"{text!r} is no number of days, such as 400, 57w or 2y")
    return timedelta(days=days)
