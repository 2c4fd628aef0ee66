"""``manage.py suspend_tenant``: refuse everything to a tenant, or lift that again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tenants.models import Tenant
from tenants.services import resume_tenant, suspend_tenant


class Command(BaseCommand):
    """Suspend a tenant, or let it go on."""

    help = (
        "Suspend a tenant: its people and keys are refused, its jobs wait. --resume lifts it, and what waited goes out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare which tenant."""
        parser.add_argument("tenant", help="The tenant's slug.")
        parser.add_argument("--resume", action="store_true", help="Lift the suspension.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say so."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}. The admin lists them.", returncode=2)
        if options["resume"]:
            resume_tenant(tenant=tenant, actor="system:command", now=timezone.now())
            self.stdout.write(f"{tenant.name} goes on; what waited leaves within seconds.")
        else:
            suspend_tenant(tenant=tenant, actor="system:command", now=timezone.now())
            self.stdout.write(
                f"{tenant.name} is suspended. What is on its way to a platform at this moment still arrives."
            )
