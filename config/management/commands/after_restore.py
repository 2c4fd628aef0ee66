"""``manage.py after_restore``: let a database that came from a backup publish nothing twice."""

import json
import time
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from monitoring import heartbeats
from publishing import restoring
from publishing.parked import PUBLISHING
from tenants import switching

_BEGAN: Final = time.monotonic()
_REASON: Final = "The database was restored from a backup; what it says is being looked through."


class Command(BaseCommand):
    """Switch publishing off, and put in doubt what the backup may not know the end of."""

    help = (
        "To be run once after the database was restored from a backup, before anything of the hub is started. Switches publishing "
        "off and puts every unfinished job in doubt, so that it is looked for at its platform before it is sent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the moment of the backup."""
        parser.add_argument(
            "--taken-at",
            metavar="MOMENT",
            help="When the backup was begun, or to which moment the database was restored: 2026-11-22T09:00:00Z. Rather too early than "
            "too late. Not needed after deploy/restore.sh, which has written it down.",
        )
        parser.add_argument(
            "--settle",
            type=int,
            default=300,
            metavar="SECONDS",
            help="How long from now platforms may take to show what was sent at the very end (300).",
        )
        parser.add_argument(
            "--also-scheduled",
            action="store_true",
            help="Look also for what is scheduled for later: somebody may have moved it forward since the backup.",
        )
        parser.add_argument(
            "--force", action="store_true", help="Even though something else is connected to the database."
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do so, and tell what comes next."""
        now = timezone.now()
        taken_at = _moment(options["taken_at"]) if options["taken_at"] else restoring.marked_moment()
        if taken_at is None:
            raise CommandError("Nobody knows when the backup was taken: say so by --taken-at.", returncode=2)
        if taken_at > now:
            raise CommandError(f"{taken_at:%Y-%m-%d %H:%M:%S} UTC is in the future.", returncode=2)
        if (others := _others_connected()) and not options["force"]:
            raise CommandError(
                f"{others} other connections to this database are open. Stop web, workers and beat first (or pools such as "
                "PgBouncer's idle ones: then --force).",
                returncode=1,
            )
        switching.switch(name=PUBLISHING, on=False, tenants=[], reason=_REASON, actor="system:after_restore", now=now)
        # A backup may be older than it is said to be, but not younger than its last sign of life.
        seen = heartbeats.last_seen(heartbeats.BEAT)
        told = restoring.put_in_doubt(
            since=min(taken_at, seen) if seen else taken_at,
            now=now,
            settle=timedelta(seconds=options["settle"]),
            also_scheduled=options["also_scheduled"],
        )
        restoring.remove_mark()
        facts = {"since": told.since.isoformat(), "look_at": told.look_at.isoformat(), "jobs": told.jobs,
                 "dead_letters": told.dead_letters, "scheduled": told.scheduled, "tenants": told.tenants}  # fmt: skip
        if options["json"]:
            self.stdout.write(json.dumps(facts))
            return
        self.stdout.write(
            f"Publishing is off. In doubt since {told.since:%Y-%m-%d %H:%M:%S} UTC, of {told.tenants} tenants:\n"
            f"{told.jobs:>8} jobs are looked for at their platforms, from {told.look_at:%H:%M:%S} UTC on; what is surely not there is sent\n"
            f"{told.dead_letters:>8} dead letters are looked for when somebody redrives them\n"
            f"{told.scheduled:>8} jobs are scheduled for later and go out at their moment; what was cancelled since the backup is among them\n"
            "Start the hub, see what came back (docs/operations.md, Restore), and then: manage.py flags set publishing on"
        )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise CommandError(f"{text!r} is no moment; write it like 2026-11-22T09:00:00Z.", returncode=2) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _others_connected() -> int:
    """Return how many others use this database: they connected before this process began. SQLite tells nobody."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
            " AND clock_timestamp() - backend_start > make_interval(secs => %s)",
            [time.monotonic() - _BEGAN],
        )
        return int(cursor.fetchone()[0])
