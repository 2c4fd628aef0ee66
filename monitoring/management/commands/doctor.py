"""``manage.py doctor``: what is wrong with this installation, and the remedy."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core import checks
from django.core.management.base import BaseCommand
from django.utils import timezone

from monitoring import readiness
from monitoring.readiness import Part


class Command(BaseCommand):
    """Look at settings, database, broker, vault, worker and beat, and name what is wrong."""

    help = "Tell what is wrong with this installation and what to do about it. Exit code 0 only when nothing is."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer JSON."""
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, tell, and set the exit code."""
        parts = [*self._settings(), *readiness.parts(now=timezone.now())]
        well = all(part.ok for part in parts)
        if options["json"]:
            rows = [
                {
                    "name": part.name,
                    "ok": part.ok,
                    "detail": part.detail,
                    "remedy": part.remedy,
                    "warning": part.warning,
                }
                for part in parts
            ]
            self.stdout.write(json.dumps({"ok": well, "parts": rows}))
        else:
            for part in parts:
                verdict = self.style.SUCCESS("ok   ") if part.ok else self.style.ERROR("WRONG")
                verdict = self.style.WARNING("look ") if part.warning else verdict
                self.stdout.write(f"{verdict} {part.name:<10} {part.detail}")
                if (part.warning or not part.ok) and part.remedy:
                    self.stdout.write(f"      {'':<10} {part.remedy}")
        if not well:
            raise SystemExit(1)

    @staticmethod
    def _settings() -> list[Part]:
        told = [*checks.run_checks(), *checks.run_checks(tags=[checks.Tags.database], databases=["default"])]
        found = [message for message in told if message.level >= checks.WARNING]
        if not found:
            return [Part("settings", True, "no complaint")]
        return [Part("settings", False, f"{message.msg} ({message.id})", message.hint or "") for message in found]
