"""The views as Django reads them: unmanaged, never written. Ids are plain columns, so that deleting a tenant asks no view.

Rates are shares between 0 and 1, and null where there is nothing to divide. ``docs/views.md`` tells what each column means.
"""

from django.db import models


class ConnectorHealthSummary(models.Model):
    """How a tenant's accounts on a platform are, and how their checks of the last 24 hours went."""

    pk = models.CompositePrimaryKey("tenant_id", "platform")
    tenant_id = models.UUIDField()
    platform = models.CharField(max_length=32)
    connections = models.IntegerField()
    active = models.IntegerField()
    attention = models.IntegerField()
    inactive = models.IntegerField()
    healthy = models.IntegerField()
    degraded = models.IntegerField()
    unhealthy = models.IntegerField()
    unchecked = models.IntegerField()
    last_checked_at = models.DateTimeField(null=True)
    oldest_check_at = models.DateTimeField(null=True)
    checks_24h = models.IntegerField()
    failed_checks_24h = models.IntegerField()
    success_rate_24h = models.FloatField(null=True)
    latency_ms_avg_24h = models.FloatField(null=True)
    latency_ms_p95_24h = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "api_connector_health_summary"

    def __str__(self) -> str:
        return f"{self.platform} of {self.tenant_id}"


class RecentError(models.Model):
    """Something that went wrong in the last seven days."""

    id = models.UUIDField(primary_key=True)
    occurred_at = models.DateTimeField()
    source = models.CharField(max_length=16)
    tenant_id = models.UUIDField(null=True)
    platform = models.CharField(max_length=32)
    connection_id = models.UUIDField(null=True)
    destination_id = models.UUIDField(null=True)
    job_id = models.UUIDField(null=True)
    subject_id = models.UUIDField()
    kind = models.CharField(max_length=32)
    code = models.CharField(max_length=60)
    cause = models.CharField(max_length=600)
    remedy = models.CharField(max_length=600)
    who = models.CharField(max_length=16)

    class Meta:
        managed = False
        db_table = "api_recent_errors"

    def __str__(self) -> str:
        return f"{self.source}: {self.kind}"


class TokenHealth(models.Model):
    """How the tokens of a connection that is not disconnected stand."""

    tenant_id = models.UUIDField()
    platform = models.CharField(max_length=32)
    connection_id = models.UUIDField(primary_key=True)
    display_name = models.CharField(max_length=200)
    status = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    expires_at = models.DateTimeField(null=True)
    seconds_left = models.BigIntegerField(null=True)
    refresh_due_at = models.DateTimeField(null=True)
    grant_ends_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)
    failures = models.IntegerField()
    last_outcome = models.CharField(max_length=16)

    class Meta:
        managed = False
        db_table = "api_token_health"

    def __str__(self) -> str:
        return f"{self.display_name}: {self.state}"


class PublishPerformance(models.Model):
    """What a tenant published on a platform in one hour of the last 30 days, how fast, and what failed."""

    pk = models.CompositePrimaryKey("tenant_id", "platform", "hour")
    tenant_id = models.UUIDField()
    platform = models.CharField(max_length=32)
    hour = models.DateTimeField()
    published = models.IntegerField()
    failed = models.IntegerField()
    dead_lettered = models.IntegerField()
    success_rate = models.FloatField(null=True)
    latency_s_avg = models.FloatField(null=True)
    latency_s_p50 = models.FloatField(null=True)
    latency_s_p95 = models.FloatField(null=True)
    latency_s_p99 = models.FloatField(null=True)
    tries_avg = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "api_publish_performance"

    def __str__(self) -> str:
        return f"{self.published} on {self.platform} at {self.hour:%Y-%m-%d %H:%M}"


class DlqStatus(models.Model):
    """Open dead letters of one cause."""

    pk = models.CompositePrimaryKey("tenant_id", "platform", "fingerprint")
    tenant_id = models.UUIDField()
    platform = models.CharField(max_length=32)
    fingerprint = models.CharField(max_length=120)
    kind = models.CharField(max_length=32)
    cause = models.CharField(max_length=600)
    remedy = models.CharField(max_length=600)
    who = models.CharField(max_length=16)
    open = models.IntegerField()
    opened_24h = models.IntegerField()
    oldest_open_at = models.DateTimeField()
    newest_open_at = models.DateTimeField()
    redriven_7d = models.IntegerField()
    discarded_7d = models.IntegerField()
    confirmed_live_7d = models.IntegerField()

    class Meta:
        managed = False
        db_table = "api_dlq_status"

    def __str__(self) -> str:
        return f"{self.open} of {self.fingerprint}"


class HealthCheckTrend(models.Model):
    """How the checks of a tenant's accounts on a platform went in one hour of the last 30 days."""

    pk = models.CompositePrimaryKey("tenant_id", "platform", "hour")
    tenant_id = models.UUIDField()
    platform = models.CharField(max_length=32)
    hour = models.DateTimeField()
    checks = models.IntegerField()
    healthy = models.IntegerField()
    degraded = models.IntegerField()
    unhealthy = models.IntegerField()
    success_rate = models.FloatField(null=True)
    latency_ms_avg = models.FloatField(null=True)
    latency_ms_p95 = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "api_health_check_trends"

    def __str__(self) -> str:
        return f"{self.checks} on {self.platform} at {self.hour:%Y-%m-%d %H:%M}"


class ConnectorReadiness(models.Model):
    """Whether a platform can be published to now, and why not."""

    platform = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=80)
    enabled = models.BooleanField()
    configured = models.BooleanField()
    ready = models.BooleanField()
    reason = models.CharField(max_length=300)
    remedy = models.CharField(max_length=300)
    api_version = models.CharField(max_length=40)
    version_sunset_on = models.DateField(null=True)
    days_left = models.IntegerField(null=True)
    connections = models.IntegerField()
    healthy_connections = models.IntegerField()
    jobs_waiting = models.IntegerField()
    jobs_late = models.IntegerField()
    last_published_at = models.DateTimeField(null=True)
    last_failed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "api_connector_readiness"

    def __str__(self) -> str:
        return self.name


class AnalyticsSummary(models.Model):
    """What the posts of a day came to at a destination, and what was counted of the destination itself."""

    pk = models.CompositePrimaryKey("destination_id", "day")
    tenant_id = models.UUIDField()
    platform = models.CharField(max_length=32)
    destination_id = models.UUIDField()
    destination_name = models.CharField(max_length=300)
    day = models.DateField()
    posts = models.IntegerField()
    post_views = models.FloatField(null=True)
    post_opens = models.FloatField(null=True)
    post_reach = models.FloatField(null=True)
    post_reactions = models.FloatField(null=True)
    post_likes = models.FloatField(null=True)
    post_comments = models.FloatField(null=True)
    post_shares = models.FloatField(null=True)
    post_saves = models.FloatField(null=True)
    post_clicks = models.FloatField(null=True)
    place_followers = models.FloatField(null=True)
    place_profile_views = models.FloatField(null=True)
    place_views = models.FloatField(null=True)
    place_clicks = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "api_analytics_summary"

    def __str__(self) -> str:
        return f"{self.destination_name} on {self.day}"
