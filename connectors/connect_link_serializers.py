"""The shapes of connect links, return origins and what happens after a reconnect in the API."""

import json
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from connectors import branding, connect_links
from connectors.connect_links import Wish
from connectors.models import ConnectLink, ReturnOrigin
from foundation.forms import StrictSerializer, unfit

MOST_METADATA: Final = 50
LONGEST_METADATA: Final = 4000
_HOST: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")


class BrandSerializer(StrictSerializer):
    """How the link's pages look."""

    name = serializers.CharField(
        max_length=80, required=False, default="", allow_blank=True, help_text="Who asks; none: the tenant's name."
    )
    color = serializers.RegexField(
        rf"^(?:{branding.HEX.pattern})?\Z",
        required=False,
        default="",
        allow_blank=True,
        help_text="Your colour, such as #0a7cff; made darker or lighter where words could not be read.",
    )
    logo_url = serializers.CharField(
        max_length=1000, required=False, default="", allow_blank=True, help_text="A picture, by https."
    )

    def validate_logo_url(self, text: str) -> str:
        """Take an https address in plain ASCII, and nothing that could end the content policy's line."""
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise unfit("This is no address.") from None
        host = parts.hostname or ""
        plain = text.isascii() and text.isprintable() and not set(text) & set(" \"'<>\\;,`")
        good = parts.scheme == "https" and host and "@" not in parts.netloc and set(host) <= _HOST and port != 0
        if not plain or not good:
            raise unfit("A logo lies at an https address, in plain ASCII.")
        return text


class NewConnectLinkSerializer(StrictSerializer):
    """What a link is for."""

    platforms = serializers.ListField(
        child=serializers.CharField(max_length=32, allow_blank=True, trim_whitespace=False),
        required=False,
        default=list,
        max_length=20,
        help_text="To choose among, by slug; none: all that are switched on.",
    )
    connection = serializers.UUIDField(
        required=False, default=None, allow_null=True, help_text="Renew this account, and no other."
    )
    allow_other_account = serializers.BooleanField(
        required=False,
        default=False,
        help_text="With connection: take another person's grant as an account of its own instead of refusing it.",
    )
    return_url = serializers.CharField(
        max_length=2000,
        required=False,
        default="",
        allow_blank=True,
        help_text="Where the person goes afterwards; its origin must be listed (/api/return-origins/).",
    )
    state = serializers.CharField(
        max_length=500,
        required=False,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="Handed back as it is.",
    )
    expires_in = serializers.IntegerField(
        required=False,
        default=None,
        allow_null=True,
        min_value=0,
        max_value=100_000_000,
        help_text="Seconds: 60 to 86400, or to 604800 with connection; 3600 unless told.",
    )
    external_user_id = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True, help_text="Who it is for, in your words."
    )
    metadata = serializers.DictField(
        child=serializers.CharField(max_length=1000, allow_blank=True),
        required=False,
        default=dict,
        help_text="Your own notes: up to 50 texts, 4,000 characters in all.",
    )
    brand = BrandSerializer(required=False, default=dict)

    def validate_metadata(self, said: dict[str, str]) -> dict[str, str]:
        """Bound it."""
        if len(said) > MOST_METADATA or len(json.dumps(said)) > LONGEST_METADATA:
            raise unfit(f"Up to {MOST_METADATA} texts, {LONGEST_METADATA:,} characters in all.")
        if any("\x00" in name or not name.isprintable() for name in said):
            raise unfit("Names are printable characters.")
        return said

    def to_wish(self) -> Wish:
        """Return what was asked for; ``is_valid`` has passed."""
        said: dict[str, Any] = dict(self.validated_data)
        brand, seconds = said.pop("brand"), said.pop("expires_in")
        return Wish(
            **{**said, "platforms": tuple(said["platforms"])},
            expires_in=None if seconds is None else timedelta(seconds=seconds),
            brand_name=brand.get("name", ""),
            brand_color=brand.get("color", "").lower(),
            brand_logo_url=brand.get("logo_url", ""),
        )


class ToldBrandSerializer(serializers.Serializer[ConnectLink]):
    """How the link's pages look."""

    name = serializers.CharField(source="brand_name")
    color = serializers.CharField(source="brand_color")
    logo_url = serializers.CharField(source="brand_logo_url")


class ConnectLinkErrorSerializer(serializers.Serializer[ConnectLink]):
    """Why nothing was connected yet, or at all."""

    code = serializers.CharField()
    cause = serializers.CharField()
    remedy = serializers.CharField()


class ConnectLinkResultSerializer(serializers.Serializer[Any]):
    """What was connected, and where may be published."""

    connection = serializers.UUIDField()
    platform = serializers.CharField()
    display_name = serializers.CharField()
    destinations = serializers.ListField(child=serializers.UUIDField())


class ConnectLinkSerializer(serializers.ModelSerializer[ConnectLink]):
    """A link; its address is told once, when it is made."""

    status = serializers.SerializerMethodField()
    platforms = serializers.ListField(child=serializers.CharField())
    connection = serializers.UUIDField(source="connection_id", allow_null=True)
    metadata = serializers.DictField(child=serializers.CharField())
    brand = ToldBrandSerializer(source="*")
    error = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()

    class Meta:
        model = ConnectLink
        fields = [
            "id", "status", "platforms", "connection", "allow_other_account", "return_url", "state", "external_user_id",
            "metadata", "brand", "expires_at", "opened_at", "finished_at", "error", "result", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=ConnectLink.Status.choices))
    def get_status(self, link: ConnectLink) -> str:
        """Return how it stands now."""
        return str(connect_links.status_of(link, now=timezone.now()))

    @extend_schema_field(ConnectLinkErrorSerializer(allow_null=True))
    def get_error(self, link: ConnectLink) -> dict[str, str] | None:
        """Return why the last try came to nothing, while nothing is connected."""
        if not link.problem_code:
            return None
        return {"code": link.problem_code, "cause": link.problem_cause, "remedy": link.problem_remedy}

    @extend_schema_field(ConnectLinkResultSerializer(allow_null=True))
    def get_result(self, link: ConnectLink) -> dict[str, Any] | None:
        """Return what was connected."""
        if link.result is None:
            return None
        places = [place for place in link.result.destinations.all() if place.enabled and place.gone_at is None]
        return {
            "connection": link.result.pk,
            "platform": link.result.platform_id,
            "display_name": link.result.display_name,
            "destinations": [place.pk for place in places],
        }


class MadeConnectLinkSerializer(ConnectLinkSerializer):
    """A link just made, with its address."""

    url = serializers.SerializerMethodField(
        help_text="Open it in the person's browser. Told now and never again; null when the link was opened already."
    )

    class Meta(ConnectLinkSerializer.Meta):
        fields = [*ConnectLinkSerializer.Meta.fields, "url"]
        read_only_fields = fields

    def get_url(self, link: ConnectLink) -> str | None:
        """Return the address."""
        return self.context["url"] or None


class ReturnOriginSerializer(serializers.ModelSerializer[ReturnOrigin]):
    """An origin that people may be sent back to."""

    class Meta:
        model = ReturnOrigin
        fields = ["id", "origin", "created_at"]
        read_only_fields = fields


class NewReturnOriginSerializer(StrictSerializer):
    """An origin to list."""

    origin = serializers.CharField(max_length=300, help_text="Scheme, host and port: https://app.example.com")
