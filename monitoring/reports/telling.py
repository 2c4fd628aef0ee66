"""Writes down what settings and code say of each platform, so that SQL can tell it.

Whoever runs it speaks for the whole hub: its processes share their settings. It is done by beat, so in a worker, which is
who needs them.
"""

from datetime import datetime

from connectors.manager import credentials, get_connector
from connectors.models import Platform
from connectors.registry import CONNECTORS
from foundation.errors import ConfigurationError
from monitoring.reports.rows import PlatformReadiness


def tell_readiness(*, now: datetime) -> None:
    """Write down for each platform whether it is set up, and which version of its API the hub speaks until when."""
    known = set(Platform.objects.filter(slug__in=list(CONNECTORS)).values_list("slug", flat=True))
    rows = [_told(slug, now=now) for slug in CONNECTORS if slug in known]
    changing = [field.name for field in PlatformReadiness._meta.concrete_fields if not field.primary_key]
    PlatformReadiness.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["platform"], update_fields=changing
    )


def _told(slug: str, *, now: datetime) -> PlatformReadiness:
    row = PlatformReadiness(platform_id=slug, configured=True, told_at=now)
    try:
        credentials(slug)
        version = get_connector(slug).api_version()
    except ConfigurationError as error:
        row.configured, row.reason, row.remedy = False, error.detail[:300], error.remedy[:300]
        return row
    name = version.setting or f"{slug.upper()}_GRAPH_VERSION"
    row.api_version = version.name[:40]
    if version.ends_on is not None:
        row.version_sunset_on = version.ends_on.date()
        row.version_remedy = f"The operator sets {name} to a later version. Nobody has to reconnect."[:300]
    return row
