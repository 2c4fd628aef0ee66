"""``manage.py flags``: which platforms and features are switched off, for whom and why; and the switch itself."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.errors import Refusal
from tenants import switching
from tenants.models import Tenant
from tenants.switching import Switch


class Command(BaseCommand):
    """List the flags, or set one."""

    help = (
        "List which platforms and features are on and for whom, or switch one. It bites everywhere within two seconds."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the two ways: list, and set."""
        ways = parser.add_subparsers(dest="way", metavar="list | set")
        lists = ways.add_parser("list", help="Tell how every feature stands.")
        lists.add_argument("--off", action="store_true", help="Leave out what is on for everybody.")
        lists.add_argument("--json", action="store_true", help="Print one JSON document.")
        sets = ways.add_parser("set", help="Switch a feature on or off, for everybody or for some tenants.")
        sets.add_argument("name", help="A feature, such as publishing or platform.meta.")
        sets.add_argument("to", choices=["on", "off"])
        sets.add_argument(
            "--tenant",
            metavar="SLUG",
            action="append",
            default=[],
            help="For this tenant too; repeat it for more. Without: for everybody, and what was said of single tenants is forgotten.",
        )
        sets.add_argument("--reason", default="", help="Shown to everybody for whom it is off.")
        sets.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *args: Any, **options: Any) -> None:
        """List, or set and tell how it stands now."""
        if options["way"] == "set":
            self._set(options)
            return
        shown = [one for one in switching.switches() if not (options.get("off") and one.is_on(None))]
        if options.get("json"):
            self.stdout.write(json.dumps({"features": [_facts(one) for one in shown]}))
            return
        width = max((len(one.name) for one in shown), default=0)
        for one in shown:
            self.stdout.write(f"{one.name:<{width}}  {_told(one)}")
        if not shown:
            self.stdout.write("Everything is on for everybody.")

    def _set(self, options: dict[str, Any]) -> None:
        slugs = list(dict.fromkeys(options["tenant"]))
        tenants = {tenant.slug: tenant for tenant in Tenant.objects.filter(slug__in=slugs)}
        if unknown := [slug for slug in slugs if slug not in tenants]:
            raise CommandError(f"There is no tenant {unknown[0]!r}. The admin lists them.", returncode=2)
        try:
            switching.switch(
                name=options["name"], on=options["to"] == "on", tenants=list(tenants.values()), reason=options["reason"],
                actor="system:command", now=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(f"{refusal.detail} {refusal.remedy}", returncode=2) from None
        now = next(one for one in switching.switches() if one.name == options["name"])
        if options["json"]:
            self.stdout.write(json.dumps(_facts(now)))
        else:
            self.stdout.write(f"{now.feature.title}: {_told(now)}")


def _told(one: Switch) -> str:
    who = f" by {one.changed_by}, {one.changed_at:%Y-%m-%d %H:%M} UTC" if one.changed_at and not one.is_on(None) else ""
    return f"{one.in_words}{who}{f' ({one.reason})' if one.reason else ''}"


def _facts(one: Switch) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.feature.title,
        "standing": str(one.standing),
        "tenants": [tenant.slug for tenant in one.tenants],
        "reason": one.reason,
        "changed_by": one.changed_by,
        "changed_at": one.changed_at.isoformat() if one.changed_at else None,
    }
