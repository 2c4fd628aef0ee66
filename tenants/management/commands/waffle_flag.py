"""``manage.py waffle_flag``: waffle's own way to its flags, closed, since it knows other ones and audits nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Point to the command that there is."""

    help = "Closed: use manage.py flags."

    def run_from_argv(self, argv: list[str]) -> None:
        """Give the one answer, whatever is asked."""
        super().run_from_argv(argv[:2])

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse."""
        raise CommandError("Flags are listed and switched by 'manage.py flags'.", returncode=2)
