"""Reads of the views: what dashboards, the API and people with SQL are told is the same, for it comes from here.

``tenant`` None means all tenants, which is for operators.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from django.db.models import Model, Q, QuerySet, Sum

from monitoring.reports.models import (
    AllHealthTallies,
    AllHealthTotals,
    AllPublishTallies,
    AllPublishTotals,
    ConnectorHealthSummary,
    ConnectorReadiness,
    DlqStatus,
    HealthCheckTrend,
    PublishPerformance,
    RecentError,
    TokenHealth,
)
from tenants.models import Tenant

View = TypeVar("View", bound=Model)

PERCENTILES: Final = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, over any number of hours and tenants: the count, the mean and percentiles.

    In milliseconds; a percentile is less than 10 % beside the true one (``steps.PRECISION``).
    """

    count: int
    mean: float | None
    percentiles: Mapping[int, int | None]


def health_summary(tenant: Tenant | None, *, platform: str = "") -> QuerySet[ConnectorHealthSummary]:
    """Return how accounts are, a row for each tenant and platform."""
    return _of(ConnectorHealthSummary.objects.all(), tenant, platform).order_by("tenant_id", "platform")


def recent_errors(tenant: Tenant | None, *, platform: str = "", since: datetime | None = None) -> QuerySet[RecentError]:
    """Return what went wrong in the last seven days, newest first. What belongs to no tenant is told of all only."""
    rows = _of(RecentError.objects.all(), tenant, platform)
    return (rows if since is None else rows.filter(occurred_at__gte=since)).order_by("-occurred_at", "-id")


def token_health(tenant: Tenant | None, *, platform: str = "", state: str = "") -> QuerySet[TokenHealth]:
    """Return how tokens stand, of the oldest connection first."""
    rows = _of(TokenHealth.objects.all(), tenant, platform)
    return (rows.filter(state=state) if state else rows).order_by("connection_id")


def publish_performance(
    tenant: Tenant | None, *, platform: str = "", since: datetime | None = None
) -> QuerySet[PublishPerformance]:
    """Return what was published hour by hour, the latest first."""
    return _hours(PublishPerformance.objects.all(), tenant, platform, since)


def dlq_status(tenant: Tenant | None, *, platform: str = "") -> QuerySet[DlqStatus]:
    """Return open dead letters by cause, what came last first."""
    return _of(DlqStatus.objects.all(), tenant, platform).order_by("-newest_open_at", "tenant_id", "fingerprint")


def health_trends(
    tenant: Tenant | None, *, platform: str = "", since: datetime | None = None
) -> QuerySet[HealthCheckTrend]:
    """Return how checks went hour by hour, the latest first."""
    return _hours(HealthCheckTrend.objects.all(), tenant, platform, since)


def readiness() -> QuerySet[ConnectorReadiness]:
    """Return which platforms can be published to now. Its counts are of all tenants, so they are for operators."""
    return ConnectorReadiness.objects.order_by("platform")


def publish_tallies(
    tenant: Tenant | None, *, by: Sequence[str] = ()
) -> QuerySet[AllPublishTallies] | QuerySet[AllPublishTotals]:
    """Return counts of posts by hour, platform and step; of all tenants those added up beforehand, unless ``by`` tells them apart."""
    if tenant is None and "tenant_id" not in by:
        return AllPublishTotals.objects.all()
    return _of(AllPublishTallies.objects.all(), tenant, "")


def check_tallies(
    tenant: Tenant | None, *, by: Sequence[str] = ()
) -> QuerySet[AllHealthTallies] | QuerySet[AllHealthTotals]:
    """Return counts of checks, as ``publish_tallies``."""
    if tenant is None and "tenant_id" not in by:
        return AllHealthTotals.objects.all()
    return _of(AllHealthTallies.objects.all(), tenant, "")


def publish_latencies(
    tenant: Tenant | None, *, since: datetime, by: Sequence[str] = ("platform",)
) -> dict[Any, Spread]:
    """Return how long posts took from their planned moment until they were public, since an hour, by any of platform, hour, tenant_id."""
    rows = publish_tallies(tenant, by=by).filter(hour__gte=since)
    return _spreads(
        rows.values_list(*by, "latency_ms").annotate(count=Sum("published"), took=Sum("latency_ms_sum")), len(by)
    )


def check_latencies(tenant: Tenant | None, *, since: datetime, by: Sequence[str] = ("platform",)) -> dict[Any, Spread]:
    """Return how long health checks took since an hour, by any of platform, hour, tenant_id."""
    rows = check_tallies(tenant, by=by).filter(hour__gte=since)
    checks = Sum("healthy") + Sum("degraded") + Sum("unhealthy")
    return _spreads(rows.values_list(*by, "latency_ms").annotate(count=checks, took=Sum("latency_ms_sum")), len(by))


def _of(rows: QuerySet[View], tenant: Tenant | None, platform: str) -> QuerySet[View]:
    wanted = Q() if tenant is None else Q(tenant_id=tenant.pk)
    return rows.filter(wanted & Q(platform=platform) if platform else wanted)


def _hours(rows: QuerySet[View], tenant: Tenant | None, platform: str, since: datetime | None) -> QuerySet[View]:
    found = _of(rows, tenant, platform)
    return (found if since is None else found.filter(hour__gte=since)).order_by("-hour", "tenant_id", "platform")


def _spreads(rows: QuerySet[Any, Any], width: int) -> dict[Any, Spread]:
    """Add up steps and read percentiles off them; the key is one value where it is told by one."""
    steps: dict[Any, list[tuple[int, int, int]]] = {}
    for row in rows.order_by():
        steps.setdefault(row[0] if width == 1 else row[:width], []).append(row[width:])
    return {key: _spread(sorted(counted)) for key, counted in steps.items()}


def _spread(steps: Sequence[tuple[int, int, int]]) -> Spread:
    count = sum(step[1] for step in steps)
    mean = sum(step[2] for step in steps) / count if count else None
    told: dict[int, int | None] = dict.fromkeys(PERCENTILES)
    for percent in PERCENTILES:
        so_far = 0
        for latency_ms, number, _ in steps:
            so_far += number
            if so_far * 100 >= percent * count:
                told[percent] = latency_ms
                break
    return Spread(count, mean, told)
