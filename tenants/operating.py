"""Acting as an operator: in whose name, and what the audit log says of rows that are changed in the admin itself."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest

from foundation.admin import OperatorAdmin
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import SCOPES
from tenants.services import record


def actor_of(request: HttpRequest) -> str:
    """Return the operator's own name, as the audit log has it."""
    return f"user:{request.user}"


def operator_for(request: HttpRequest, tenant: Tenant) -> Principal:
    """Act for a tenant in the operator's own name, which is what the audit log will say."""
    return Principal(tenant, actor_of(request), frozenset(SCOPES))


class AuditedAdmin(OperatorAdmin):
    """Rows that operators change by hand: who changed what of them stands in the audit log, in the same transaction."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """Write down what was added."""
        _record(request, obj, "created")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """Write down what was changed; nothing, when nothing was."""
        if fields := _changed(message):
            _record(request, obj, "changed", fields=fields)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Write down what was deleted."""
        for row in queryset:
            _record(request, row, "deleted")
        return super().log_deletions(request, queryset)


def _record(request: HttpRequest, row: Any, what: str, **detail: Any) -> None:
    action = f"{row._meta.model_name}.{what}"[:80]
    record(tenant=None, actor=actor_of(request), action=action, subject=row, name=str(row)[:120], **detail)


def _changed(message: Any) -> list[str]:
    if isinstance(message, str):
        return [message[:120]]
    return sorted({str(field) for part in message for told in part.values() for field in told.get("fields", ())})
