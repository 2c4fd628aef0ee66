"""How operators look at rows: everything can be inspected, nothing is typed in by hand."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import cached_property


class BoundedPaginator(Paginator[Any]):
    """Count no further than a few pages: counting a million rows to show a hundred is work for nothing."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most ``MOST``."""
        rows: Any = self.object_list
        return len(rows.order_by().values_list("pk", flat=True)[: self.MOST])


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Show rows and change none: what changes them is a service, reached by an action or a page."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: rows are made by services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: rows are changed by services."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: rows are history."""
        return False
