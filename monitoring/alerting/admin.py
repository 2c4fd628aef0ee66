"""Alerts as operators look through them."""

from typing import Final

from django.contrib import admin
from django.db.models import Q

from foundation.admin import Deed, ReadOnlyAdmin, Turn, among, linked, moment, narrowed, since
from monitoring.alerting import services
from monitoring.alerting.rows import Alert
from tenants.models import Tenant
from tenants.operating import actor_of

SILENCED_HOURS: Final = 24


def _silence(turn: Turn, alert: Alert) -> None:
    services.silence(alert=alert, hours=SILENCED_HOURS, actor=actor_of(turn.request), now=turn.now)


def _acknowledge(turn: Turn, alert: Alert) -> None:
    services.acknowledge(alert=alert, actor=actor_of(turn.request), now=turn.now)


def _standing(word: str) -> Q:
    return Q(cleared_at=None) if word == "open" else Q(cleared_at__isnull=False)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What the rules raised; it can be taken on, or silenced for a day."""

    about = "What the rules found wrong: since when, who was told, who took it on."
    list_display = (
        "rule",
        "subject",
        linked("tenant"),
        "severity",
        "cause",
        moment("since"),
        moment("raised_at", "raised"),
        moment("cleared_at", "over"),
        moment("told_at", "told"),
        "acknowledged_by",
        moment("silenced_until"),
    )
    list_select_related = ("tenant",)
    list_filter = (
        among("standing", [("open", "Open"), ("over", "Over")], where=_standing),
        among("severity", Alert.Severity.choices),
        since,
        narrowed("tenant", Tenant),
    )
    looks_for = ("pk", "tenant", "tenant__slug", "tenant__name__istartswith")
    begins_with = ("rule", "subject", "cause")
    search_help_text = "An id; the beginning of a tenant's name, a rule, a subject or a cause."
    deeds = (
        Deed(
            "silence_for_a_day",
            "Send nothing of them for a day",
            "are silenced for a day",
            _silence,
            related=("tenant",),
        ),
        Deed("acknowledge", "Take on", "are taken on", _acknowledge, related=("tenant",)),
    )
