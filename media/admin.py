"""The operator's view of the archive. Files themselves are not shown here: they are their tenants'."""

from django.contrib import admin

from foundation.admin import Deed, ReadOnlyAdmin, Turn, among, linked, moment, narrowed, since, state
from media import services, uploads
from media.models import Leftover, Media, Upload, Variant
from tenants.models import Tenant
from tenants.operating import operator_for


def _delete(turn: Turn, media: Media) -> object:
    if media.state != Media.State.STORED:
        return False
    principal = operator_for(turn.request, media.tenant)
    return services.delete_media(principal=principal, media=media, now=turn.now)


@admin.register(Media)
class MediaAdmin(ReadOnlyAdmin):
    """Files."""

    called = ("file", "files")
    about = "Files of posts: size, kind, how long they are kept. Not what is in them."
    list_display = (
        "name",
        linked("tenant"),
        "content_type",
        "size_bytes",
        state("state"),
        moment("created_at"),
        moment("last_used_at"),
        moment("expires_at"),
        "created_by",
    )
    list_select_related = ("tenant",)
    list_filter = (
        among("state", Media.State.choices),
        among("kind", [(value, label) for value, label in Media._meta.get_field("kind").flatchoices]),
        since,
        narrowed("tenant", Tenant),
    )
    bounded = ("tenant",)
    looks_for = ("pk", "tenant", "tenant__slug", "tenant__name__istartswith")
    begins_with = ("name", "sha256")
    search_help_text = "An id; the beginning of a tenant's name, of a file's name or of its SHA-256."
    deeds = (
        Deed(
            "delete_unused",
            "Delete, if no post needs them",
            "are deleted",
            _delete,
            explain="The files and what was made of them are removed from the store. Files that a post still needs stay as they are.",
            danger=True,
            related=("tenant",),
            nothing="gone already",
        ),
    )


@admin.register(Variant)
class VariantAdmin(ReadOnlyAdmin):
    """Files made of others."""

    called = ("file made of another", "files made of others")
    about = "Files the hub made of others, such as a JPEG where a platform takes nothing else."
    list_display = ("recipe", linked("original"), linked("made"), moment("created_at"))
    list_select_related = ("original", "made")
    list_filter = (narrowed("original", Media), narrowed("made", Media))
    looks_for = ("pk", "original", "made")
    search_help_text = "The id of a variant or of a file."


def _give_up(turn: Turn, upload: Upload) -> object:
    if upload.state != Upload.State.OPEN:
        return False
    principal = operator_for(turn.request, upload.tenant)
    uploads.cancel_upload(principal=principal, upload=upload, now=turn.now)
    return True


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """Uploads in parts."""

    about = "Files that arrive in several requests: how far they are, and why they were refused."
    list_display = (
        "__str__",
        linked("tenant"),
        state("state"),
        "offset_bytes",
        "size_bytes",
        moment("created_at"),
        moment("expires_at"),
        "problem_code",
    )
    list_select_related = ("tenant",)
    list_filter = (among("state", Upload.State.choices), since, narrowed("tenant", Tenant))
    looks_for = ("pk", "tenant", "tenant__slug")
    begins_with = ("name",)
    search_help_text = "An id, a tenant's slug, or the beginning of a file's name."
    hidden = ("parts",)
    deeds = (
        Deed(
            "give_up",
            "Give up",
            "are given up",
            _give_up,
            explain="What has arrived is removed; who sends them has to begin anew.",
            danger=True,
            related=("tenant",),
            nothing="over already",
        ),
    )


@admin.register(Leftover)
class LeftoverAdmin(ReadOnlyAdmin):
    """Names in the store that are to be removed."""

    called = ("leftover", "leftovers")
    about = "What is to be removed from the store, and when."
    list_display = ("id", moment("due_at"), moment("created_at"))
    list_filter = (since,)
    hidden = ("name",)
    search_help_text = "An id."
