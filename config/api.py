"""The API's addresses."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from config.api_docs import ApiDocsView
from connectors.api import ConnectionViewSet, PlatformViewSet
from connectors.oauth import OAuthCallbackView, OAuthStartView
from connectors.place_api import DestinationViewSet
from media.api import MediaViewSet
from media.tus import UploadsView, UploadView
from publishing.api import CheckView, DeadLetterViewSet, JobViewSet, PostViewSet, PublishView
from tenants.api import ApiKeyViewSet, AuditLogViewSet, InvitationViewSet, LimitsView, MemberViewSet, TenantView

router = SimpleRouter(use_regex_path=False)
router.register("posts", PostViewSet, basename="api-posts")
router.register("jobs", JobViewSet, basename="api-jobs")
router.register("dead-letters", DeadLetterViewSet, basename="api-dead-letters")
router.register("connections", ConnectionViewSet, basename="api-connections")
router.register("destinations", DestinationViewSet, basename="api-destinations")
router.register("media", MediaViewSet, basename="api-media")
router.register("api-keys", ApiKeyViewSet, basename="api-api-keys")
router.register("members", MemberViewSet, basename="api-members")
router.register("invitations", InvitationViewSet, basename="api-invitations")
router.register("audit-log", AuditLogViewSet, basename="api-audit-log")
router.register("platforms", PlatformViewSet, basename="api-platforms")

urlpatterns = [
    path("oauth/<slug:platform>/start", OAuthStartView.as_view(), name="oauth_start"),
    path("oauth/<slug:platform>/callback", OAuthCallbackView.as_view(), name="oauth_callback"),
    path("publish", PublishView.as_view(), name="publish"),
    path("publish/check", CheckView.as_view(), name="publish_check"),
    path("tenant/", TenantView.as_view(), name="api_tenant"),
    path("limits", LimitsView.as_view(), name="api_limits"),
    path("media/uploads/", UploadsView.as_view(), name="media_uploads"),
    path("media/uploads/<uuid:pk>/", UploadView.as_view(), name="media_upload"),
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", ApiDocsView.as_view(), name="api_docs"),
    path("", include(router.urls)),
]
