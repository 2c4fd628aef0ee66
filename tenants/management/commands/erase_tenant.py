"""``manage.py erase_tenant``: delete a suspended tenant with everything it has."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.errors import Refusal
from tenants.models import Tenant
from tenants.services import erase_tenant


class Command(BaseCommand):
    """Delete a tenant for good."""

    help = "Delete a suspended tenant for good: posts, connections, tokens, files' rows, audit log. Asks for its slug twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare which tenant, twice."""
        parser.add_argument("tenant", help="The tenant's slug.")
        parser.add_argument("--confirm", metavar="SLUG", default="", help="The slug once more: it cannot be undone.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say so."""
        slug = options["tenant"]
        tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {slug!r}. The admin lists them.", returncode=2)
        if options["confirm"] != slug:
            raise CommandError(f"Nothing was deleted. If you mean it: --confirm {slug}", returncode=2)
        try:
            erase_tenant(tenant=tenant, actor="system:command")
        except Refusal as error:
            raise CommandError(f"{error.detail} {error.remedy}", returncode=2) from None
        self.stdout.write(f"{tenant.name} is gone. Backups still hold it until they are overwritten.")
