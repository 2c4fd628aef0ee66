"""What is half set up about the second wall, told at start-up, by ``manage.py check --database default`` and by ``manage.py doctor``."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connection

from tenants import row_policies


@register("tenants")
def wall_can_stand(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """tenants.E001: row-level security is wished for on a database that has none."""
    if not settings.ROW_SECURITY or connection.vendor == "postgresql":
        return []
    return [
        Error(
            "ROW_SECURITY is on, and the database is not PostgreSQL: there is no second wall.",
            hint="Use PostgreSQL, or unset ROW_SECURITY.",
            id="tenants.E001",
        )
    ]


@register("tenants", Tags.database)
def wall_stands(app_configs: Any = None, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """tenants.W001: the wall is there, and nobody uses it; tenants.W002: a part of it is missing, or it keeps nobody out.

    Warnings, as errors would keep ``migrate`` from running, which makes and mends it.
    """
    if not databases or connection.vendor != "postgresql":
        return []
    try:
        if not settings.ROW_SECURITY:
            return [_unused()] if row_policies.is_there() else []
        missing = [words for _, words in row_policies.faults()]
    except DatabaseError:  # no tables yet, which is told elsewhere
        return []
    if not missing:
        return []
    return [
        Warning(
            f"ROW_SECURITY is on, and the wall does not stand: {'; '.join(missing)}.",
            hint="Run 'manage.py row_security --apply' as the owner of the tables.",
            id="tenants.W002",
        )
    ]


def _unused() -> CheckMessage:
    return Warning(
        "The database has the policies of row-level security, and no request uses them.",
        hint="Set ROW_SECURITY=1, or take them away with 'manage.py row_security --remove'.",
        id="tenants.W001",
    )
