"""Rows of the watchtower: what health checks saw, and who is alive."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from connectors.models import Connection
from connectors.types import HealthState
from foundation.rows import Row
from monitoring.alerting.rows import Alert
from monitoring.analytics.rows import (
    AccountMetric,
    MetricCursor,
    MetricRollUp,
    MetricSum,
    MetricWatch,
    PostMetric,
    PostSnapshot,
)
from monitoring.reports.models import (
    AllHealthTallies,
    AllHealthTotals,
    AllPublishTallies,
    AllPublishTotals,
    AnalyticsSummary,
    ConnectorHealthSummary,
    ConnectorReadiness,
    DlqStatus,
    HealthCheckTrend,
    PublishPerformance,
    RecentError,
    TokenHealth,
)
from monitoring.reports.rows import (
    HealthHour,
    HealthTally,
    HealthTotal,
    PlatformReadiness,
    PublishHour,
    PublishTally,
    PublishTotal,
    ReportMark,
)
from monitoring.retention.rows import PruneMark
from tenants.models import Tenant

__all__ = [
    "AccountMetric",
    "Alert",
    "AllHealthTallies",
    "AllHealthTotals",
    "AllPublishTallies",
    "AllPublishTotals",
    "AnalyticsSummary",
    "ConnectorHealthSummary",
    "ConnectorReadiness",
    "DlqStatus",
    "HealthCheckTrend",
    "HealthHour",
    "HealthLogEntry",
    "HealthTally",
    "HealthTotal",
    "Heartbeat",
    "MetricCursor",
    "MetricRollUp",
    "MetricSum",
    "MetricWatch",
    "PlatformReadiness",
    "PostMetric",
    "PostSnapshot",
    "PruneMark",
    "PublishHour",
    "PublishPerformance",
    "PublishTally",
    "PublishTotal",
    "RecentError",
    "ReportMark",
    "TokenHealth",
]


class HealthLogEntry(Row):
    """One health check of one connection."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="health_log")
    platform = models.CharField(max_length=32)
    checked_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=[(state.value, state.value.title()) for state in HealthState])
    latency_ms = models.PositiveIntegerField()
    code = models.CharField(max_length=60, blank=True)
    cause = models.CharField(max_length=600, blank=True)
    remedy = models.CharField(max_length=600, blank=True)
    link = models.CharField(max_length=600, blank=True, db_default="", help_text="The page where it is mended.")
    findings = models.JSONField(
        default=list, null=True, help_text="Everything the check saw: state, code, cause, remedy and link of each."
    )

    class Meta:
        db_table = "connection_health_log"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["connection", "-id"], name="health_of_connection"),
            models.Index(fields=["checked_at"], name="health_by_time"),
            models.Index(fields=["checked_at"], condition=~Q(state="healthy"), name="health_gone_wrong"),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.state} at {self.checked_at:%Y-%m-%d %H:%M}"


class ConnectionHealth(models.Model):
    """How a connection is, as people are told: a check that failed in passing does not show here."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, primary_key=True, related_name="verdict")
    state = models.CharField(max_length=16, blank=True, help_text="Empty while nobody knows.")
    since = models.DateTimeField(null=True, blank=True, help_text="Since when it is in this state.")
    code = models.CharField(max_length=60, blank=True)
    cause = models.CharField(max_length=600, blank=True)
    remedy = models.CharField(max_length=600, blank=True)
    link = models.CharField(max_length=600, blank=True)
    findings = models.JSONField(default=list)
    failures = models.PositiveIntegerField(default=0, help_text="Checks in a row that failed in passing.")
    failing_since = models.DateTimeField(null=True, blank=True)
    told_state = models.CharField(max_length=16, blank=True, help_text="What people heard last.")
    told_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When somebody last asked for a check.")

    class Meta:
        db_table = "connection_health"

    def __str__(self) -> str:
        return f"{self.connection_id} {self.state or 'unknown'}"


class Heartbeat(models.Model):
    """The last sign of life of a part of the hub; for beat also the lease that lets one scheduler act at a time."""

    name = models.CharField(primary_key=True, max_length=40)
    owner = models.CharField(max_length=120, blank=True)
    seen_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    facts = models.JSONField(
        default=dict, null=True, help_text="What a process tells of its machine: clock_off_seconds, disks."
    )

    class Meta:
        db_table = "heartbeats"

    def __str__(self) -> str:
        return f"{self.name} at {self.seen_at:%H:%M:%S}"
