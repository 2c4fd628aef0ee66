"""Whether a platform is on for a tenant. One truth: its row is on, and so is its flag for that tenant.

The row (``connector_platforms.enabled``) says whether anybody may use it; the flag ``platform.<slug>``, besides, for whom. Whoever
switches the flag for everybody switches the row with it, in one transaction. A row that was switched off by hand in the
database is off for everybody whatever the flag says, and is told so among the flags.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.dispatch import receiver

from connectors.models import Platform
from connectors.registry import CONNECTORS
from foundation.errors import Invalid
from tenants import features, flags
from tenants.features import PLATFORM, Feature
from tenants.models import Flag
from tenants.signals import feature_switched


def register_platforms() -> None:
    """Put a feature for each platform into the catalogue."""
    for slug, connector in CONNECTORS.items():
        features.register(
            Feature(
                f"{PLATFORM}{slug}",
                connector.name,
                f"Accounts of {connector.name} are connected, published to and asked for numbers.",
                "Nobody can connect there, and posts for it are refused (`platform_disabled`); jobs that were accepted wait, and "
                "go out when it is on again. Tokens are kept alive, accounts are checked, and what the platform tells is stored.",
            )
        )
    flags.ask_also(_rows_off)


def is_on(platform: Platform, tenant_id: UUID) -> bool:
    """Tell whether a tenant may use a platform."""
    return platform.enabled and flags.is_on(f"{PLATFORM}{platform.slug}", tenant_id)


def require_on(platform: Platform, tenant_id: UUID) -> None:
    """Raise ``Invalid`` unless a tenant may use a platform."""
    if not is_on(platform, tenant_id):
        raise Invalid(cause_of(platform), remedy=remedy_for(platform), code="platform_disabled")


def cause_of(platform: Platform) -> str:
    """Return why a platform that is off cannot be used, as tenants are told for whom it is off."""
    if not platform.enabled and not flags.rule_of(f"{PLATFORM}{platform.slug}").off_for_all:
        return f"{platform.name} is switched off here."
    return flags.cause_of(f"{PLATFORM}{platform.slug}")


def remedy_for(platform: Platform) -> str:
    """Return who can switch it on."""
    return flags.remedy_for(f"{PLATFORM}{platform.slug}")


def rows_on(*, platform: str = "platform_id", tenant: str = "tenant_id") -> Q:
    """Return what keeps of a query the rows whose platform is on for their tenant; the words are lookups of the two."""
    kept = Q(**{f"{platform.removesuffix('_id')}__enabled": True})
    for name, rule in flags.rules().items():
        if name.startswith(PLATFORM):
            kept &= ~Q(**{platform: name.removeprefix(PLATFORM)}) | rule.rows(tenant)
    return kept


def off_for(tenant_id: UUID) -> tuple[str, ...]:
    """Return the platforms whose flags are off for a tenant. Costs no query."""
    return tuple(
        name.removeprefix(PLATFORM)
        for name, rule in flags.rules().items()
        if name.startswith(PLATFORM) and not rule.allows(tenant_id)
    )


def _rows_off() -> dict[str, str]:
    off = Platform.objects.filter(enabled=False).values_list("slug", flat=True)
    return {f"{PLATFORM}{slug}": "Its row in connector_platforms is switched off." for slug in off}


@receiver(feature_switched)
def _switched(name: str, standing: str, now: datetime, **kwargs: Any) -> None:
    """Keep the row in line with the flag, for all who read it in the database."""
    if name.startswith(PLATFORM):
        row = Platform.objects.filter(slug=name.removeprefix(PLATFORM))
        row.update(enabled=standing != Flag.Standing.OFF, updated_at=now)
