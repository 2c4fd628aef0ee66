"""The operator's view of the post room; actions call the same services as the API and the pages."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import ReadOnlyAdmin
from foundation.errors import Conflict
from outbox import endpoints, replaying
from outbox.models import Digest, Mail, OutgoingEvent, WebhookDelivery, WebhookEndpoint
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import SCOPES


def _operator(request: HttpRequest, tenant: Tenant) -> Principal:
    """Act for a tenant in the operator's own name, which is what the audit log will say."""
    return Principal(tenant, f"user:{request.user}", frozenset(SCOPES))


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """Endpoints; their secrets are in the vault."""

    list_display = ("url", "tenant", "description", "disabled", "failures_in_row", "failing_since", "last_success_at")
    list_select_related = ("tenant",)
    list_filter = ("disabled",)
    search_fields = ("id", "url", "tenant__name")
    actions = ("switch_on", "switch_off", "replay_failed")

    @admin.action(description="Switch the chosen endpoints on", permissions=["view"])
    def switch_on(self, request: HttpRequest, rows: QuerySet[WebhookEndpoint]) -> None:
        """Switch on, with their failures forgotten."""
        self._switch(request, rows, on=True)

    @admin.action(description="Switch the chosen endpoints off", permissions=["view"])
    def switch_off(self, request: HttpRequest, rows: QuerySet[WebhookEndpoint]) -> None:
        """Switch off; events are kept."""
        self._switch(request, rows, on=False)

    @admin.action(description="Replay what failed at the chosen endpoints", permissions=["view"])
    def replay_failed(self, request: HttpRequest, rows: QuerySet[WebhookEndpoint]) -> None:
        """Send again what failed for good; endpoints that are off are left alone."""
        count = 0
        for row in rows.select_related("tenant"):
            try:
                told = replaying.replay_failed(
                    principal=_operator(request, row.tenant), endpoint=row, now=timezone.now()
                )
            except Conflict:
                continue
            count += told.count
        self.message_user(request, f"{count} deliveries go out again.")

    def _switch(self, request: HttpRequest, rows: QuerySet[WebhookEndpoint], *, on: bool) -> None:
        for row in rows.filter(deleted_at=None).select_related("tenant"):
            endpoints.change_endpoint(
                principal=_operator(request, row.tenant), endpoint=row, enabled=on, now=timezone.now()
            )
        self.message_user(request, f"Switched {'on' if on else 'off'}.")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """Deliveries."""

    list_display = ("id", "tenant", "endpoint", "event", "state", "tries", "last_status", "last_error", "due_at")
    list_select_related = ("tenant", "endpoint", "event")
    list_filter = ("state", "last_status")
    search_fields = ("id", "event__id", "endpoint__url")
    actions = ("replay",)

    @admin.action(description="Send the chosen deliveries again", permissions=["view"])
    def replay(self, request: HttpRequest, rows: QuerySet[WebhookDelivery]) -> None:
        """Send again, under the same id; those of endpoints that are off are left alone."""
        done = 0
        for row in rows.select_related("tenant", "endpoint"):
            try:
                replaying.replay(principal=_operator(request, row.tenant), delivery=row, now=timezone.now())
                done += 1
            except Conflict:
                continue
        self.message_user(request, f"{done} of {len(rows)} deliveries go out again.")


@admin.register(OutgoingEvent)
class OutgoingEventAdmin(ReadOnlyAdmin):
    """News."""

    list_display = ("id", "sequence", "tenant", "type", "happened_at")
    list_select_related = ("tenant",)
    list_filter = ("type",)
    search_fields = ("id", "tenant__name")


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """Mails, without what they say: that is written when they are sent."""

    list_display = ("id", "tenant", "user", "kind", "state", "tries", "due_at", "sent_at", "error")
    list_select_related = ("tenant", "user")
    list_filter = ("state", "kind")
    search_fields = ("id", "user__email", "tenant__name")
    actions = ("send_again",)

    @admin.action(description="Try the chosen mails that failed again", permissions=["view"])
    def send_again(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Make mails due that were given up."""
        now = timezone.now()
        count = rows.filter(state=Mail.State.FAILED).update(
            state=Mail.State.WAITING, due_at=now, tries=0, updated_at=now
        )
        self.message_user(request, f"{count} mails are tried again.")


@admin.register(Digest)
class DigestAdmin(ReadOnlyAdmin):
    """When tenants are next told of dead letters by mail."""

    list_display = ("tenant", "due_at", "told_until", "mailed_at")
    list_select_related = ("tenant",)
