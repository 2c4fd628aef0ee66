"""``manage.py replay_webhooks``: process stored events of platforms again, from the command line."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, QuerySet
from django.utils import timezone

from connectors import doorbell, webhook_processing
from connectors.models import WebhookEvent
from connectors.registry import CONNECTORS
from connectors.types import EventKind


class Command(BaseCommand):
    """Make stored events due again: those of one platform, since a moment, or those that failed."""

    help = (
        "Process stored events of platforms again: all that are at rest, or those the options leave. "
        "Doing an event twice changes nothing; what is older than a person's latest login does not end it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare which events."""
        parser.add_argument("--platform", help=f"Only events of this platform: {', '.join(CONNECTORS)}.")
        parser.add_argument(
            "--since",
            type=_moment,
            metavar="WHEN",
            help="Only events received since then: ISO 8601, such as 2026-11-21 or 2026-11-21T09:00+01:00 (else UTC).",
        )
        states = (WebhookEvent.State.PROCESSED.value, WebhookEvent.State.FAILED.value)
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--state", choices=states, help="Only events in this state; without it, all that are at rest."
        )
        which.add_argument(
            "--failed", action="store_true", help="The same as --state failed: events that went on failing."
        )
        parser.add_argument("--kind", help=f"Only events of this kind: {', '.join(EventKind)}.")
        parser.add_argument("--dry-run", action="store_true", help="Tell what would be processed; change nothing.")
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find them, and make them due or count them."""
        events = self._chosen(options)
        if options["dry_run"]:
            rows = events.order_by().values("platform", "kind", "state").annotate(count=Count("pk"))
            found = sorted(rows, key=lambda row: (row["platform"], row["kind"], row["state"]))
            lines = [f"{row['count']:>8}  {row['platform']}  {row['kind']}  {row['state']}" for row in found]
            self._say({"dry_run": found}, "\n".join(lines) or "There is nothing to replay.", as_json=options["json"])
            return
        count = webhook_processing.replay(events, now=timezone.now())
        doorbell.ring_for_webhooks()
        self._say({"replayed": count}, f"{count} events are processed again.", as_json=options["json"])

    def _chosen(self, options: dict[str, Any]) -> QuerySet[WebhookEvent]:
        if options["platform"] and options["platform"] not in CONNECTORS:
            raise CommandError(f"There is no platform {options['platform']!r}: {', '.join(CONNECTORS)}.", returncode=2)
        events = WebhookEvent.objects.filter(due_at=None)
        if options["platform"]:
            events = events.filter(platform_id=options["platform"])
        if options["since"]:
            events = events.filter(received_at__gte=options["since"])
        if state := WebhookEvent.State.FAILED if options["failed"] else options["state"]:
            events = events.filter(state=state)
        if options["kind"]:
            if options["kind"] not in list(EventKind):
                raise CommandError(f"There is no kind {options['kind']!r}: {', '.join(EventKind)}.", returncode=2)
            events = events.filter(kind=options["kind"])
        return events

    def _say(self, document: dict[str, Any], told: str, *, as_json: bool) -> None:
        self.stdout.write(json.dumps(document) if as_json else told)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a moment in ISO 8601") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
