"""The hall's entry in Django's list of apps."""

from typing import Any

import structlog
from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate

log = structlog.get_logger(__name__)


class TenantsConfig(AppConfig):
    """Tenants, members, API keys, feature flags and the audit log."""

    name = "tenants"
    verbose_name = "Tenants"

    def ready(self) -> None:
        """Register the system checks; after a migration, give every feature its flag and every new table its policy."""
        from tenants import checks  # noqa: F401

        post_migrate.connect(_make_flags, sender=self)
        post_migrate.connect(_mend_wall, sender=self)


def _make_flags(**kwargs: Any) -> None:
    from tenants.switching import make_missing_flags

    make_missing_flags()


def _mend_wall(*, using: str, **kwargs: Any) -> None:
    """Bring policies in line with the tables; views were made anew by the room above, whose turn came before."""
    from foundation import wall

    if using != DEFAULT_DB_ALIAS or not wall.is_on():
        return
    from foundation.errors import ConfigurationError
    from tenants import row_policies

    try:
        row_policies.apply()
    except ConfigurationError as error:
        # A table without rights is closed to requests of tenants, not open; the check names what is missing.
        log.error("wall.not_mended", cause=error.detail, remedy=error.remedy)
