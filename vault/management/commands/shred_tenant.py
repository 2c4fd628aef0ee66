"""``manage.py shred_tenant``: destroy a tenant's keys, so that nothing it entrusted to us opens again."""

import dataclasses
import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tenants.models import Tenant
from vault import shredding

EPILOG: Final = """\
examples:
  manage.py shred_tenant acme --dry-run           what would be destroyed
  manage.py shred_tenant acme --confirm acme      destroy it

Backups made before hold the tenant's keys still, sealed under the master key: they have to age out before nothing at all opens.
Grants at the platforms stay as they are: disconnect the accounts first, if the platforms are to be told.

exit codes: 0 done; 2 there is no such tenant, or it was not confirmed: nothing was done
"""


class Command(BaseCommand):
    """Shred one tenant."""

    help = (
        "Destroy a tenant's data keys and sealed secrets for good, and end its connections. Nothing brings them back."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Let the examples keep their lines."""
        return super().create_parser(
            prog_name, subcommand, epilog=EPILOG, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask for the tenant twice."""
        parser.add_argument("tenant", metavar="SLUG", help="The tenant's slug.")
        parser.add_argument(
            "--confirm", metavar="SLUG", help="The slug once more: nothing brings back what is shredded."
        )
        parser.add_argument("--dry-run", action="store_true", help="Tell what would be destroyed; change nothing.")
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count or destroy."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}. The admin lists them.", returncode=2)
        if options["dry_run"]:
            would = shredding.what_would_be_shredded(tenant)
            told = f"{would.data_keys} data keys and {would.secrets:,} secrets of {tenant.name} would be destroyed."
        elif options["confirm"] != tenant.slug:
            raise CommandError(
                f"Nothing was done. To destroy the keys of {tenant.name} for good, add: --confirm {tenant.slug}",
                returncode=2,
            )
        else:
            would = shredding.shred_tenant(tenant=tenant, actor="system:shred_tenant", now=timezone.now())
            told = (
                f"{would.data_keys} data keys and {would.secrets:,} secrets of {tenant.name} are destroyed, "
                f"{len(would.ended)} connections ended. Running processes forget what they hold of the keys within "
                f"{settings.VAULT_KEY_CACHE.total_seconds():.0f} seconds. Backups made before today have to age out."
            )
        document = {"tenant": tenant.slug, "dry_run": options["dry_run"], **dataclasses.asdict(would)}
        self.stdout.write(json.dumps(document) if options["json"] else told)
