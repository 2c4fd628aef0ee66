"""The shapes of platforms, connections and destinations in the API."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from connectors import switches
from connectors.audiences import MOST_AT_ONCE
from connectors.base import DestinationKind
from connectors.connecting_by_key import LONGEST_KEY
from connectors.manager import is_configured
from connectors.models import Connection, Destination, Platform, TokenRefresh, WebhookEvent
from connectors.registry import CONNECTORS
from connectors.renewing import OUTCOMES
from connectors.types import Action, Capability, Composing, EventKind, Member, MemberResult, Review
from foundation.forms import StrictSerializer
from tenants.principal import principal_of
from tenants.scopes import CONNECTIONS_WRITE


class KindSerializer(serializers.Serializer[DestinationKind]):
    """A kind of place on a platform, and what a post may carry there."""

    slug = serializers.CharField()
    name = serializers.CharField()
    longest_text = serializers.IntegerField(help_text="In characters.")
    takes = serializers.SerializerMethodField()
    most_media = serializers.IntegerField(help_text="How many files one post may carry.")
    settings_version = serializers.IntegerField(source="settings.version")

    def get_takes(self, kind: DestinationKind) -> list[str]:
        """Return what can be said there, in words of the platform's capabilities."""
        return sorted(kind.takes)


class ActionSerializer(serializers.Serializer[Action]):
    """Something that can be done with what was published, beyond editing and deleting it."""

    slug = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField()
    schema = serializers.DictField(help_text="What it takes, as JSON Schema, draft 2020-12.")
    public = serializers.BooleanField(help_text="Whether people out there notice.")


class PlatformSerializer(serializers.ModelSerializer[Platform]):
    """A platform, what it can do, and whether it can be used here."""

    enabled = serializers.SerializerMethodField(help_text="Whether your tenant may use it now.")
    configured = serializers.SerializerMethodField()
    capabilities = serializers.SerializerMethodField()
    destination_kinds = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Platform
        fields = ["slug", "name", "enabled", "configured", "capabilities", "destination_kinds", "actions"]
        read_only_fields = fields

    def get_enabled(self, platform: Platform) -> bool:
        """Return whether it is switched on, for the tenant that asks."""
        return switches.is_on(platform, principal_of(self.context["request"]).tenant.pk)

    def get_configured(self, platform: Platform) -> bool:
        """Return whether app credentials are set."""
        return is_configured(platform.slug)

    def get_capabilities(self, platform: Platform) -> list[str]:
        """Return what the connector can do; what is not listed cannot be done."""
        return sorted(CONNECTORS[platform.slug].capabilities)

    @extend_schema_field(KindSerializer(many=True))
    def get_destination_kinds(self, platform: Platform) -> list[dict[str, Any]]:
        """Return the kinds of places, each with what it takes."""
        return [KindSerializer(kind).data for kind in CONNECTORS[platform.slug].kinds]

    @extend_schema_field(ActionSerializer(many=True))
    def get_actions(self, platform: Platform) -> list[dict[str, Any]]:
        """Return what can be done with what was published there."""
        return [ActionSerializer(action).data for action in CONNECTORS[platform.slug].actions]


class SchemaSerializer(serializers.Serializer[Any]):
    """The JSON Schema of one kind's settings."""

    kind = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    schema = serializers.DictField(help_text="JSON Schema, draft 2020-12.")


class BudgetSerializer(serializers.Serializer[Any]):
    """What is left of one of a platform's budgets, as far as the platform has told."""

    key = serializers.CharField()
    used_percent = serializers.IntegerField()
    blocked_seconds = serializers.IntegerField(help_text="How long the budget stays closed; 0 while it is open.")


class ConnectionSerializer(serializers.ModelSerializer[Connection]):
    """A connection; its tokens are never shown."""

    platform = serializers.CharField(source="platform_id")
    status = serializers.ChoiceField(choices=Connection.Status.choices)
    reconnect_url = serializers.SerializerMethodField(
        help_text="Where its owner, signed in to the hub with a browser, connects it anew."
    )
    scopes_granted = serializers.ListField(child=serializers.CharField())
    scopes_missing = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Connection
        fields = [
            "id", "platform", "display_name", "status", "status_code", "status_cause", "status_remedy", "status_since", "health",
            "health_checked_at", "scopes_granted", "scopes_missing", "access_expires_at", "refresh_expires_at", "refreshed_at",
            "data_access_expires_at", "connected_at", "disconnected_at", "reconnect_url",
        ]  # fmt: skip
        read_only_fields = fields

    def get_reconnect_url(self, connection: Connection) -> str:
        """Return the start of a login, or the page that asks for a key."""
        slug = connection.platform_id
        if Capability.OAUTH not in CONNECTORS[slug].capabilities:
            return f"{settings.PUBLIC_URL}{reverse('connect')}#connect-{slug}"
        return f"{settings.PUBLIC_URL}{reverse('oauth_start', args=[slug])}?connection={connection.pk}"


