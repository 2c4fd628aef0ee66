"""How the API tells the rows of the views: all columns but whose they are, which the key says."""

from rest_framework import serializers

from monitoring.reports.models import (
    ConnectorHealthSummary,
    ConnectorReadiness,
    DlqStatus,
    HealthCheckTrend,
    PublishPerformance,
    RecentError,
    TokenHealth,
)


class HealthSummarySerializer(serializers.ModelSerializer[ConnectorHealthSummary]):
    """How the accounts on a platform are."""

    class Meta:
        model = ConnectorHealthSummary
        exclude = ("pk", "tenant_id")


class RecentErrorSerializer(serializers.ModelSerializer[RecentError]):
    """Something that went wrong."""

    class Meta:
        model = RecentError
        exclude = ("tenant_id",)


class TokenHealthSerializer(serializers.ModelSerializer[TokenHealth]):
    """How the tokens of a connection stand."""

    class Meta:
        model = TokenHealth
        exclude = ("tenant_id",)


class PublishPerformanceSerializer(serializers.ModelSerializer[PublishPerformance]):
    """An hour of publishing on a platform."""

    class Meta:
        model = PublishPerformance
        exclude = ("pk", "tenant_id")


class DlqStatusSerializer(serializers.ModelSerializer[DlqStatus]):
    """Open dead letters of one cause."""

    class Meta:
        model = DlqStatus
        exclude = ("pk", "tenant_id")


class HealthTrendSerializer(serializers.ModelSerializer[HealthCheckTrend]):
    """An hour of health checks on a platform."""

    class Meta:
        model = HealthCheckTrend
        exclude = ("pk", "tenant_id")


class ReadinessSerializer(serializers.ModelSerializer[ConnectorReadiness]):
    """Whether a platform can be published to. Counts over all tenants are the operator's."""

    class Meta:
        model = ConnectorReadiness
        fields = (
            "platform", "name", "enabled", "configured", "ready", "reason", "remedy", "api_version", "version_sunset_on",
            "days_left", "told_at",
        )  # fmt: skip
