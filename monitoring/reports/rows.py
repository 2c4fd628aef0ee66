"""The tables behind the views that are no facts of other rooms: what SQL cannot see, and what is summed up beforehand.

Tallies count what happened in an hour by the step of its latency, up to the minute that ``ReportMark.until`` says; totals are those of
all tenants together; hours are made of tallies once they are over, and complete, before ``ReportMark.closed``. All of it can be made
anew from the facts at any time.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from connectors.models import Platform
from tenants.models import Tenant


class PlatformReadiness(models.Model):
    """What settings and code say of a platform, which SQL cannot see: written down by the hub's processes now and then."""

    platform = models.OneToOneField(Platform, on_delete=models.CASCADE, primary_key=True, related_name="+")
    configured = models.BooleanField(help_text="Its credentials are set.")
    reason = models.CharField(max_length=300, blank=True, help_text="Why it is not configured.")
    remedy = models.CharField(max_length=300, blank=True)
    api_version = models.CharField(max_length=40, blank=True)
    version_sunset_on = models.DateField(null=True, blank=True)
    version_remedy = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField()

    class Meta:
        db_table = "platform_readiness"
        verbose_name_plural = "platform readiness"

    def __str__(self) -> str:
        return self.platform_id


class ReportMark(models.Model):
    """How far a roll-up has come. Whoever takes it further holds the row."""

    name = models.CharField(primary_key=True, max_length=16)
    until = models.DateTimeField(help_text="Tallies hold what happened before; the views read the rest from the facts.")
    closed = models.DateTimeField(help_text="Hours before are over, and complete.")
    rebuilding_from = models.DateTimeField(
        null=True, blank=True, help_text="Where a rebuild that was broken off goes on."
    )

    class Meta:
        db_table = "report_marks"

    def __str__(self) -> str:
        return f"{self.name} until {self.until:%Y-%m-%d %H:%M}"


class PublishTally(models.Model):
    """How many posts of a tenant went out on a platform in an hour after a latency of one step."""

    pk = models.CompositePrimaryKey("tenant_id", "hour", "platform", "latency_ms")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    platform = models.CharField(max_length=32)
    hour = models.DateTimeField()
    latency_ms = models.BigIntegerField(help_text="The middle of the step.")
    published = models.IntegerField()
    latency_ms_sum = models.BigIntegerField()
    tries_sum = models.BigIntegerField()
    last_published_at = models.DateTimeField()

    class Meta:
        db_table = "publish_tallies"
        indexes: ClassVar = [models.Index(fields=["hour"], name="publish_tallies_by_hour")]

    def __str__(self) -> str:
        return f"{self.published} on {self.platform} after {self.latency_ms} ms"


class PublishTotal(models.Model):
    """How many posts of all tenants went out on a platform in an hour after a latency of one step: tallies added up, always."""

    pk = models.CompositePrimaryKey("hour", "platform", "latency_ms")
    platform = models.CharField(max_length=32)
    hour = models.DateTimeField()
    latency_ms = models.BigIntegerField(help_text="The middle of the step.")
    published = models.IntegerField()
    latency_ms_sum = models.BigIntegerField()
    tries_sum = models.BigIntegerField()

    class Meta:
        db_table = "publish_totals"

    def __str__(self) -> str:
        return f"{self.published} on {self.platform} after {self.latency_ms} ms, of all tenants"


class PublishHour(models.Model):
    """What a tenant published on a platform in an hour that is over, and what failed."""

    pk = models.CompositePrimaryKey("tenant_id", "hour", "platform")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    platform = models.CharField(max_length=32)
    hour = models.DateTimeField()
    published = models.IntegerField()
    failed = models.IntegerField()
    dead_lettered = models.IntegerField()
    latency_ms_sum = models.BigIntegerField()
    tries_sum = models.BigIntegerField()
    p50_ms = models.BigIntegerField(null=True)
    p95_ms = models.BigIntegerField(null=True)
    p99_ms = models.BigIntegerField(null=True)
    last_published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "publish_hours"
        indexes: ClassVar = [
            models.Index(fields=["hour"], name="publish_hours_by_hour"),
            models.Index(
                fields=["platform", "last_published_at"],
                condition=Q(last_published_at__isnull=False),
                name="publish_hours_last",
            ),
            models.Index(
                fields=["hour"], condition=Q(failed__gt=0) | Q(dead_lettered__gt=0), name="publish_hours_gone_wrong"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.published} on {self.platform} at {self.hour:%Y-%m-%d %H:%M}"


class HealthTally(models.Model):
    """How many checks of a tenant's accounts on a platform in an hour took a latency of one step, by what they found."""

    pk = models.CompositePrimaryKey("tenant_id", "hour", "platform", "latency_ms")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    platform = models.CharField(max_length=32)
    hour = models.DateTimeField()
    latency_ms = models.BigIntegerField(help_text="The middle of the step.")
    healthy = models.IntegerField()
    degraded = models.IntegerField()
    unhealthy = models.IntegerField()
    latency_ms_sum = models.BigIntegerField()

    class Meta:
        db_table = "health_tallies"
        indexes: ClassVar = [models.Index(fields=["hour"], name="health_tallies_by_hour")]

    def __str__(self) -> str:
        return f"{self.platform} after {self.latency_ms} ms"


class HealthTotal(models.Model):
    """How many checks of all tenants' accounts on a platform in an hour took a latency of one step: tallies added up, always."""

    pk = models.CompositePrimaryKey("hour", "platform", "latency_ms")
    platform = models.CharField(max_length=32)
    hour = models.DateTimeField()
    latency_ms = models.BigIntegerField(help_text="The middle of the step.")
    healthy = models.IntegerField()
    degraded = models.IntegerField()
    unhealthy = models.IntegerField()
    latency_ms_sum = models.BigIntegerField()

    class Meta:
        db_table = "health_totals"

    def __str__(self) -> str:
        return f"{self.platform} after {self.latency_ms} ms, of all tenants"


class HealthHour(models.Model):
    """How the checks of a tenant's accounts on a platform went in an hour that is over."""

    pk = models.CompositePrimaryKey("tenant_id", "hour", "platform")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    platform = models.CharField(max_length=32)
    hour = models.DateTimeField()
    healthy = models.IntegerField()
    degraded = models.IntegerField()
    unhealthy = models.IntegerField()
    latency_ms_sum = models.BigIntegerField()
    p95_ms = models.BigIntegerField(null=True)

    class Meta:
        db_table = "health_hours"
        indexes: ClassVar = [models.Index(fields=["hour"], name="health_hours_by_hour")]

    def __str__(self) -> str:
        return f"{self.platform} at {self.hour:%Y-%m-%d %H:%M}"
