"""The operator's view of the watchtower."""

from django.contrib import admin

from foundation.admin import ReadOnlyAdmin
from monitoring.models import HealthLogEntry, Heartbeat


@admin.register(HealthLogEntry)
class HealthLogAdmin(ReadOnlyAdmin):
    """Health checks."""

    list_display = ("checked_at", "tenant", "connection", "platform", "state", "latency_ms", "cause")
    list_select_related = ("tenant", "connection")
    list_filter = ("state", "platform")
    search_fields = ("connection__id", "cause", "tenant__name")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """Signs of life."""

    list_display = ("name", "owner", "seen_at", "lease_until")
