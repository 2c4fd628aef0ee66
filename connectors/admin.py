"""The operator's view of the embassy. Tokens are not here: they are in the vault, which has no page."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from connectors import doorbell, webhook_processing
from connectors.models import (
    Connection,
    ConnectLink,
    DataDeletion,
    Destination,
    Platform,
    ReturnOrigin,
    TokenPlan,
    TokenRefresh,
    WebhookEvent,
)
from foundation.admin import ReadOnlyAdmin
from tenants.features import PLATFORM


@admin.register(Platform)
class PlatformAdmin(ReadOnlyAdmin):
    """Platforms. What switches them is the flag ``platform.<slug>``, for everybody or for some tenants."""

    list_display = ("name", "slug", "enabled", "switch", "updated_at")
    ordering = ("slug",)

    @admin.display(description="Switch")
    def switch(self, platform: Platform) -> str:
        """Link to the flag that switches it."""
        url = f"{reverse('admin:tenants_flag_changelist')}?q={PLATFORM}{platform.slug}"
        return format_html('<a href="{}">{}{}</a>', url, PLATFORM, platform.slug)


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


@admin.register(TokenRefresh)
class TokenRefreshAdmin(ReadOnlyAdmin):
    """What became of every renewal of tokens; one that stays *open* tells of a worker that died in the middle of it."""

    list_display = ("started_at", "connection", "tenant", "outcome", "reason", "asked_by", "took_ms", "cause")
    list_select_related = ("connection", "tenant")
    list_filter = ("outcome", "reason", "connection__platform")
    search_fields = ("id", "connection__id", "connection__display_name", "tenant__name", "asked_by")


@admin.register(TokenPlan)
class TokenPlanAdmin(ReadOnlyAdmin):
    """When each account's tokens are next seen to."""

    list_display = (
        "connection",
        "platform",
        "due_at",
        "held_until",
        "ends_at",
        "failures",
        "tried_at",
        "grant_ends_at",
        "told_days",
    )
    list_select_related = ("connection", "platform")
    list_filter = ("platform", "told_days")
    search_fields = ("connection__id", "connection__display_name")
    ordering = ("due_at",)


@admin.register(Destination)
class DestinationAdmin(ReadOnlyAdmin):
    """Places to publish."""

    list_display = (
        "name",
        "tenant",
        "platform",
        "kind",
        "enabled",
        "obstacle",
        "gone_at",
        "subscribed_at",
        "subscribe_problem",
    )
    list_select_related = ("tenant", "platform")
    list_filter = ("platform", "kind", "enabled")
    search_fields = ("id", "name", "external_id", "tenant__name")


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    """What platforms told us; those in the state *Dead letter* need a look."""

    list_display = ("received_at", "platform", "kind", "external_id", "post_id", "state", "tries", "due_at", "error")
    list_select_related = ("platform",)
    list_filter = ("state", "platform", "kind")
    search_fields = ("id", "key", "external_id", "external_user_id", "post_id")
    actions = ("process_again",)

    @admin.action(description="Process the chosen events again", permissions=["view"])
    def process_again(self, request: HttpRequest, events: QuerySet[WebhookEvent]) -> None:
        """Make them due as if they had just come; those that wait already are left alone."""
        chosen = len(events)
        count = webhook_processing.replay(events, now=timezone.now())
        doorbell.ring_for_webhooks()
        self.message_user(request, f"{count} of {chosen} events are processed again.")


@admin.register(DataDeletion)
class DataDeletionAdmin(ReadOnlyAdmin):
    """Who asked to be forgotten, by their code; no person is named here."""

    list_display = ("code", "platform", "requested_at", "finished_at", "erased")
    list_select_related = ("platform",)
    list_filter = ("platform",)
    search_fields = ("code", "person")


@admin.register(ConnectLink)
class ConnectLinkAdmin(ReadOnlyAdmin):
    """Links by which people without an account connect theirs. Neither secret nor digest is shown."""

    list_display = (
        "created_at",
        "tenant",
        "status",
        "connection",
        "result",
        "problem_code",
        "expires_at",
        "created_by",
    )
    list_select_related = ("tenant", "connection", "result")
    list_filter = ("status",)
    search_fields = ("id", "tenant__name", "external_user_id", "created_by")
    exclude = ("digest", "binding", "request_digest")


@admin.register(ReturnOrigin)
class ReturnOriginAdmin(ReadOnlyAdmin):
    """Where client apps' end users may be sent back to."""

    list_display = ("origin", "tenant", "created_by", "created_at")
    list_select_related = ("tenant",)
    search_fields = ("origin", "tenant__name")
