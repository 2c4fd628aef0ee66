"""The API's addresses."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from connectors.api import ConnectionViewSet, PlatformViewSet
from connectors.oauth import OAuthCallbackView, OAuthStartView
from connectors.place_api import DestinationViewSet
from media.api import MediaViewSet
from media.tus import UploadsView, UploadView
from monitoring.analytics import api as analytics
from publishing.api import CheckView, DeadLetterViewSet, JobViewSet, PostViewSet, PublishView

router = SimpleRouter(use_regex_path=False)
router.register("posts", PostViewSet, basename="api-posts")
router.register("jobs", JobViewSet, basename="api-jobs")
router.register("dead-letters", DeadLetterViewSet, basename="api-dead-letters")
router.register("connections", ConnectionViewSet, basename="api-connections")
router.register("destinations", DestinationViewSet, basename="api-destinations")
router.register("media", MediaViewSet, basename="api-media")
router.register("platforms", PlatformViewSet, basename="api-platforms")

urlpatterns = [
    path("oauth/<slug:platform>/start", OAuthStartView.as_view(), name="oauth_start"),
    path("oauth/<slug:platform>/callback", OAuthCallbackView.as_view(), name="oauth_callback"),
    path("publish", PublishView.as_view(), name="publish"),
    path("publish/check", CheckView.as_view(), name="publish_check"),
    path("media/uploads/", UploadsView.as_view(), name="media_uploads"),
    path("media/uploads/<uuid:pk>/", UploadView.as_view(), name="media_upload"),
    path("jobs/<uuid:pk>/metrics/", analytics.JobMetricsView.as_view(), name="api_job_metrics"),
    path("jobs/<uuid:pk>/metrics/refresh/", analytics.JobRefreshView.as_view(), name="api_job_metrics_refresh"),
    path("analytics/posts", analytics.PostsView.as_view(), name="api_analytics_posts"),
    path("analytics/accounts", analytics.PlacesView.as_view(), name="api_analytics_accounts"),
    path("analytics/summary", analytics.SummaryView.as_view(), name="api_analytics_summary"),
    path("analytics/metrics", analytics.MetricsView.as_view(), name="api_analytics_metrics"),
    path("analytics/refresh", analytics.RefreshView.as_view(), name="api_analytics_refresh"),
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api_schema"), name="api_docs"),
    path("", include(router.urls)),
]
