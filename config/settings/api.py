"""The API."""

from config.settings.process import VERSION

# Ours is checked by config.request_ids before it gets there.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
# It would believe any X-Forwarded-For, and look through all headers for one; config.request_ids says where a request comes from.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tenants.authentication.ApiKeyAuthentication",
        "tenants.authentication.MemberAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.permissions.HasScope", "config.queries.KnownQuery"],
    "DEFAULT_THROTTLE_CLASSES": ["tenants.throttling.CallsPerMinute"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "config.paging.TimeOrderedCursor",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "config.openapi.ProblemAwareSchema",
    "EXCEPTION_HANDLER": "config.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    "PAGE_SIZE": 25,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Switchboard",
    "DESCRIPTION": "Publish to Facebook, Instagram, LinkedIn, TikTok, Google Business Profile and Mailchimp through one API, exactly once.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    # The tests look at the schema. At run it is no question of settings, and making it costs every process seconds of a processor.
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "TAGS": [
        {"name": "Posts", "description": "What an author says, once: publish, check, find, change, take back, delete."},
        {
            "name": "Jobs",
            "description": "One post to one destination each: its state, its attempts, its story, what people do with it.",
        },
        {"name": "Dead letters", "description": "Jobs that need a person: why, what to do, and sending them again."},
        {
            "name": "Connections",
            "description": "Accounts that were connected, and which of their places are published to.",
        },
        {
            "name": "Destinations",
            "description": "Places to publish, and what their platforms tell of them: reviews, contacts, what goes now.",
        },
        {"name": "Media", "description": "Files, sent once and then named by their id."},
        {
            "name": "Platforms",
            "description": "What each platform can do, what can be set for each kind of place, what is left of its limits.",
        },
        {
            "name": "Platform events",
            "description": "What platforms told by themselves of your places and people, and how far the hub is with it.",
        },
        {
            "name": "Alerts",
            "description": "What is or was wrong with your jobs, accounts and endpoints, and who took it on.",
        },
        {"name": "Connecting", "description": "For browsers: the way to a platform's consent page and back."},
    ],
    "ENUM_NAME_OVERRIDES": {
        "JobStateEnum": "publishing.states.NAMES",
        "ConnectionStatusEnum": "connectors.models.Connection.Status",
        "DeliveryStateEnum": "outbox.models.WebhookDelivery.State",
        "PlatformEventStateEnum": "connectors.models.WebhookEvent.State",
        "EndpointHealthEnum": ["healthy", "failing", "disabled", "unknown"],
        "HealthEnum": [("healthy", "Healthy"), ("degraded", "Degraded"), ("unhealthy", "Unhealthy")],
        "ConnectLinkStatusEnum": "connectors.models.ConnectLink.Status",
        "HealthStateEnum": "monitoring.serializers.STATES",
        "ConnectionHealthStateEnum": "monitoring.serializers.STATES_OR_UNKNOWN",
        "FindingSeverityEnum": ["error", "warning"],
        "AlertSeverityEnum": "monitoring.alerting.rows.Alert.Severity",
        "RoleEnum": "publishing.models.PublishJob.Role",
        "MemberRoleEnum": "tenants.models.Membership.Role",
        "ApiKeyStateEnum": "tenants.serializers.KEY_STATES",
        "StatusEnum": "connectors.models.CONNECTION_STATUSES",
    },
}
