"""The shapes of endpoints, deliveries and events in the API."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.forms import StrictSerializer, unfit
from outbox import payloads, selectors, sending
from outbox.events import TYPES
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from outbox.wire import LONGEST_URL

_TYPES_HELP = "Which events it is told of; an empty list: all, also those that are added later."
_HEALTH = ("healthy", "failing", "disabled", "unknown")


class EndpointSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    """A webhook endpoint; its secret is never shown again."""

    enabled = serializers.SerializerMethodField()
    health = serializers.SerializerMethodField()
    disabled_reason = serializers.CharField(source="disabled")

    class Meta:
        model = WebhookEndpoint
        fields = (
            *("id", "url", "description", "event_types", "enabled", "health", "disabled_reason", "disabled_cause"),
            *("disabled_at", "failures_in_row", "failing_since", "last_success_at", "last_failure_at"),
            *("previous_secret_until", "created_at"),
        )

    def get_enabled(self, endpoint: WebhookEndpoint) -> bool:
        """Whether anything is sent to it."""
        return not endpoint.disabled

    @extend_schema_field({"type": "string", "enum": list(_HEALTH)})
    def get_health(self, endpoint: WebhookEndpoint) -> str:
        """How it is doing."""
        return selectors.health_of(endpoint)


class NewEndpointSerializer(EndpointSerializer):
    """A webhook endpoint with its secret, which is shown this once."""

    secret = serializers.CharField(help_text="whsec_…: what deliveries are signed with. It is not shown again.")

    class Meta(EndpointSerializer.Meta):
        fields = (*EndpointSerializer.Meta.fields, "secret")  # type: ignore[assignment]


class SecretSerializer(serializers.Serializer[Any]):
    """A new secret, which is shown this once."""

    secret = serializers.CharField(help_text="whsec_…: what deliveries are signed with from now on.")
    previous_secret_until = serializers.DateTimeField(help_text="Until then they bear the old signature, too.")


class MakeEndpointSerializer(StrictSerializer):
    """What an endpoint is made of."""

    url = serializers.CharField(max_length=LONGEST_URL, help_text="The https address of your receiver.")
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    event_types = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=len(TYPES), help_text=_TYPES_HELP
    )


class ChangeEndpointSerializer(StrictSerializer):
    """What is to be changed of an endpoint; what is left out stays."""

    url = serializers.CharField(max_length=LONGEST_URL, required=False)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    event_types = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=len(TYPES), help_text=_TYPES_HELP
    )
    enabled = serializers.BooleanField(required=False, help_text="Switching it on also forgets its failures.")


class DeliveryAttemptSerializer(serializers.Serializer[Any]):
    """One attempt of a delivery."""

    at = serializers.DateTimeField()
    took_ms = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True, help_text="None: no answer came.")
    error = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True, help_text="The beginning of the answer's body.")


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """One event for one endpoint, and what came of it."""

    endpoint_id = serializers.UUIDField()
    event_id = serializers.UUIDField()
    event_type = serializers.CharField(source="event.type")
    next_attempt_at = serializers.DateTimeField(source="due_at", allow_null=True)

    class Meta:
        model = WebhookDelivery
        fields = (
            *("id", "endpoint_id", "event_id", "event_type", "state", "tries", "last_status", "last_error"),
            *("attempted_at", "delivered_at", "next_attempt_at", "created_at"),
        )


class WholeDeliverySerializer(DeliverySerializer):
    """A delivery with what is sent and every attempt kept."""

    attempts = DeliveryAttemptSerializer(many=True, help_text="The latest twenty.")
    request_headers = serializers.SerializerMethodField()
    request_body = serializers.SerializerMethodField()

    class Meta(DeliverySerializer.Meta):
        fields = (*DeliverySerializer.Meta.fields, "attempts", "request_headers", "request_body")  # type: ignore[assignment]

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_request_headers(self, delivery: WebhookDelivery) -> dict[str, str]:
        """What is sent beside the body, but for the signature; the timestamp is that of the latest attempt."""
        return sending.headers_of(delivery, at=delivery.attempted_at or delivery.created_at)

    def get_request_body(self, delivery: WebhookDelivery) -> str:
        """The body as it is signed and sent."""
        return payloads.body_of(delivery.event).decode()


class EventSerializer(serializers.Serializer[OutgoingEvent]):
    """One event, as it is delivered."""

    id = serializers.UUIDField()
    type = serializers.CharField()
    version = serializers.IntegerField()
    sequence = serializers.IntegerField(help_text="Grows with every event; go on after the last one you read.")
    timestamp = serializers.DateTimeField(help_text="When it happened.")
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_data(self, event: Any) -> Any:
        """What happened; docs/api/webhooks.md shows it for each type."""
        return event["data"]

    def to_representation(self, instance: OutgoingEvent) -> dict[str, Any]:
        """Return exactly what deliveries hold."""
        return payloads.envelope_of(instance)


class ReplaySerializer(StrictSerializer):
    """What is to be sent again."""

    since = serializers.DateTimeField(required=False, help_text="Everything that happened since then.")
    failed = serializers.BooleanField(required=False, help_text="What failed for good.")
    dry_run = serializers.BooleanField(default=False, help_text="Only count.")

    rules: ClassVar = {"oneOf": [{"required": ["since"]}, {"required": ["failed"]}]}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one of the two."""
        if ("since" in attrs) == ("failed" in attrs):
            raise serializers.ValidationError("Name either since, or failed: true.", code="one_of")
        if attrs.get("failed") is False:
            raise serializers.ValidationError({"failed": unfit("Say true, or name since instead.").detail})
        return attrs


class ReplayedSerializer(serializers.Serializer[Any]):
    """How many deliveries are sent again, or would be."""

    count = serializers.IntegerField()
    more = serializers.BooleanField(help_text="Whether more are left; ask again when these are through.")
