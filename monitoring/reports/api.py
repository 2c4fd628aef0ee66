"""The API's door to the reports: the rows of the SQL views that are the caller's tenant's."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from monitoring.reports import filters, selectors, serializers
from monitoring.reports.models import (
    ConnectorHealthSummary,
    ConnectorReadiness,
    DlqStatus,
    HealthCheckTrend,
    PublishPerformance,
    RecentError,
    TokenHealth,
)
from tenants.principal import principal_of
from tenants.scopes import CONNECTIONS_READ, POSTS_READ, WEBHOOKS_READ

#: Which of the recent errors a caller with a scope may read; those of webhooks in belong to no tenant.
_SOURCES: dict[str, tuple[str, ...]] = {
    POSTS_READ: ("publish",),
    CONNECTIONS_READ: ("health", "token"),
    WEBHOOKS_READ: ("webhook_out",),
}


class _ReportView(ListModelMixin, GenericViewSet[Any]):
    """A list of rows, page by page."""

    scope: str


class HealthSummaryView(_ReportView):
    """How accounts are."""

    scope = CONNECTIONS_READ
    serializer_class = serializers.HealthSummarySerializer
    filterset_class = filters.HealthSummaryFilter
    queryset = ConnectorHealthSummary.objects.none()
    sorts: ClassVar = {"platform": ("platform",)}

    def get_queryset(self) -> QuerySet[ConnectorHealthSummary]:
        """Return the tenant's rows."""
        return selectors.health_summary(principal_of(self.request).tenant)

    @extend_schema(operation_id="reports_health_summary", tags=["Reports"])
    def list(self, request: Request) -> Response:
        """Tell of each platform how many accounts are how, and how their checks of the last 24 hours went."""
        return super().list(request)


class RecentErrorsView(_ReportView):
    """What went wrong."""

    scope = POSTS_READ
    serializer_class = serializers.RecentErrorSerializer
    filterset_class = filters.RecentErrorFilter
    queryset = RecentError.objects.none()
    sorts: ClassVar = {"-occurred_at": ("-occurred_at", "-id")}

    def get_queryset(self) -> QuerySet[RecentError]:
        """Return the tenant's rows of what the caller may read."""
        principal = principal_of(self.request)
        sources = [source for scope, those in _SOURCES.items() if scope in principal.scopes for source in those]
        return selectors.recent_errors(principal.tenant).filter(source__in=sources)

    @extend_schema(operation_id="reports_recent_errors", tags=["Reports"])
    def list(self, request: Request) -> Response:
        """Tell what went wrong in the last seven days, newest first, with cause, remedy and who can mend it.

        Errors of publishing; of accounts too for a key with `connections:read`, of webhooks for one with `webhooks:read`.
        """
        return super().list(request)


class TokenHealthView(_ReportView):
    """How tokens stand."""

    scope = CONNECTIONS_READ
    serializer_class = serializers.TokenHealthSerializer
    filterset_class = filters.TokenHealthFilter
    queryset = TokenHealth.objects.none()
    sorts: ClassVar = {"connection_id": ("connection_id",)}

    def get_queryset(self) -> QuerySet[TokenHealth]:
        """Return the tenant's rows."""
        return selectors.token_health(principal_of(self.request).tenant)

    @extend_schema(operation_id="reports_token_health", tags=["Reports"])
    def list(self, request: Request) -> Response:
        """Tell of each account when its token ends, when the hub renews it, and whether it does."""
        return super().list(request)


class PublishPerformanceView(_ReportView):
    """How publishing went."""

    scope = POSTS_READ
    serializer_class = serializers.PublishPerformanceSerializer
    filterset_class = filters.PublishPerformanceFilter
    queryset = PublishPerformance.objects.none()
    sorts: ClassVar = {"-hour": ("-hour", "platform")}

    def get_queryset(self) -> QuerySet[PublishPerformance]:
        """Return the tenant's rows."""
        return selectors.publish_performance(principal_of(self.request).tenant)

    @extend_schema(operation_id="reports_publish_performance", tags=["Reports"])
    def list(self, request: Request) -> Response:
        """Tell of each platform and hour of the last 30 days what went out, how fast, and what failed; the latest first.

        Hours in which nothing happened are left out.
        """
        return super().list(request)


class DlqStatusView(_ReportView):
    """What waits for a person."""

    scope = POSTS_READ
    serializer_class = serializers.DlqStatusSerializer
    filterset_class = filters.DlqStatusFilter
    queryset = DlqStatus.objects.none()
    sorts: ClassVar = {"-newest_open_at": ("-newest_open_at", "fingerprint", "platform")}

    def get_queryset(self) -> QuerySet[DlqStatus]:
        """Return the tenant's rows."""
        return selectors.dlq_status(principal_of(self.request).tenant)

    @extend_schema(operation_id="reports_dlq_status", tags=["Reports"])
    def list(self, request: Request) -> Response:
        """Tell of each cause how many dead letters are open, since when, and what became of others; what came last first."""
        return super().list(request)


class HealthTrendsView(_ReportView):
    """How checks went."""

    scope = CONNECTIONS_READ
    serializer_class = serializers.HealthTrendSerializer
    filterset_class = filters.HealthTrendFilter
    queryset = HealthCheckTrend.objects.none()
    sorts: ClassVar = {"-hour": ("-hour", "platform")}

    def get_queryset(self) -> QuerySet[HealthCheckTrend]:
        """Return the tenant's rows."""
        return selectors.health_trends(principal_of(self.request).tenant)

    @extend_schema(operation_id="reports_health_trends", tags=["Reports"])
    def list(self, request: Request) -> Response:
        """Tell of each platform and hour of the last 30 days how health checks went; the latest first."""
        return super().list(request)


class ReadinessView(_ReportView):
    """Which platforms are ready."""

    scope = CONNECTIONS_READ
    serializer_class = serializers.ReadinessSerializer
    filterset_class = filters.ReadinessFilter
    queryset = ConnectorReadiness.objects.none()
    sorts: ClassVar = {"platform": ("platform",)}

    def get_queryset(self) -> QuerySet[ConnectorReadiness]:
        """Return every platform: what is told of them here is the same for all tenants."""
        return selectors.readiness().only(*serializers.ReadinessSerializer.Meta.fields)

    @extend_schema(operation_id="reports_readiness", tags=["Reports"])
    def list(self, request: Request) -> Response:
        """Tell of each platform whether it can be published to now, why not, and until when its API version lasts."""
        return super().list(request)


#: By name, as in the address: ``/api/reports/<name>/``.
REPORTS: dict[str, type[_ReportView]] = {
    "health-summary": HealthSummaryView,
    "recent-errors": RecentErrorsView,
    "token-health": TokenHealthView,
    "publish-performance": PublishPerformanceView,
    "dlq-status": DlqStatusView,
    "health-trends": HealthTrendsView,
    "readiness": ReadinessView,
}
