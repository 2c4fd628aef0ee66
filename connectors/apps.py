"""The embassy's entry in Django's list of apps."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils import timezone


class ConnectorsConfig(AppConfig):
    """Platforms, connections and destinations."""

    name = "connectors"
    verbose_name = "Connectors"

    def ready(self) -> None:
        """Register the system checks, listen to the vault, and give every platform its row after a migration."""
        from connectors import checks, shredded, switches  # noqa: F401

        switches.register_platforms()
        post_migrate.connect(_add_platforms, sender=self)


def _add_platforms(**kwargs: Any) -> None:
    from connectors import token_plans
    from connectors.services import add_missing_platforms

    add_missing_platforms()
    # Connections of before an upgrade, and those made by web processes that still ran the old code.
    token_plans.mend(now=timezone.now())
