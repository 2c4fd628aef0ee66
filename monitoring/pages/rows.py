"""Rows of a dashboard: where each leads (its own page, or the admin's for operators who look at other tenants), and what filters keep."""

from typing import Any
from uuid import UUID

from django.db.models import Model
from django.urls import reverse

from connectors.models import Connection
from monitoring.pages.dashboard import SPAN, Dashboard
from monitoring.pages.scope import ALL, PARAMETER
from tenants.principal import Principal


def link_to(principal: Principal, page: str, row: Model, *, tenant_id: UUID) -> str:
    """Return the address of a row: its page within the viewer's tenant, else its page in the admin."""
    if tenant_id == principal.tenant.pk:
        return reverse(page, args=[row.pk])
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def link_to_connection(principal: Principal, row: Connection) -> dict[str, Any]:
    """Return the link of a connection, as pages show it."""
    return {"url": link_to(principal, "connection", row, tenant_id=row.tenant_id)}


def kept_of(board: Dashboard, **more: str) -> dict[str, str]:
    """Return what a filter's form sends along so that the scope, the span and ``more`` stay as they are."""
    said = {PARAMETER: ALL if board.scope.is_wide else "", SPAN: board.span.slug if board.spans else "", **more}
    return {name: value for name, value in said.items() if value}
