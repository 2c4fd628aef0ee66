"""``manage.py vault_accesses``: who opened which secret, and what did not open."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from tenants.models import Tenant
from vault import selectors
from vault.models import Access


class Command(BaseCommand):
    """List accesses, the latest first."""

    help = "List who opened which secret, when and what for; counts are written a few seconds late."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare which."""
        parser.add_argument("--tenant", metavar="SLUG", help="Only secrets that this tenant asked for.")
        parser.add_argument("--connection", type=UUID, metavar="UUID", help="Only secrets of this connection.")
        parser.add_argument("--refused", action="store_true", help="Only what did not open.")
        parser.add_argument(
            "--since", type=_moment, metavar="WHEN", help="Only since then: ISO 8601, UTC unless it says."
        )
        parser.add_argument("--limit", type=int, default=100, help="At most so many lines (%(default)s).")
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find them and print them."""
        tenant = None
        if options["tenant"] is not None:
            tenant = Tenant.objects.filter(slug=options["tenant"]).first()
            if tenant is None:
                raise CommandError(f"There is no tenant {options['tenant']!r}. The admin lists them.", returncode=2)
        found = selectors.accesses(
            tenant_id=tenant.pk if tenant else None,
            connection_id=options["connection"],
            refused=options["refused"],
            since=options["since"],
        )[: max(1, min(options["limit"], 100_000))]
        if options["json"]:
            self.stdout.write(json.dumps({"accesses": [_document(row) for row in found]}))
            return
        lines = [_line(row) for row in found]
        self.stdout.write("\n".join(lines) or "Nothing was opened.")


def _document(row: Access) -> dict[str, Any]:
    return {
        "when": row.minute.isoformat(),
        "outcome": row.outcome,
        "count": row.count,
        "kind": row.kind,
        "purpose": row.purpose,
        "tenant": str(row.tenant_id or ""),
        "connection": str(row.connection_id or ""),
        "process": row.process,
        "detail": row.detail,
    }


def _line(row: Access) -> str:
    when = (
        f"{row.minute:%Y-%m-%d %H:%M:%S}" if row.outcome == Access.Outcome.REFUSED else f"{row.minute:%Y-%m-%d %H:%M}"
    )
    parts = (when, row.outcome, f"{row.count}x", row.kind, f"for {row.purpose!r}", f"connection {row.connection_id}")
    return "  ".join((*parts, f"by {row.process}", row.detail)).rstrip()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no moment such as 2026-11-21T09:00+01:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
