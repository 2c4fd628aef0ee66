"""The operator's view of the watchtower."""

from django.contrib import admin

from foundation.admin import ReadOnlyAdmin
from monitoring.alerting.admin import AlertAdmin
from monitoring.models import AccountMetric, ConnectionHealth, HealthLogEntry, Heartbeat, MetricWatch, PostMetric

__all__ = ["AlertAdmin"]


@admin.register(HealthLogEntry)
class HealthLogAdmin(ReadOnlyAdmin):
    """Health checks."""

    list_display = ("checked_at", "tenant", "connection", "platform", "state", "code", "latency_ms", "cause")
    list_select_related = ("tenant", "connection")
    list_filter = ("state", "platform", "code")
    search_fields = ("connection__id", "cause", "tenant__name")


@admin.register(ConnectionHealth)
class ConnectionHealthAdmin(ReadOnlyAdmin):
    """How each connection is, and since when."""

    list_display = (
        "connection",
        "state",
        "since",
        "code",
        "cause",
        "failures",
        "failing_since",
        "told_state",
        "told_at",
    )
    list_select_related = ("connection",)
    list_filter = ("state", "code")
    search_fields = ("connection__id", "cause", "connection__tenant__name")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """Signs of life."""

    list_display = ("name", "owner", "seen_at", "lease_until")


@admin.register(MetricWatch)
class MetricWatchAdmin(ReadOnlyAdmin):
    """When platforms are asked for numbers."""

    list_display = (
        "id",
        "kind",
        "tenant",
        "destination",
        "platform",
        "due_at",
        "taken_at",
        "failures",
        "stop",
        "problem",
    )
    list_select_related = ("tenant", "destination", "platform")
    list_filter = ("kind", "platform", "stop")
    search_fields = ("=job__id", "=destination__id")


@admin.register(PostMetric)
class PostMetricAdmin(ReadOnlyAdmin):
    """The latest numbers of posts."""

    list_display = ("job_id", "destination", "platform", "metric", "value", "raw_name", "as_of", "taken_at")
    list_select_related = ("destination", "platform")
    list_filter = ("platform",)
    search_fields = ("=job__id", "=destination__id")


@admin.register(AccountMetric)
class AccountMetricAdmin(ReadOnlyAdmin):
    """The numbers of places, day by day."""

    list_display = ("destination", "platform", "metric", "day", "window", "value", "raw_name", "taken_at")
    list_select_related = ("destination", "platform")
    list_filter = ("platform",)
    search_fields = ("=destination__id",)
