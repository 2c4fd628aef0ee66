"""The shapes of health in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from connectors.types import HealthState
from monitoring.models import HealthLogEntry

#: Both have lasting names in the OpenAPI document (``config/settings/api.py``).
STATES = [state.value for state in HealthState]
STATES_OR_UNKNOWN = ["unknown", *STATES]


class HealthFindingSerializer(serializers.Serializer[Any]):
    """One thing a check saw. With the state ``healthy`` it is a notice: worth reading, and nothing is wrong."""

    state = serializers.ChoiceField(choices=STATES)
    code = serializers.CharField()
    cause = serializers.CharField()
    remedy = serializers.CharField()
    link = serializers.CharField(help_text="The page where it is mended.")


class HealthCheckSerializer(serializers.ModelSerializer[HealthLogEntry]):
    """What one check saw. ``not_asked``: the platform was out of reach, which by itself says nothing of the account."""

    state = serializers.ChoiceField(choices=STATES)
    findings = serializers.SerializerMethodField()

    class Meta:
        model = HealthLogEntry
        fields = ["id", "checked_at", "state", "latency_ms", "code", "cause", "remedy", "link", "findings"]
        read_only_fields = fields

    @extend_schema_field(HealthFindingSerializer(many=True))
    def get_findings(self, entry: HealthLogEntry) -> list[dict[str, str]]:
        """Return everything it saw; nothing of checks from before there was such a list."""
        return entry.findings or []


class HealthSerializer(serializers.Serializer[Any]):
    """How a connection is. A check that failed in passing changes nothing here until there were several in a row."""

    state = serializers.ChoiceField(choices=STATES_OR_UNKNOWN)
    since = serializers.DateTimeField(allow_null=True, help_text="Since when it is in this state.")
    code = serializers.CharField(help_text="Empty while nothing is wrong.")
    cause = serializers.CharField()
    remedy = serializers.CharField()
    link = serializers.CharField(help_text="The page where it is mended.")
    findings = HealthFindingSerializer(many=True)
    unreachable_since = serializers.DateTimeField(
        allow_null=True, help_text="Since when the platform could not be asked; null while it can."
    )
    checked_at = serializers.DateTimeField(allow_null=True)
    next_check_at = serializers.DateTimeField(allow_null=True, help_text="Null for a disconnected account.")


class HealthPageSerializer(serializers.Serializer[Any]):
    """How a connection is, and some of its checks, newest first."""

    health = HealthSerializer()
    next = serializers.CharField(allow_null=True, help_text="The address of the next page; null at the end.")
    previous = serializers.CharField(allow_null=True)
    results = HealthCheckSerializer(many=True)