class RefreshSerializer(serializers.ModelSerializer[TokenRefresh]):
    """One renewal of a connection's tokens: why, who asked, what came of it."""

    connection = serializers.UUIDField(source="connection_id")
    outcome = serializers.ChoiceField(
        choices=[TokenRefresh.OPEN, *(str(word) for word in OUTCOMES)],
        help_text="refreshed; failed: no clear answer, the old tokens stand; ended: refused, the account must be reconnected; "
        "fresh_already: somebody else stored newer ones meanwhile; open: not finished (yet).",
    )
    platform_reply = serializers.DictField(source="facts", help_text="The platform's status, code and request id.")

    class Meta:
        model = TokenRefresh
        fields = [
            "id",
            "connection",
            "outcome",
            "reason",
            "asked_by",
            "started_at",
            "took_ms",
            "cause",
            "platform_reply",
        ]
        read_only_fields = fields


class ConnectSerializer(StrictSerializer):
    """An API key that opens an account. It is tried at once, sealed, and never told again."""

    platform = serializers.CharField(max_length=32)
    api_key = serializers.CharField(max_length=LONGEST_KEY, write_only=True, style={"input_type": "password"})


class DestinationSerializer(serializers.ModelSerializer[Destination]):
    """A place to publish."""

    connection = serializers.UUIDField(source="connection_id")
    platform = serializers.CharField(source="platform_id")

    class Meta:
        model = Destination
        fields = [
            "id",
            "connection",
            "platform",
            "kind",
            "external_id",
            "name",
            "username",
            "url",
            "enabled",
            "obstacle",
            "gone_at",
        ]
        read_only_fields = fields


class ComposingSerializer(serializers.Serializer[Composing]):
    """What a place allows at this moment."""

    name = serializers.CharField(help_text="What the account is called there, to be shown to whoever writes.")
    username = serializers.CharField()
    picture_url = serializers.CharField(help_text="Short-lived.")
    obstacle = serializers.CharField(
        help_text="Why nothing can be posted now, in words with a remedy; empty when something can."
    )
    choices = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="By setting of the destination's kind: the values that are taken now. Other settings are as their schema says.",
    )
    fixed = serializers.DictField(help_text="By setting: what the place decides itself, whatever is sent.")
    longest_video_seconds = serializers.SerializerMethodField(help_text="Null where the platform told none.")
    notices = serializers.ListField(child=serializers.CharField(), help_text="What whoever writes should know.")

    def get_longest_video_seconds(self, told: Composing) -> float | None:
        """Return it as a number."""
        return None if told.longest_video is None else told.longest_video.total_seconds()


class ReviewSerializer(serializers.Serializer[Review]):
    """What a customer wrote about a place, and what the place answered."""

    id = serializers.CharField(source="external_id")
    author = serializers.CharField()
    stars = serializers.IntegerField(allow_null=True, help_text="One to five; null when the platform tells none.")
    text = serializers.CharField()
    written_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)
    reply = serializers.CharField(help_text="Empty while there is none.")
    replied_at = serializers.DateTimeField(allow_null=True)
    reply_note = serializers.CharField(
        help_text="What the platform says of the reply, such as that it is not public yet."
    )


class ReviewPageSerializer(serializers.Serializer[Any]):
    """Some reviews of a place, newest first."""

    next = serializers.CharField(allow_null=True, help_text="The address of the next page; null at the end.")
    average = serializers.FloatField(allow_null=True, help_text="Of all reviews, by the platform.")
    total = serializers.IntegerField(allow_null=True, help_text="Of all reviews, by the platform.")
    results = ReviewSerializer(many=True)


class ReplySerializer(StrictSerializer):
    """The answer to a review."""

    text = serializers.CharField(max_length=10_000)


class MemberSerializer(serializers.Serializer[Member]):
    """A contact of an audience."""

    id = serializers.CharField(source="external_id", help_text="The platform's.")
    email = serializers.CharField()
    status = serializers.CharField(help_text="The platform's word.")
    fields = serializers.DictField(help_text="By the platform's names of fields.")  # type: ignore[assignment]
    tags = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField()
    vip = serializers.BooleanField(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)


