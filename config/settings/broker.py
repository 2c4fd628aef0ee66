"""The doorbell: broker, worker, beat."""

from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import env
from config.settings.process import EMBEDDED

REDIS_URL = env.text(
    "REDIS_URL",
    default="",
    help="redis://:password@host:port/0. Required in production; embedded mode needs none.",
)
if not EMBEDDED and not REDIS_URL:
    raise ImproperlyConfigured(
        "REDIS_URL is not set. In production name a Redis with AOF on and the policy noeviction."
    )
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
_bounded = {
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "retry_on_timeout": False,
    # Else kombu tries for seconds to reach a dead broker, and every request that rings the doorbell waits with it.
    "max_retries": 0,
}
# kombu looks at an in-memory broker once a second by default: far too late for a doorbell.
CELERY_BROKER_TRANSPORT_OPTIONS = _bounded if REDIS_URL else {"polling_interval": 0.05}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# A wake-up that is lost or doubled changes nothing, so it is acknowledged early and never redelivered.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "publish"
CELERY_TASK_ROUTES = {
    # Looking again is never urgent, and must not hold up what is.
    "publishing.look_again": {"queue": "health"},
    "publishing.*": {"queue": "publish"},
    "monitoring.*_metrics": {"queue": "analytics"},
    "monitoring.*": {"queue": "health"},
    "media.*": {"queue": "health"},
    "vault.*": {"queue": "health"},
    "tenants.*": {"queue": "health"},
    "connectors.*_webhooks": {"queue": "webhooks"},
    "outbox.*": {"queue": "webhooks"},
    "connectors.*_tokens": {"queue": "tokens"},
    "connectors.*_links": {"queue": "health"},
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.beat:LeasedScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
DJANGO_CELERY_BEAT_TZ_AWARE = True

#: What is asked of Redis beside the broker can be done without: a Redis that hangs must not hold up a publish.
REDIS_TIMEOUTS: dict[str, float] = {"socket_timeout": 1.0, "socket_connect_timeout": 0.5}
REDIS_OPTIONS = {**REDIS_TIMEOUTS, "retry": Retry(NoBackoff(), 0)}
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {**REDIS_OPTIONS, "serializer": "foundation.plain_cache.PlainSerializer"},
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
