"""``manage.py redrive``: send the jobs of dead letters again, from the command line."""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.errors import NotFound
from publishing import doorbell, redriving, selectors
from publishing.models import DeadLetter
from tenants.models import Tenant
from tenants.principal import Principal


class Command(BaseCommand):
    """Redrive dead letters of one tenant, by id, by cause, by platform, or all."""

    help = "Send the jobs of a tenant's dead letters again. Exactly once, paced, however often it is called."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what to redrive."""
        parser.add_argument("tenant", help="The tenant's slug.")
        chosen = parser.add_mutually_exclusive_group(required=True)
        chosen.add_argument(
            "--id", action="append", type=UUID, metavar="UUID", help="A dead letter's id; may be repeated."
        )
        chosen.add_argument("--cause", metavar="FINGERPRINT", help="All open dead letters with this fingerprint.")
        chosen.add_argument("--platform", help="All open dead letters of this platform.")
        chosen.add_argument("--all", action="store_true", help="All open dead letters of the tenant.")
        chosen.add_argument("--list", action="store_true", help="Only list the causes, with their fingerprints.")
        parser.add_argument("--dry-run", action="store_true", help="Tell what would happen; send nothing.")
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find them, and redrive or rehearse."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}. The admin lists them.", returncode=2)
        if options["list"]:
            self._list(tenant, as_json=options["json"])
            return
        principal = Principal.of_system(tenant, "redrive")
        letters = self._chosen(tenant, options)
        if options["dry_run"]:
            rehearsed = redriving.rehearse(principal=principal, letters=letters)
            rows = [
                {
                    "id": str(one.letter.pk),
                    "would": one.would,
                    "findings": [finding.message for finding in one.findings],
                }
                for one in rehearsed
            ]
            told = "\n".join(f"{row['id']}  {row['would']}  {'; '.join(row['findings'])}".rstrip() for row in rows)
            self._say({"dry_run": rows}, told or "There is nothing to redrive.", as_json=options["json"])
            return
        count = redriving.redrive(principal=principal, letters=letters, now=timezone.now())
        doorbell.ring_after_commit()
        self._say({"redriven": count}, f"{count} of {len(letters)} jobs are sent again.", as_json=options["json"])

    def _chosen(self, tenant: Tenant, options: dict[str, Any]) -> list[DeadLetter]:
        try:
            if options["id"]:
                return selectors.letters_of(tenant, options["id"])
        except NotFound as error:
            raise CommandError(f"{error.detail} {error.remedy}", returncode=2) from None
        if options["cause"]:
            return selectors.letters_of_cause(tenant, options["cause"])
        letters = selectors.open_letters_of(tenant).order_by("id")
        if options["platform"]:
            letters = letters.filter(platform_id=options["platform"])
        return list(letters)

    def _list(self, tenant: Tenant, *, as_json: bool) -> None:
        causes = selectors.causes_of(tenant, shown=1)
        rows = [{"fingerprint": one.fingerprint, "count": one.count, "cause": one.first.cause} for one in causes]
        told = "\n".join(f"{row['count']:>6}  {row['fingerprint']}  {row['cause']}" for row in rows)
        self._say({"causes": rows}, told or "There are no dead letters.", as_json=as_json)

    def _say(self, document: dict[str, Any], told: str, *, as_json: bool) -> None:
        self.stdout.write(json.dumps(document) if as_json else told)
