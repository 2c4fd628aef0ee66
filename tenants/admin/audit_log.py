"""Who did what."""

from typing import Any

from django.contrib import admin

from foundation.admin import ReadOnlyAdmin, linked, moment, narrowed, since
from tenants.models import AuditEntry, Tenant


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what."""

    called = ("line of the audit log", "audit log")
    about = "Who did what to which thing, and when; also what operators did here."
    list_display = (
        moment("created_at", "when"),
        "actor",
        "action",
        "subject_kind",
        "subject_id",
        linked("tenant"),
    )
    list_display_links = ("action",)
    list_select_related = ("tenant",)
    list_filter = (since, narrowed("tenant", Tenant))
    looks_for = ("pk", "tenant", "tenant__slug")
    begins_with = ("actor", "action")
    search_help_text = "The id of a line, a tenant or a thing; a tenant's slug; or the beginning of an actor (user:…, key:…) or an action."

    def _look(self, rows: Any, path: str, word: str) -> Any:
        """Look for a thing by its id, too: by kind and id, as the index has it."""
        found = super()._look(rows, path, word)
        if found is None and path == "tenant":
            kinds = ("publishjob", "connection", "webhookendpoint", "webhookdelivery", "connectlink", "media", "apikey")
            things = rows.filter(subject_kind__in=kinds, subject_id=word)
            return things if things.order_by().exists() else None
        return found
