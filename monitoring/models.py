"""Rows of the watchtower: what health checks saw, and who is alive."""

from typing import ClassVar

from django.db import models

from connectors.models import Connection
from connectors.types import HealthState
from foundation.rows import Row
from monitoring.analytics.rows import AccountMetric, MetricCursor, MetricWatch, PostMetric, PostSnapshot
from tenants.models import Tenant

__all__ = [
    "AccountMetric",
    "HealthLogEntry",
    "Heartbeat",
    "MetricCursor",
    "MetricWatch",
    "PostMetric",
    "PostSnapshot",
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

    class Meta:
        db_table = "connection_health_log"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["connection", "-id"], name="health_of_connection"),
            models.Index(fields=["checked_at"], name="health_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.state} at {self.checked_at:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """The last sign of life of a part of the hub; for beat also the lease that lets one scheduler act at a time."""

    name = models.CharField(primary_key=True, max_length=40)
    owner = models.CharField(max_length=120, blank=True)
    seen_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "heartbeats"

    def __str__(self) -> str:
        return f"{self.name} at {self.seen_at:%H:%M:%S}"
