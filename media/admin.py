"""The operator's view of the archive. Files themselves are not shown here: they are their tenants'."""

from django.contrib import admin

from foundation.admin import ReadOnlyAdmin
from media.models import Media, Upload


@admin.register(Media)
class MediaAdmin(ReadOnlyAdmin):
    """Files."""

    list_display = ("name", "tenant", "kind", "content_type", "size_bytes", "state", "expires_at", "created_by")
    list_select_related = ("tenant",)
    list_filter = ("kind", "state", "derived")
    search_fields = ("id", "name", "sha256", "tenant__name")
    exclude = ("storage_name",)


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """Uploads in parts."""

    list_display = ("name", "tenant", "state", "offset_bytes", "size_bytes", "expires_at", "problem_code")
    list_select_related = ("tenant",)
    list_filter = ("state",)
    search_fields = ("id", "name", "tenant__name")
    exclude = ("parts",)
