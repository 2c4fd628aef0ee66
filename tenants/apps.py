"""The hall's entry in Django's list of apps."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenantsConfig(AppConfig):
    """Tenants, members, API keys, feature flags and the audit log."""

    name = "tenants"
    verbose_name = "Tenants"

    def ready(self) -> None:
        """Give every feature its flag after a migration."""
        post_migrate.connect(_make_flags, sender=self)


def _make_flags(**kwargs: Any) -> None:
    from tenants.switching import make_missing_flags

    make_missing_flags()
