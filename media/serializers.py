"""The shapes of files and uploads in the API: what clients send, and what they get."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.forms import StrictSerializer
from media import signing
from media.fetching import LONGEST_URL
from media.models import Media, Upload


class FromUrlSerializer(StrictSerializer):
    """A file to be fetched."""

    url = serializers.CharField(max_length=LONGEST_URL, help_text="A public http(s) address.")
    name = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class FormSerializer(StrictSerializer):
    """A file in a form."""

    file = serializers.FileField(allow_empty_file=True)
    name = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class MediaSerializer(serializers.ModelSerializer[Media]):
    """A file."""

    aspect_ratio = serializers.SerializerMethodField()
    facts = serializers.DictField(
        help_text="What else the probe found, such as video_codec, frame_rate, has_alpha, pages."
    )
    url = serializers.SerializerMethodField()

    class Meta:
        model = Media
        fields = [
            "id",
            "kind",
            "content_type",
            "name",
            "size_bytes",
            "width",
            "height",
            "aspect_ratio",
            "duration_ms",
            "facts",
            "sha256",
            "source_url",
            "created_by",
            "created_at",
            "expires_at",
            "url",
        ]
        read_only_fields = fields

    def get_aspect_ratio(self, media: Media) -> float | None:
        """Width by height, as shown."""
        return round(media.width / media.height, 4) if media.width and media.height else None

    @extend_schema_field(serializers.URLField(help_text="Signed, for anybody who has it, for a few hours."))
    def get_url(self, media: Media) -> str:
        """Where the file can be fetched."""
        return signing.public_url(media.pk, media.name, now=timezone.now())


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """An upload in parts."""

    problem = serializers.SerializerMethodField()

    class Meta:
        model = Upload
        fields = ["id", "name", "size_bytes", "offset_bytes", "state", "media", "problem", "expires_at", "created_at"]
        read_only_fields = fields

    def get_problem(self, upload: Upload) -> dict[str, Any] | None:
        """Why the file was refused: code and detail."""
        told = {"code": upload.problem_code, "detail": upload.problem_detail}
        return told if upload.problem_code else None
