"""``manage.py rebuild_analytics``: make the sums that long ranges of analytics are read from anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monitoring.analytics import rolling
from tenants.models import Tenant


class Command(BaseCommand):
    """Make the sums of one tenant, or of all, from the values themselves."""

    help = (
        "Make the sums by day and week that summaries and api_analytics_summary are read from anew, from the values themselves. "
        "Pages go on meanwhile; a tenant's new numbers wait until its sums are made (a minute for millions of values)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare whose."""
        parser.add_argument("tenant", nargs="?", help="The tenant's slug; left out: all tenants, one after the other.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, and tell how many."""
        tenants = Tenant.objects.order_by("pk")
        if options["tenant"]:
            tenants = tenants.filter(slug=options["tenant"])
            if not tenants.exists():
                raise CommandError(f"There is no tenant {options['tenant']!r}. The admin lists them.", returncode=2)
        for tenant in tenants.iterator():
            self.stdout.write(f"{tenant.slug}: {rolling.build(tenant, now=timezone.now()):,} sums")
