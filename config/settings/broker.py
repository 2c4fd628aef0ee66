"""The doorbell: broker, worker, beat."""

import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from kombu import Exchange, Queue
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import env
from config.settings.process import EMBEDDED
from foundation import rabbit_nodes, redis_servers

REDIS_URL = env.text(
    "REDIS_URL",
    default="",
    help="redis://:password@host:port/0, rediss:// by TLS, or redis+sentinel://:password@one:26379,two:26379,three:26379/master/0 "
    "(rediss+sentinel:// by TLS). Required in production; embedded mode needs none.",
)
if not EMBEDDED and not REDIS_URL:
    raise ImproperlyConfigured(
        "REDIS_URL is not set. In production name a Redis with AOF on and the policy noeviction."
    )
BROKER_URL = env.text(
    "BROKER_URL",
    default="",
    shown="REDIS_URL",
    help="amqp://user:password@host:5672/vhost for RabbitMQ in place of Redis as the broker (amqps:// by TLS; nodes of a cluster "
    "parted by ';'). Redis is needed all the same: it counts and remembers.",
)
REDIS_SENTINEL_PASSWORD = env.secret(
    "REDIS_SENTINEL_PASSWORD",
    help="The sentinels' own password, where they ask for one; that of Redis stands in REDIS_URL.",
)
_CA = "The file with the certificates (PEM) of who signed that of"
REDIS_TLS_CA = env.text("REDIS_TLS_CA", default="", shown="the system's", help=f"{_CA} Redis, for rediss://.")
REDIS_TLS_CERT = env.text(
    "REDIS_TLS_CERT", help="The file (PEM) with the hub's own certificate, if Redis asks for one."
)
REDIS_TLS_KEY = env.text("REDIS_TLS_KEY", help="The file (PEM) with the key to REDIS_TLS_CERT.")
BROKER_TLS_CA = env.text("BROKER_TLS_CA", default="", shown="the system's", help=f"{_CA} RabbitMQ, for amqps://.")

#: After so many seconds without a sign of life a connection to a server is given up, and not after a system's hours.
BROKER_SILENCE_SECONDS = 15


def _address(url: str) -> redis_servers.Address:
    try:
        return redis_servers.read(url)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"REDIS_URL is no address of a Redis: {error}. Write redis://:password@host:6379/0, or, for sentinels, "
            "redis+sentinel://:password@one:26379,two:26379,three:26379/master/0; rediss for TLS. A password with one of /?#@: in it "
            "is written with %2F, %3F, %23, %40 and %3A."
        ) from None


def _readable(name: str, path: str) -> str:
    """Return the path of a file of a setting; raises ``ImproperlyConfigured`` where there is none to read."""
    try:
        with Path(path).open("rb"):
            return path
    except OSError as error:
        told = error.strerror or type(error).__name__
        raise ImproperlyConfigured(
            f"{name} names {path!r}, which cannot be read ({told}). Name a file in PEM that the hub's user may read."
        ) from None


