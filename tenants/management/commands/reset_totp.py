"""``manage.py reset_totp``: let somebody in again who lost both phone and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.models import User
from tenants.signing_in import sign_out_everywhere
from tenants.two_step import switch_off


class Command(BaseCommand):
    """Switch somebody's two-step sign-in off."""

    help = "Switch off somebody's two-step sign-in and sign them out everywhere. Make sure that it is they who ask."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare whose."""
        parser.add_argument("email", help="The address they sign in with.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say so."""
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {email}.", returncode=2)
        if not switch_off(user=user, actor="system:command"):
            self.stdout.write(f"{email} has no two-step sign-in; nothing was changed.")
            return
        sign_out_everywhere(user)
        self.stdout.write(f"{email} signs in with the password alone now. Ask them to switch it on again.")
