"""The API's addresses."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from config.api_docs import ApiDocsView
from connectors.api import PlatformViewSet
from connectors.connect_link_api import ConnectLinkViewSet, ReturnOriginViewSet
from connectors.event_api import PlatformEventViewSet
from connectors.oauth import OAuthCallbackView, OAuthStartView
from connectors.place_api import DestinationViewSet
from media.api import MediaViewSet
from media.tus import UploadsView, UploadView
from monitoring.alerting.api import AlertViewSet
from monitoring.analytics import api as analytics
from monitoring.api import ConnectionCheckView, ConnectionHealthView
from monitoring.reports.api import REPORTS
from outbox.api import EventViewSet, WebhookDeliveryViewSet, WebhookEndpointViewSet
from publishing.api import CheckView, DeadLetterViewSet, JobViewSet, PostViewSet, PublishView
from publishing.connection_api import ConnectionViewSet
from tenants.api import ApiKeyViewSet, AuditLogViewSet, InvitationViewSet, LimitsView, MemberViewSet, TenantView

router = SimpleRouter(use_regex_path=False)
router.register("posts", PostViewSet, basename="api-posts")
router.register("jobs", JobViewSet, basename="api-jobs")
router.register("dead-letters", DeadLetterViewSet, basename="api-dead-letters")
router.register("connections", ConnectionViewSet, basename="api-connections")
router.register("connect-links", ConnectLinkViewSet, basename="api-connect-links")
router.register("return-origins", ReturnOriginViewSet, basename="api-return-origins")
router.register("destinations", DestinationViewSet, basename="api-destinations")
router.register("media", MediaViewSet, basename="api-media")
router.register("webhook-endpoints", WebhookEndpointViewSet, basename="api-webhook-endpoints")
router.register("webhook-deliveries", WebhookDeliveryViewSet, basename="api-webhook-deliveries")
router.register("events", EventViewSet, basename="api-events")
router.register("platform-events", PlatformEventViewSet, basename="api-platform-events")
router.register("api-keys", ApiKeyViewSet, basename="api-api-keys")
router.register("members", MemberViewSet, basename="api-members")
router.register("invitations", InvitationViewSet, basename="api-invitations")
router.register("audit-log", AuditLogViewSet, basename="api-audit-log")
router.register("alerts", AlertViewSet, basename="api-alerts")
router.register("platforms", PlatformViewSet, basename="api-platforms")

urlpatterns = [
    path("oauth/<slug:platform>/start", OAuthStartView.as_view(), name="oauth_start"),
    path("oauth/<slug:platform>/callback", OAuthCallbackView.as_view(), name="oauth_callback"),
    path("publish", PublishView.as_view(), name="publish"),
    path("publish/check", CheckView.as_view(), name="publish_check"),
    path("connections/<uuid:pk>/health/", ConnectionHealthView.as_view(), name="connection_health"),
    path("connections/<uuid:pk>/check/", ConnectionCheckView.as_view(), name="connection_check"),
    path("tenant/", TenantView.as_view(), name="api_tenant"),
    path("limits", LimitsView.as_view(), name="api_limits"),
    path("media/uploads/", UploadsView.as_view(), name="media_uploads"),
    path("media/uploads/<uuid:pk>/", UploadView.as_view(), name="media_upload"),
    path("jobs/<uuid:pk>/metrics/", analytics.JobMetricsView.as_view(), name="api_job_metrics"),
    path("jobs/<uuid:pk>/metrics/refresh/", analytics.JobRefreshView.as_view(), name="api_job_metrics_refresh"),
    path("analytics/posts", analytics.PostsView.as_view(), name="api_analytics_posts"),
    path("analytics/accounts", analytics.PlacesView.as_view(), name="api_analytics_accounts"),
    path("analytics/summary", analytics.SummaryView.as_view(), name="api_analytics_summary"),
    path("analytics/metrics", analytics.MetricsView.as_view(), name="api_analytics_metrics"),
    path("analytics/refresh", analytics.RefreshView.as_view(), name="api_analytics_refresh"),
    *(
        path(f"reports/{name}/", view.as_view({"get": "list"}), name=f"api_report_{name}")
        for name, view in REPORTS.items()
    ),
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", ApiDocsView.as_view(), name="api_docs"),
    path("", include(router.urls)),
]