class MemberPageSerializer(serializers.Serializer[Any]):
    """Some contacts of an audience."""

    next = serializers.CharField(allow_null=True, help_text="The address of the next page; null at the end.")
    total = serializers.IntegerField(allow_null=True, help_text="Of all contacts asked for, by the platform.")
    results = MemberSerializer(many=True)


class MemberInputSerializer(StrictSerializer):
    """A contact to add, or to change if it is there. What is left out is left as it is, or as the platform does."""

    email = serializers.CharField(max_length=320)
    status = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    fields = serializers.DictField(required=False, default=dict)  # type: ignore[assignment]
    tags = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, default=list, max_length=100
    )
    language = serializers.CharField(required=False, default="", allow_blank=True, max_length=20)
    vip = serializers.BooleanField(required=False, default=None, allow_null=True)

    def to_internal_value(self, data: Any) -> Any:
        """Return a contact as connectors take it."""
        said = super().to_internal_value(data)
        return Member(**{**said, "tags": tuple(said["tags"])})


class MembersSerializer(StrictSerializer):
    """Contacts to add or to change."""

    members = serializers.ListField(child=MemberInputSerializer(), allow_empty=False, max_length=MOST_AT_ONCE)


class MemberResultSerializer(serializers.Serializer[MemberResult]):
    """What became of one contact; ``code`` is empty when it went well."""

    email = serializers.CharField()
    ok = serializers.SerializerMethodField()
    member = MemberSerializer(allow_null=True, help_text="As it is there now, where the platform tells.")
    code = serializers.CharField(help_text="Why it was refused: content_rejected, or a word of the platform's.")
    cause = serializers.CharField()
    remedy = serializers.CharField()

    def get_ok(self, result: MemberResult) -> bool:
        """Return whether it was saved."""
        return not result.code


class MemberResultsSerializer(serializers.Serializer[Any]):
    """What became of each contact, in the order in which they were sent."""

    saved = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = MemberResultSerializer(many=True)


class SegmentSerializer(serializers.Serializer[Any]):
    """A part of an audience."""

    id = serializers.CharField(source="external_id")
    name = serializers.CharField()
    kind = serializers.CharField(help_text="tag, saved, or another word of the platform's.")
    members = serializers.IntegerField(allow_null=True)


class ChoiceSerializer(StrictSerializer):
    """Which places of a connection to publish to: exactly these."""

    destinations = serializers.ListField(child=serializers.UUIDField(), max_length=5000)


class PlatformEventSerializer(serializers.ModelSerializer[WebhookEvent]):
    """One thing a platform told by itself, and how far the hub is with it."""

    platform = serializers.CharField(source="platform_id")
    kind = serializers.CharField(help_text="In the same words for all platforms: " + ", ".join(EventKind) + ".")
    key = serializers.CharField(help_text="The same each time the platform tells it.")
    external_id = serializers.CharField(
        help_text="The platform's id of the place it is about; a destination has it too."
    )
    post_id = serializers.CharField(help_text="The platform's id of the post it is about.")
    state = serializers.ChoiceField(
        choices=WebhookEvent.State.choices,
        help_text="received: waits to be processed; processed; failed: given up after several tries, see error.",
    )
    happened_at = serializers.DateTimeField(allow_null=True, help_text="Null where the platform did not say.")
    due_at = serializers.DateTimeField(allow_null=True, help_text="When it is processed next; null at rest.")

    class Meta:
        model = WebhookEvent
        fields = (
            *(
                "id",
                "platform",
                "kind",
                "key",
                "external_id",
                "post_id",
                "state",
                "happened_at",
                "received_at",
                "due_at",
            ),
            *("processed_at", "tries", "error"),
        )
        read_only_fields = fields


class WholePlatformEventSerializer(PlatformEventSerializer):
    """One thing a platform told by itself, with its own words."""

    said = serializers.SerializerMethodField(
        help_text="The platform's own words. Null without connections:write: they may hold what people wrote."
    )

    class Meta(PlatformEventSerializer.Meta):
        fields = (*PlatformEventSerializer.Meta.fields, "said")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    @extend_schema_field({"type": "object", "additionalProperties": {}, "nullable": True})
    def get_said(self, event: WebhookEvent) -> Any:
        """Return what the platform said, to who may see it."""
        may_see = CONNECTIONS_WRITE in principal_of(self.context["request"]).scopes
        return event.raw if may_see else None
