"""The operator's view of the strongroom: which keys there are and who opened what, never a key or a sealed byte."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from foundation.admin import ReadOnlyAdmin
from foundation.listing import read_uuid
from vault.models import Access, DataKey, MasterKey, Rotation

_SEALED = ("iv", "ciphertext", "auth_tag")


@admin.register(MasterKey)
class MasterKeyAdmin(ReadOnlyAdmin):
    """Versions of the key over all keys."""

    list_display = ("version", "provider", "held_by", "iterations", "created_at", "retired_at")
    exclude = ("salt", "check_iv", "check_ciphertext", "check_tag")


@admin.register(DataKey)
class DataKeyAdmin(ReadOnlyAdmin):
    """Tenants' data keys, sealed."""

    list_display = ("tenant", "version", "master_key", "created_at", "retired_at")
    list_select_related = ("tenant", "master_key")
    search_fields = ("id", "tenant__name", "tenant__slug")
    exclude = _SEALED


@admin.register(Rotation)
class RotationAdmin(ReadOnlyAdmin):
    """Changes of keys, finished and under way."""

    list_display = ("created_at", "kind", "tenant", "target", "actor", "moved", "unreadable", "finished_at")
    list_select_related = ("tenant", "target")
    list_filter = ("kind",)


@admin.register(Access)
class AccessAdmin(ReadOnlyAdmin):
    """Who opened which secret, and what did not open."""

    list_display = ("minute", "outcome", "count", "kind", "purpose", "connection_id", "tenant_id", "process", "detail")
    list_filter = ("outcome", "purpose")
    search_fields = ("kind", "purpose")
    search_help_text = "The id of a connection or a tenant, or words of a kind, a purpose, a process or a cause."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Look an id up in the indexes, and anything else in the texts."""
        words = search_term.strip()
        if wanted := read_uuid(words):
            return queryset.filter(Q(connection_id=wanted) | Q(tenant_id=wanted)), False
        for word in words.replace("\x00", "").split()[:5]:
            places = ("kind", "purpose", "process", "detail")
            found = Q(*((f"{place}__icontains", word) for place in places), _connector=Q.OR)
            queryset = queryset.filter(found)
        return queryset, False