_redis = _address(REDIS_URL) if REDIS_URL else None
#: How TLS is spoken with Redis, in the words of its client; nothing where it is not.
REDIS_TLS: dict[str, Any] = {}
if _redis is not None and _redis.tls:
    _files = (("REDIS_TLS_CA", "ssl_ca_certs"), ("REDIS_TLS_CERT", "ssl_certfile"), ("REDIS_TLS_KEY", "ssl_keyfile"))
    REDIS_TLS = {word: _readable(name, path) for name, word in _files if (path := globals()[name])}
    if bool(REDIS_TLS_CERT) != bool(REDIS_TLS_KEY):
        raise ImproperlyConfigured("REDIS_TLS_CERT and REDIS_TLS_KEY belong together. Set both, or neither.")
    REDIS_TLS |= {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
elif REDIS_TLS_CA or REDIS_TLS_CERT or REDIS_TLS_KEY:
    raise ImproperlyConfigured(
        "REDIS_TLS_… is set, and REDIS_URL does not ask for TLS. Begin it with rediss:// (or rediss+sentinel://), or remove them."
    )

_IN_USE: dict[str, Any] = {
    "socket_keepalive": True,
    "socket_keepalive_options": redis_servers.patience(BROKER_SILENCE_SECONDS),
}
#: What is asked of Redis beside the broker can be done without: a Redis that hangs must not hold up a publish.
REDIS_TIMEOUTS: dict[str, float] = {"socket_timeout": 1.0, "socket_connect_timeout": 0.5}
REDIS_OPTIONS = {**REDIS_TIMEOUTS, **_IN_USE, "retry": Retry(NoBackoff(), 0)}
#: How sentinels are asked who the master is: each once, for there are others, and one that is dead would hold up whoever connects.
REDIS_SENTINEL: dict[str, Any] = {
    **REDIS_TIMEOUTS,
    "retry": Retry(NoBackoff(), 0),
    **({"password": REDIS_SENTINEL_PASSWORD.reveal()} if REDIS_SENTINEL_PASSWORD else {}),
    **({"ssl": True, **REDIS_TLS} if REDIS_TLS else {}),
}
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            # A list, or Django would take a comma for the end of an address.
            "LOCATION": [REDIS_URL],
            "OPTIONS": {
                "pool_class": "foundation.redis_servers.CachePool",
                "serializer": "foundation.plain_cache.PlainSerializer",
            },
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

CELERY_TASK_DEFAULT_QUEUE = "publish"
CELERY_TASK_ROUTES = {
    # Looking again is never urgent, and must not hold up what is.
    "publishing.look_again": {"queue": "health"},
    "publishing.*": {"queue": "publish"},
    "monitoring.*_metrics": {"queue": "analytics"},
    "monitoring.prune": {"queue": "analytics"},
    "monitoring.*": {"queue": "health"},
    "media.*": {"queue": "health"},
    "vault.*": {"queue": "health"},
    "tenants.*": {"queue": "health"},
    "connectors.*_webhooks": {"queue": "webhooks"},
    "outbox.*": {"queue": "webhooks"},
    "connectors.*_tokens": {"queue": "tokens"},
    "connectors.*_links": {"queue": "health"},
}
# A connection to RabbitMQ that only rings may have been closed meanwhile, which shows when it is used: then once more, by a new one.
CELERY_TASK_PUBLISH_RETRY = bool(BROKER_URL)

if BROKER_URL:
    _brokers = [urlsplit(each) for each in BROKER_URL.split(";")]
    if any(each.scheme not in {"amqp", "amqps"} or not each.hostname for each in _brokers):
        raise ImproperlyConfigured(
            "BROKER_URL is no address of a RabbitMQ. Write amqp://user:password@host:5672/vhost (amqps:// for TLS; several nodes "
            "parted by ';'), or remove it: without it REDIS_URL is the broker."
        )
    if len({each.scheme for each in _brokers}) > 1:
        raise ImproperlyConfigured(
            "BROKER_URL names nodes with TLS and without. Let all begin with amqps://, or with amqp://."
        )
    CELERY_BROKER_URL = BROKER_URL
    CELERY_BROKER_CONNECTION_TIMEOUT = 2
    # A broker that says nothing for two of them is given up; workers send theirs, whoever only rings is held by the socket's.
    CELERY_BROKER_HEARTBEAT = 10
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        # Each bell is told to have been taken, so that one that was not is said in the log.
        "confirm_publish": True,
        "read_timeout": 5,
        "write_timeout": 5,
        "socket_settings": redis_servers.patience(BROKER_SILENCE_SECONDS),
    }
    if _brokers[0].scheme == "amqps":
        rabbit_nodes.prepare()
        CELERY_BROKER_USE_SSL: Any = {
            "cert_reqs": ssl.CERT_REQUIRED,
            "server_hostname": None,
            **({"ca_certs": _readable("BROKER_TLS_CA", BROKER_TLS_CA)} if BROKER_TLS_CA else {}),
        }
    # Quorum queues are RabbitMQ's replicated ones; topic exchanges, because a task that is tried again after a while can wait at the
    # broker only behind such.
    CELERY_TASK_QUEUES = [
        Queue(name, Exchange(name, type="topic"), routing_key=name, queue_arguments={"x-queue-type": "quorum"})
        for name in ("publish", "health", "tokens", "webhooks", "analytics")
    ]
    # What waits there may be lost like any other bell, so it need not be replicated: 28 queues for the whole hub.
    CELERY_BROKER_NATIVE_DELAYED_DELIVERY_QUEUE_TYPE = "classic"
    CELERY_TASK_PUBLISH_RETRY_POLICY = {
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
    }
elif _redis is not None:
    CELERY_BROKER_URL = _redis.for_celery(REDIS_URL)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        **_IN_USE,
        "socket_timeout": 2,
        "socket_connect_timeout": 1,
        "retry_on_timeout": False,
        # Else kombu tries for seconds to reach a dead broker, and every request that rings the doorbell waits with it.
        "max_retries": 0,
        # A worker that is cut off without a word notices within twice as long.
        "health_check_interval": 10,
    }
    if _redis.master:
        CELERY_BROKER_TRANSPORT_OPTIONS |= {"master_name": _redis.master, "sentinel_kwargs": REDIS_SENTINEL}
    if REDIS_TLS:
        CELERY_BROKER_USE_SSL = REDIS_TLS
else:
    CELERY_BROKER_URL = "memory://localhost/"
    # kombu looks at an in-memory broker once a second by default: far too late for a doorbell.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Celery gives up after a hundred tries: a broker may be away for longer, and publishing goes on meanwhile.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# A wake-up that is lost or doubled changes nothing, so it is acknowledged early and never redelivered.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.beat:LeasedScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
DJANGO_CELERY_BEAT_TZ_AWARE = True
