"""Alerts as operators look through them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import ReadOnlyAdmin
from foundation.errors import Conflict
from monitoring.alerting import services
from monitoring.alerting.rows import Alert

SILENCED_HOURS = 24


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What the rules raised; an action sends nothing of the chosen ones for a day."""

    list_display = (
        *("rule", "subject", "tenant", "severity", "cause", "since", "raised_at", "cleared_at", "told_at"),
        *("acknowledged_by", "silenced_until"),
    )
    list_select_related = ("tenant",)
    list_filter = ("severity", "rule", ("cleared_at", admin.EmptyFieldListFilter))
    search_fields = ("=id", "rule", "subject", "cause", "tenant__name")
    actions = ("silence_for_a_day", "acknowledge")

    @admin.action(description="Send nothing of the chosen alerts for a day", permissions=["view"])
    def silence_for_a_day(self, request: HttpRequest, rows: QuerySet[Alert]) -> None:
        """Silence; those that are over are left alone."""
        count = 0
        for row in rows:
            try:
                services.silence(alert=row, hours=SILENCED_HOURS, actor=f"user:{request.user}", now=timezone.now())
            except Conflict:
                continue
            count += 1
        self.message_user(request, f"{count} are silenced for a day.")

    @admin.action(description="Say that somebody has taken the chosen alerts on", permissions=["view"])
    def acknowledge(self, request: HttpRequest, rows: QuerySet[Alert]) -> None:
        """Acknowledge; those that are over are left alone."""
        count = 0
        for row in rows:
            try:
                services.acknowledge(alert=row, actor=f"user:{request.user}", now=timezone.now())
            except Conflict:
                continue
            count += 1
        self.message_user(request, f"{count} are taken on.")
