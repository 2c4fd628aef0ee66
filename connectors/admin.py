"""The operator's view of the embassy. Tokens are not here: they are in the vault, which has no page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from connectors.models import Connection, Destination, Platform
from foundation.admin import ReadOnlyAdmin


@admin.register(Platform)
class PlatformAdmin(admin.ModelAdmin[Platform]):
    """Platforms: the one thing an operator changes by hand is the switch."""

    list_display = ("name", "slug", "enabled", "updated_at")
    list_editable = ("enabled",)
    readonly_fields = ("slug", "name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: platforms are code."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: switch it off instead."""
        return False


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    """Connections."""

    list_display = (
        "display_name",
        "tenant",
        "platform",
        "status",
        "health",
        "status_cause",
        "access_expires_at",
        "health_checked_at",
    )
    list_select_related = ("tenant", "platform")
    list_filter = ("platform", "status", "health")
    search_fields = ("id", "display_name", "external_user_id", "tenant__name")


@admin.register(Destination)
class DestinationAdmin(ReadOnlyAdmin):
    """Places to publish."""

    list_display = ("name", "tenant", "platform", "kind", "enabled", "obstacle", "gone_at")
    list_select_related = ("tenant", "platform")
    list_filter = ("platform", "kind", "enabled")
    search_fields = ("id", "name", "external_id", "tenant__name")
