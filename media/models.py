"""Rows of the archive: files, what was made of them, uploads under way, and what is to be removed from the store."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from foundation.rows import Row
from media.kinds import Kind
from tenants.models import Tenant


class Media(Row):
    """One file of a tenant, by its bytes: the same bytes are the same row. Gone files keep their row, to say what became of them."""

    class State(models.TextChoices):
        STORED = "stored", "Stored"
        GONE = "gone", "Gone"

    class Why(models.TextChoices):
        DELETED = "deleted", "Deleted"
        EXPIRED = "expired", "Expired"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="media")
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value.title()) for kind in Kind])
    content_type = models.CharField(max_length=100, help_text="By its bytes, never by its name.")
    name = models.CharField(max_length=120, help_text="Harmless, with the right ending.")
    size_bytes = models.BigIntegerField()
    width = models.PositiveIntegerField(null=True, blank=True, help_text="Pixels as shown, rotation applied.")
    height = models.PositiveIntegerField(null=True, blank=True)
    duration_ms = models.BigIntegerField(null=True, blank=True)
    facts = models.JSONField(default=dict, help_text="What else the probe found: codecs, rates, frames, pages.")
    storage_name = models.CharField(max_length=200, blank=True, help_text="Where it lies in the store.")
    source_url = models.CharField(
        max_length=500, blank=True, help_text="Where it was fetched from, without query and credentials."
    )
    derived = models.BooleanField(default=False, help_text="Made by the hub from another file.")
    created_by = models.CharField(max_length=160)
    state = models.CharField(max_length=16, choices=State.choices, default=State.STORED)
    last_used_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Removed after this moment; empty: never.")
    gone_at = models.DateTimeField(null=True, blank=True)
    gone_why = models.CharField(max_length=16, choices=Why.choices, blank=True)

    class Meta:
        db_table = "media_files"
        ordering: ClassVar = ["-id"]
        verbose_name_plural = "media"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "sha256"], name="the_same_bytes_are_kept_once_a_tenant"),
            models.CheckConstraint(
                condition=(Q(state="stored", gone_at=None, gone_why="") & ~Q(storage_name=""))
                | Q(state="gone", gone_at__isnull=False, storage_name=""),
                name="media_state_agrees_with_store",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-id"], condition=Q(state="stored", derived=False), name="media_of_tenant"),
            models.Index(fields=["expires_at"], condition=Q(state="stored"), name="media_expiring"),
        ]

    def __str__(self) -> str:
        return self.name


class Variant(Row):
    """A file made of another by a recipe; made once, then found."""

    original = models.ForeignKey(Media, on_delete=models.CASCADE, related_name="variants")
    recipe = models.CharField(max_length=120)
    made = models.ForeignKey(Media, on_delete=models.CASCADE, related_name="made_from")

    class Meta:
        db_table = "media_variants"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["original", "recipe"], name="a_variant_is_made_once"),
        ]

    def __str__(self) -> str:
        return f"{self.original_id} as {self.recipe}"


class Upload(Row):
    """A file that arrives in several requests. What has arrived lies in the store part by part, so any web process can go on."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        FINISHED = "finished", "Finished"
        REFUSED = "refused", "Refused"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="media_uploads")
    name = models.CharField(max_length=200, blank=True)
    size_bytes = models.BigIntegerField(help_text="How long the whole is to be.")
    offset_bytes = models.BigIntegerField(default=0, help_text="How much of it has arrived.")
    parts = models.JSONField(default=list, help_text="[name in the store, bytes] of each part, in order.")
    created_by = models.CharField(max_length=160)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    expires_at = models.DateTimeField()
    media = models.ForeignKey(Media, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    problem_code = models.CharField(max_length=40, blank=True)
    problem_detail = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "media_uploads"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(offset_bytes__gte=0, offset_bytes__lte=F("size_bytes")), name="upload_offset_within_size"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant"], condition=Q(state="open"), name="media_uploads_open"),
            models.Index(fields=["expires_at"], name="media_uploads_expiring"),
        ]

    def __str__(self) -> str:
        return f"{self.name or 'upload'}: {self.offset_bytes} of {self.size_bytes} bytes"


class Leftover(Row):
    """A name in the store that holds nothing needed after a moment.

    Written before a file is, and taken back with the row that speaks of it: so a process may die at any point, and nothing
    stays in the store that no row knows.
    """

    name = models.CharField(max_length=200, unique=True)
    due_at = models.DateTimeField()

    class Meta:
        db_table = "media_leftovers"
        indexes: ClassVar = [models.Index(fields=["due_at"], name="media_leftovers_due")]

    def __str__(self) -> str:
        return self.name
