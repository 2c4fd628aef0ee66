"""``manage.py create_tenant``: make a tenant, with its first owner."""

import json
import secrets
from argparse import ArgumentParser
from typing import Any
from zoneinfo import available_timezones

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from foundation.errors import Refusal
from tenants.inviting import check_address
from tenants.models import Membership, User
from tenants.services import add_member, create_tenant, record


class Command(BaseCommand):
    """Make a tenant and its owner."""

    help = "Make a tenant and its first owner. A new owner gets a password that is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare who and what."""
        parser.add_argument("name", help="The tenant's name, as people read it.")
        parser.add_argument(
            "--owner", required=True, metavar="EMAIL", help="Who owns it; made if there is no such account."
        )
        parser.add_argument("--time-zone", default="UTC", help="An IANA name such as Europe/Berlin.")
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and say what was made."""
        name, zone = options["name"].strip(), options["time_zone"]
        if not name or len(name) > 120:
            raise CommandError("A name has 1 to 120 characters.", returncode=2)
        if zone != "UTC" and zone not in available_timezones():
            raise CommandError(f"There is no time zone {zone!r}. Use an IANA name such as Europe/Berlin.", returncode=2)
        try:
            email = check_address(options["owner"])
        except Refusal as error:
            raise CommandError(f"{error.detail} {error.remedy}", returncode=2) from None
        with transaction.atomic():
            tenant = create_tenant(name=name, time_zone=zone)
            record(tenant=tenant, actor="system:command", action="tenant.created", subject=tenant)
            user, password = User.objects.filter(email=email).first(), ""
            if user is None:
                password = secrets.token_urlsafe(15)
                user = User.objects.create_user(email, password, time_zone=zone)
            add_member(tenant=tenant, user=user, role=Membership.Role.OWNER, actor="system:command")
        told = {"tenant": tenant.slug, "owner": email, "password": password or None}
        if options["json"]:
            self.stdout.write(json.dumps(told))
            return
        self.stdout.write(f"Made {tenant.name} ({tenant.slug}), owned by {email}.")
        if password:
            self.stdout.write(f"Shown once: {email} signs in with {password}")
