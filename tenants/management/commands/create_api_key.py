"""``manage.py create_api_key``: make a key for a client app. Its text is shown once."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.errors import Invalid
from tenants.models import Tenant
from tenants.scopes import SCOPES
from tenants.services import create_api_key


class Command(BaseCommand):
    """Make an API key for a tenant."""

    help = "Make an API key for a tenant and print it once; only its hash is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare whose key it is and what it may do."""
        parser.add_argument("tenant", help="The tenant's slug.")
        parser.add_argument("--name", default="Made by command", help="What the key is for.")
        parser.add_argument(
            "--scope", action="append", metavar="SCOPE", help=f"May be repeated; all unless told: {', '.join(SCOPES)}."
        )
        parser.add_argument("--days", type=int, help="After how many days it expires; never unless told.")
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and print it."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}. The admin lists them.", returncode=2)
        expires_at = timezone.now() + timedelta(days=options["days"]) if options["days"] else None
        try:
            key, text = create_api_key(
                tenant=tenant,
                name=options["name"],
                scopes=options["scope"] or SCOPES,
                actor="system:command",
                expires_at=expires_at,
            )
        except Invalid as error:
            raise CommandError(f"{error.detail} {error.remedy}", returncode=2) from None
        told = {"key": text.reveal(), "prefix": key.prefix, "scopes": key.scopes}
        self.stdout.write(json.dumps(told) if options["json"] else f"Shown once: {text.reveal()}")
