"""``manage.py row_security``: the policies of PostgreSQL that keep tenants' rows apart, made, shown and taken away."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from foundation.errors import ConfigurationError
from tenants import row_policies


class Command(BaseCommand):
    """Show, make or remove the wall."""

    help = (
        "Row-level security as a second wall between tenants (docs/security.md). Without an option: tell whether it stands; "
        "exit code 1 if something is missing. Make it before ROW_SECURITY is switched on, and remove it after that is switched off."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer what can be done."""
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--apply", action="store_true", help="Make the role, the rights and the policies.")
        what.add_argument("--remove", action="store_true", help="Take policies and rights away; the role stays.")
        what.add_argument("--sql", action="store_true", help="Print the SQL that makes all of it, and do nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say so."""
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has row-level security; this hub runs on SQLite.", returncode=2)
        if options["sql"]:
            for statement in [*row_policies.role_statements(), *row_policies.statements(all_of_them=True)]:
                self.stdout.write(f"{statement};")
            return
        if options["remove"]:
            if settings.ROW_SECURITY:
                raise CommandError("ROW_SECURITY is on: switch it off and restart the hub first.", returncode=2)
            row_policies.remove()
            self.stdout.write("The policies are gone.")
            return
        if options["apply"]:
            try:
                row_policies.apply()
            except ConfigurationError as error:
                raise CommandError(f"{error.detail} {error.remedy}") from None
        self._tell()

    def _tell(self) -> None:
        faults = row_policies.faults()
        for _, words in faults:
            self.stdout.write(f"WRONG {words}")
        if faults:
            raise CommandError("The wall does not stand: 'manage.py row_security --apply'.")
        used = "requests use it" if settings.ROW_SECURITY else "set ROW_SECURITY=1 and restart to use it"
        count = len(row_policies.policies())
        self.stdout.write(f"The wall stands: {count} tables, role {settings.ROW_SECURITY_ROLE}; {used}.")
