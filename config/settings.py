"""Every setting of the hub, read once from the environment (``docs/settings.md`` lists them)."""

import re
import secrets
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import env, logs, version
from foundation.secret import Secret

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = version.VERSION

# --- where and how it runs -----------------------------------------------------------------------------------------

MODE = env.choice(
    "SWITCHBOARD_MODE",
    default="embedded",
    among=("embedded", "production"),
    help="embedded: one command, no servers, for trying and developing. production: PostgreSQL, Redis and strict checks.",
)
EMBEDDED = MODE == "embedded"
DEBUG = env.flag("DEBUG", default=False, help="Django's debug pages. Never in production: they show settings.")
VAR_DIR = Path(
    env.text(
        "VAR_DIR",
        default=str(BASE_DIR / "var"),
        shown="var",
        help="Where the embedded database, keys and logs live.",
    )
)
PORT = env.number("PORT", default=8000, least=1, most=65535, help="The port of the web server that 'make run' starts.")
PUBLIC_URL = env.url(
    "PUBLIC_URL",
    default=f"http://127.0.0.1:{PORT}",
    shown="http://127.0.0.1:PORT",
    help="How browsers reach the hub, without a trailing slash. OAuth redirect addresses are built from it.",
)

SECRET_KEY = (
    stored_key.reveal()
    if (
        stored_key := env.secret(
            "SECRET_KEY",
            default_file=VAR_DIR / "secret-key",
            help="Signs sessions and forms. 50 random characters or more.",
        )
    )
    else ""
)
if not SECRET_KEY:
    if not EMBEDDED:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set it, or SECRET_KEY_FILE, to 50 random characters or more."
        )
    # 'manage.py start' writes a lasting one; until then sessions live as long as this process.
    SECRET_KEY = secrets.token_urlsafe(50)
SECRET_KEY_FALLBACKS = (
    former_keys.reveal().replace(",", " ").split()
    if (
        former_keys := env.secret(
            "SECRET_KEY_FALLBACKS",
            help="Former values of SECRET_KEY, parted by commas. They go on opening what they signed or sealed: sessions, links "
            "in mails, the seeds of two-step sign-in.",
        )
    )
    else []
)

_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = [
    *env.listing("ALLOWED_HOSTS", help="Further host names the hub answers to, besides that of PUBLIC_URL."),
    _public.hostname or "localhost",
    *(["127.0.0.1", "localhost", "[::1]"] if EMBEDDED else []),
]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
_https = _public.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
# Lax, not Strict: the platforms send the browser back to our OAuth callback by a link, and the state is tied to the session.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "switchboard_session"
CSRF_COOKIE_NAME = "switchboard_csrf"
CSRF_COOKIE_HTTPONLY = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = _https and env.flag(
    "SSL_REDIRECT", default=True, help="Send http requests to https when PUBLIC_URL is https."
)
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
X_FRAME_OPTIONS = "DENY"
# What a form may hold beside files, which are received as streams with bounds of their own.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- who enters ----------------------------------------------------------------------------------------------------

BEHIND_PROXY = env.flag(
    "BEHIND_PROXY",
    default=False,
    help="Trust X-Forwarded-Proto and X-Forwarded-For from the proxies in front of the hub. Only if nobody can get past them.",
)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
PROXIES = (
    env.number(
        "PROXY_COUNT",
        default=1,
        least=1,
        most=10,
        help="With BEHIND_PROXY: how many proxies add to X-Forwarded-For. The client is counted from the right, as the left is anybody's word.",
    )
    * BEHIND_PROXY
)
_admin_path = env.text("ADMIN_PATH", default="admin", help="Where operators find the admin, below PUBLIC_URL.")
ADMIN_PATH = _admin_path.strip("/")
if not re.fullmatch(r"[\w-]+(/[\w-]+)*", ADMIN_PATH) or ADMIN_PATH.split("/")[0] in {"api", "static", "webhooks"}:
    raise ImproperlyConfigured(
        "ADMIN_PATH must be a path of letters, digits and dashes that nothing else uses, such as admin."
    )
try:
    ADMIN_ADDRESSES = tuple(
        ip_network(each)
        for each in env.listing(
            "ADMIN_ADDRESSES",
            help="Addresses and networks that may open the admin, such as 10.0.0.0/8; none: everybody who may sign in there.",
        )
    )
except ValueError as error:
    raise ImproperlyConfigured(f"ADMIN_ADDRESSES must be addresses or networks parted by commas: {error}.") from error
STAFF_TOTP_REQUIRED = env.flag(
    "STAFF_TOTP_REQUIRED",
    default=False,
    help="Refuse the admin to operators who have not switched on two-step sign-in.",
)
SESSION_ENGINE = "tenants.browser_sessions"
SESSION_COOKIE_AGE = 86_400 * env.number(
    "SESSION_DAYS", default=14, least=1, most=365, help="Days after which everybody signs in again."
)
SESSION_IDLE = timedelta(
    minutes=env.number(
        "SESSION_IDLE_MINUTES",
        default=4320,
        least=0,
        most=525_600,
        help="Minutes without a request after which a browser is signed out; 0: never before SESSION_DAYS.",
    )
)
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_RESET_TIMEOUT = 3600  # seconds
AXES_FAILURE_LIMIT = env.number(
    "SIGN_IN_TRIES",
    default=10,
    least=3,
    most=1000,
    help="Wrong passwords for one account from one address before both together have to wait.",
)
AXES_COOLOFF_TIME = timedelta(
    minutes=env.number(
        "SIGN_IN_WAIT_MINUTES",
        default=15,
        least=1,
        most=1440,
        help="How long they wait, from the last wrong password on.",
    )
)
# Together: nobody is locked out by what another does behind the same proxy, nor by a stranger who guesses elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "tenants.addresses.guessing_address"
AXES_USERNAME_CALLABLE = "tenants.signing_in.account_name"
AXES_LOCKOUT_CALLABLE = "tenants.signing_in.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# --- how often -----------------------------------------------------------------------------------------------------

#: Calls a minute of one API key or member, by their kind.
API_LIMITS = {
    "publish": env.number(
        "API_PUBLISH_PER_MINUTE",
        default=3000,
        least=0,
        most=10_000_000,
        help="Posts, and checks of posts, a minute that one API key or member may make; 0: no limit.",
    ),
    "read": env.number(
        "API_READ_PER_MINUTE",
        default=6000,
        least=0,
        most=10_000_000,
        help="Reads a minute that one API key or member may make; 0: no limit.",
    ),
    "write": env.number(
        "API_WRITE_PER_MINUTE",
        default=1200,
        least=0,
        most=10_000_000,
        help="Other writes a minute that one API key or member may make; 0: no limit.",
    ),
    "media": env.number(
        "API_MEDIA_PER_MINUTE",
        default=1200,
        least=0,
        most=10_000_000,
        help="Uploads and other calls about files a minute that one API key or member may make; 0: no limit.",
    ),
    "expensive": env.number(
        "API_EXPENSIVE_PER_MINUTE",
        default=240,
        least=0,
        most=10_000_000,
        help="Calls that ask a platform at once, a minute that one API key or member may make; 0: no limit.",
    ),
}
API_TENANT_TIMES = env.number(
    "API_TENANT_TIMES",
    default=4,
    least=1,
    most=1000,
    help="How many times that all keys and members of one tenant may make together.",
)
API_BAD_KEYS_PER_MINUTE = env.number(
    "API_BAD_KEYS_PER_MINUTE",
    default=30,
    least=0,
    most=100_000,
    help="Wrong API keys a minute from one address before it has to wait; right ones from there still open. 0: no limit.",
)

# --- mails ---------------------------------------------------------------------------------------------------------

EMAIL_HOST = env.text(
    "EMAIL_HOST",
    help="The SMTP server for invitations and password resets. None, embedded: mails become files in VAR_DIR/mail.",
)
EMAIL_PORT = env.number("EMAIL_PORT", default=587, least=1, most=65535, help="Its port.")
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", help="Who signs in there; nobody, where it needs no password.")
EMAIL_HOST_PASSWORD = (
    mail_password.reveal() if (mail_password := env.secret("EMAIL_HOST_PASSWORD", help="The password for it.")) else ""
)
EMAIL_SECURITY = env.choice(
    "EMAIL_SECURITY", default="starttls", among=("starttls", "tls", "none"), help="How the way there is protected."
)
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text(
    "EMAIL_FROM",
    default=f"Switchboard <switchboard@{_public.hostname or 'localhost'}>",
    shown="Switchboard <switchboard@(host of PUBLIC_URL)>",
    help="Whom mails come from.",
)
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else f"django.core.mail.backends.{'filebased' if EMBEDDED else 'dummy'}.EmailBackend"
)

# --- the rooms -----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",
    "monitoring",
    "outbox",
    "publishing",
    "connectors",
    "media",
    "vault",
    "tenants",
    "tenants.operators.OperatorsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "axes",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "waffle",
]

MIDDLEWARE = [
    "config.request_ids.RequestIds",
    "config.middleware.ContentSecurityPolicy",
    "config.middleware.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.CanonicalHost",
    "config.middleware.LimitHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.slashes.Slashes",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "waffle.middleware.WaffleMiddleware",
    "tenants.middleware.PrincipalMiddleware",
    "axes.middleware.AxesMiddleware",
    "config.middleware.AdminAddresses",
    "config.middleware.RefusalPages",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "tenants.User"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "sign_in"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.page_frame",
            ]
        },
    }
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = Path(
    env.text(
        "STATIC_ROOT",
        default=str(VAR_DIR / "static"),
        shown="VAR_DIR/static",
        help="Where collectstatic puts files.",
    )
)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = EMBEDDED
if not EMBEDDED:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# --- the ledger: database ------------------------------------------------------------------------------------------

WORKER_CALLS_IN_FLIGHT = env.number(
    "WORKER_CALLS_IN_FLIGHT",
    default=32,
    least=1,
    most=500,
    help="Platform calls one worker process keeps open at once.",
)
DATABASE_URL = env.text(
    "DATABASE_URL",
    default=f"sqlite:///{VAR_DIR / 'switchboard.sqlite3'}",
    shown="sqlite in VAR_DIR",
    help="postgres://user:password@host:port/name in production; SQLite only for trying and developing.",
)
DATABASE_PREPARE = env.flag(
    "DATABASE_PREPARE",
    default=True,
    help="Let PostgreSQL keep the plans of the ledger's statements; off behind a pooler that lends connections for one "
    "transaction only (PgBouncer in transaction mode before 1.21).",
)
_database = environ.Env.db_url_config(DATABASE_URL)
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        # IMMEDIATE takes the write lock when a transaction begins, so it waits instead of failing halfway.
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        "timeout": 20,
    }
elif "postgres" in _database["ENGINE"]:
    _database["ENGINE"] = "django.db.backends.postgresql"
    # After a restart of the database the pool is full of dead connections; each would cost a job its lease.
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "connect_timeout": 5,
        # The ORM never prepares; the ledger's own statements do, unless this is None (foundation/prepared.py).
        "prepare_threshold": 5 if DATABASE_PREPARE else None,
        "pool": {
            "min_size": 2,
            "max_size": env.number(
                "DATABASE_POOL_SIZE",
                default=WORKER_CALLS_IN_FLIGHT + 8,
                least=2,
                most=1000,
                help="Most PostgreSQL connections one process may hold (default: WORKER_CALLS_IN_FLIGHT + 8).",
            ),
            "timeout": 10,
        },
    }
else:
    raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite:///.")
DATABASES = {"default": _database}

# --- the doorbell: broker, worker, beat ----------------------------------------------------------------------------

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
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "OPTIONS": REDIS_OPTIONS}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# --- the strongroom ------------------------------------------------------------------------------------------------

VAULT_KEY_PROVIDER = env.choice(
    "VAULT_KEY_PROVIDER",
    default="local",
    among=("local", "aws_kms"),
    help="Who holds the key over all keys: local (made from VAULT_MASTER_KEY) or aws_kms. Changed by 'manage.py rotate_keys'.",
)
_master_key_file = VAR_DIR / "vault-master-key"
VAULT_MASTER_KEY = env.secret(
    "VAULT_MASTER_KEY",
    default_file=_master_key_file,
    help="Seals every token. 32 random bytes or more, as text. Lose it and every account must be connected anew.",
)
#: The file that the master key came from, for the check of its mode.
VAULT_MASTER_KEY_PATH = env.source_of("VAULT_MASTER_KEY", default_file=_master_key_file)
VAULT_MASTER_KEY_PREVIOUS = env.secret_list(
    "VAULT_MASTER_KEY_PREVIOUS",
    help="Master keys that were in use before, one a line: they open and never seal, while keys are rotated.",
)
VAULT_PBKDF2_ITERATIONS = env.number(
    "VAULT_PBKDF2_ITERATIONS",
    default=600_000,
    least=600_000,
    most=10_000_000,
    help="Rounds of PBKDF2-HMAC-SHA256 for a new key-encryption key (OWASP counsels 600,000).",
)
VAULT_KMS_KEY_ID = env.text(
    "VAULT_KMS_KEY_ID", help="The symmetric key at AWS KMS, by ARN, id or alias, when VAULT_KEY_PROVIDER is aws_kms."
)
VAULT_KMS_REGION = env.text(
    "VAULT_KMS_REGION", help="The key's region; none, when VAULT_KMS_KEY_ID is an ARN, which names it."
)
VAULT_KMS_ENDPOINT_URL = env.url("VAULT_KMS_ENDPOINT_URL", help="Where KMS is reached; none, at AWS.")
VAULT_KEY_CACHE = timedelta(
    seconds=env.number(
        "VAULT_KEY_CACHE_SECONDS",
        default=300,
        least=1,
        most=3600,
        help="How long a process keeps a tenant's opened data key, so that KMS is not asked for every token.",
    )
)
VAULT_KEY_GRACE = timedelta(
    seconds=env.number(
        "VAULT_KEY_GRACE_SECONDS",
        default=3600,
        least=0,
        most=86_400,
        help="How much longer a kept data key serves while KMS cannot be reached. A refusal of KMS ends it at once.",
    )
)
VAULT_RETIRED_KEYS_KEPT = timedelta(
    days=env.number(
        "VAULT_RETIRED_KEYS_DAYS",
        default=7,
        least=1,
        most=3650,
        help="How long retired data keys are kept at least: what jobs under way remember is sealed under them.",
    )
)
VAULT_ACCESS_LOG = env.flag(
    "VAULT_ACCESS_LOG",
    default=True,
    help="Count who opened which secret, by minute and purpose. Failures to open are written down in any case.",
)
VAULT_ACCESS_FLUSH = timedelta(
    seconds=env.number(
        "VAULT_ACCESS_FLUSH_SECONDS",
        default=15,
        least=1,
        most=300,
        help="How often a process writes its counts of opened secrets; a killed one loses no more than so many seconds of them.",
    )
)
VAULT_ACCESS_RETENTION = timedelta(
    days=env.number(
        "VAULT_ACCESS_RETENTION_DAYS",
        default=90,
        least=1,
        most=3650,
        help="How long it is kept who opened which secret.",
    )
)
VAULT_LOCAL_ACCEPTED = env.flag(
    "VAULT_LOCAL_ACCEPTED",
    default=False,
    help="Say that holding the master key beside the hub is meant in production: 'check --deploy' warns no more.",
)

# --- platforms -----------------------------------------------------------------------------------------------------

SANDBOX = env.flag(
    "SANDBOX",
    default=EMBEDDED,
    help="Speak with the sandbox on loopback instead of the real platforms. Off in production.",
)
SANDBOX_PORT = env.number(
    "SANDBOX_PORT",
    default=min(PORT + 801, 65535),
    least=1,
    most=65535,
    help="The sandbox's port (default: PORT + 801).",
)
SANDBOX_URL = f"http://127.0.0.1:{SANDBOX_PORT}"
PLATFORM_GATEWAY_URL = env.url(
    "PLATFORM_GATEWAY_URL",
    default=SANDBOX_URL if SANDBOX else "",
    shown="the sandbox when SANDBOX=1, else none",
    help="Reach every platform host under this address, the host name as first path segment. For sandboxes and egress proxies.",
)


def _platform_url(name: str, host: str) -> str:
    return env.url(
        name,
        default=f"{PLATFORM_GATEWAY_URL}/{host}" if PLATFORM_GATEWAY_URL else f"https://{host}",
        shown=f"https://{host}",
        help=f"Where {host} is reached.",
    )


HTTP_CONNECT_TIMEOUT = timedelta(
    seconds=env.number(
        "HTTP_CONNECT_TIMEOUT",
        default=5,
        least=1,
        most=60,
        help="Seconds a platform may take to accept a connection.",
    )
)
HTTP_READ_TIMEOUT = timedelta(
    seconds=env.number(
        "HTTP_READ_TIMEOUT",
        default=30,
        least=1,
        most=300,
        help="Seconds a platform may stay silent while answering.",
    )
)
HTTP_TOTAL_TIMEOUT = timedelta(
    seconds=env.number(
        "HTTP_TOTAL_TIMEOUT", default=60, least=2, most=600, help="Seconds one platform call may take in all."
    )
)

TOKEN_EXCHANGE_TIMEOUT = timedelta(
    seconds=env.number(
        "TOKEN_EXCHANGE_TIMEOUT_SECONDS",
        default=90,
        least=2,
        most=600,
        help="Seconds a platform may take to trade a token. Patient, for giving up early can cost the account: the old token may be spent.",
    )
)
TOKEN_REFRESHES_AT_ONCE = env.number(
    "TOKEN_REFRESHES_AT_ONCE",
    default=2,
    least=1,
    most=1000,
    help="How many tokens of one platform are renewed side by side, so that one that hangs keeps no more workers than these.",
)
TOKEN_REFRESH_RETENTION = timedelta(
    days=env.number(
        "TOKEN_REFRESH_RETENTION_DAYS",
        default=30,
        least=1,
        most=3650,
        help="How long the history of renewed tokens is kept.",
    )
)
META_REFRESH_BEFORE = env.spans(
    "META_REFRESH_BEFORE_SECONDS",
    default=(86_400, 604_800),
    most=5_184_000,
    help="How long before its end a Meta token is traded for a fresh one; each moment has its own try. 0: never by itself.",
)
LINKEDIN_REFRESH_BEFORE = env.spans(
    "LINKEDIN_REFRESH_BEFORE_SECONDS",
    default=(86_400, 604_800),
    most=5_184_000,
    help="How long before its end a LinkedIn token is renewed, where LinkedIn gave a refresh token. 0: never by itself.",
)

META_APP_ID = env.text(
    "META_APP_ID", default="1000000000000001" if SANDBOX else "", shown="", help="App ID of your Meta app."
)
META_APP_SECRET = env.secret("META_APP_SECRET", help="App secret of your Meta app.")
if META_APP_SECRET is None and SANDBOX:
    # The sandbox's own app: a public constant, of no use anywhere else.
    META_APP_SECRET = Secret("sandbox-meta-app-secret")
META_GRAPH_VERSION = env.text("META_GRAPH_VERSION", default="v25.0", help="Graph API version every call names.")
META_SCOPES = env.listing(
    "META_SCOPES",
    default=(
        "pages_show_list",
        "pages_read_engagement",
        "pages_manage_posts",
        "pages_manage_engagement",
        "pages_read_user_content",
        "pages_manage_metadata",
        "pages_messaging",
        "read_insights",
        "business_management",
        "instagram_basic",
        "instagram_content_publish",
        "instagram_manage_comments",
        "instagram_manage_insights",
    ),
    help="Scopes asked of Meta. Leave out what your app review does not cover; the features go with them.",
)
META_INSTAGRAM_DELETE_SCOPE = env.text(
    "META_INSTAGRAM_DELETE_SCOPE",
    default="instagram_manage_contents",
    help="Scope without which deleting on Instagram is not offered; Meta's pages do not name it. Empty: it is always tried.",
)
META_SETTLE = timedelta(
    seconds=env.number(
        "META_SETTLE_SECONDS",
        default=180,
        least=1,
        most=86_400,
        help="How long after an announced post its absence from the Page's list is no proof yet (Meta's lists lag).",
    )
)
META_GRAPH_URL = _platform_url("META_GRAPH_URL", "graph.facebook.com")
META_DIALOG_URL = _platform_url("META_DIALOG_URL", "www.facebook.com")
META_UPLOAD_URL = _platform_url("META_UPLOAD_URL", "rupload.facebook.com")
META_MEDIA_BY = env.choice(
    "META_MEDIA_BY",
    default="upload",
    among=("upload", "url"),
    help="How files reach Meta: sent by us, or fetched by Meta from PUBLIC_URL. Instagram fetches images in any case.",
)
META_PHOTO_MOST_MB = env.number(
    "META_PHOTO_MOST_MB",
    default=4,
    least=1,
    most=10,
    help="The largest photo for a Page, in MB. Meta's pages name 4 and 10; its error message says 4.",
)
META_WEBHOOK_VERIFY_TOKEN = env.secret(
    "META_WEBHOOK_VERIFY_TOKEN",
    help="The verify token typed into the Webhooks page of your Meta app; without it Meta's challenge is refused.",
)
META_WEBHOOK_FIELDS = env.listing(
    "META_WEBHOOK_FIELDS",
    default=("feed", "mention", "messages"),
    help="What Pages are subscribed to. messages needs the scope pages_messaging.",
)

LINKEDIN_APP_ID = env.text(
    "LINKEDIN_APP_ID", default="86sandboxplus01" if SANDBOX else "", shown="", help="Client ID of your LinkedIn app."
)
LINKEDIN_APP_SECRET = env.secret(
    "LINKEDIN_APP_SECRET", help="Client secret of your LinkedIn app; it signs webhooks too."
)
if LINKEDIN_APP_SECRET is None and SANDBOX:
    # The sandbox's own app: a public constant, of no use anywhere else.
    LINKEDIN_APP_SECRET = Secret("sandbox-linkedin-plus-secret")
LINKEDIN_DEVELOPER_APP_ID = env.text(
    "LINKEDIN_DEVELOPER_APP_ID",
    default="5550001" if SANDBOX else "",
    shown="",
    help="The app's number (in the address of its page on developers.linkedin.com); only webhooks need it.",
)
LINKEDIN_MODE = env.choice(
    "LINKEDIN_MODE",
    default="p_plus" if SANDBOX else "p",
    among=("p", "p_plus", "c"),
    help="Which products your app has. p: sign-in and Share on LinkedIn. p_plus: and Advertising. c: Community Management alone.",
)
LINKEDIN_SCOPES = env.listing(
    "LINKEDIN_SCOPES",
    help="Ask for exactly these scopes instead of the mode's. One that the app has no product for fails every login.",
)
LINKEDIN_EXTRA_SCOPES = env.listing(
    "LINKEDIN_EXTRA_SCOPES",
    help="Scopes asked for besides, such as r_member_postAnalytics, or r_ad_campaigns (a legacy name that normal apps lack).",
)
LINKEDIN_API_VERSION = env.text(
    "LINKEDIN_API_VERSION", default="202609", help="API version (YYYYMM) every call names; each lives about a year."
)
LINKEDIN_SETTLE = timedelta(
    seconds=env.number(
        "LINKEDIN_SETTLE_SECONDS",
        default=120,
        least=1,
        most=86_400,
        help="How long after an announced post its absence from a page's posts is no proof yet.",
    )
)
LINKEDIN_MEDIA_GRACE = timedelta(
    seconds=env.number(
        "LINKEDIN_MEDIA_GRACE_SECONDS",
        default=20,
        least=0,
        most=600,
        help="How long to wait after an upload before posting, where LinkedIn does not let us ask whether it is ready.",
    )
)
LINKEDIN_READ_BACK = env.flag(
    "LINKEDIN_READ_BACK",
    default=True,
    help="Read a page's post back after publishing, and tell when LinkedIn shows another text than was sent.",
)
LINKEDIN_DUPLICATE_CHECK = env.choice(
    "LINKEDIN_DUPLICATE_CHECK",
    default="text",
    among=("off", "text", "all"),
    help="After a lost answer, send a post that cannot be looked for once more and let LinkedIn refuse it as a duplicate: "
    "never, for posts without files, or for all (LinkedIn documents nothing for files).",
)
LINKEDIN_DUPLICATE_WINDOW = timedelta(
    seconds=env.number(
        "LINKEDIN_DUPLICATE_WINDOW_SECONDS",
        default=600,
        least=120,
        most=3600,
        help="How long LinkedIn refuses the same post as a duplicate.",
    )
)
LINKEDIN_MEMBER_CALLS_PER_DAY = env.number(
    "LINKEDIN_MEMBER_CALLS_PER_DAY",
    default=150 if LINKEDIN_MODE == "p" else 0,
    least=0,
    most=10_000_000,
    help="Calls a day (UTC), member and endpoint that your app is allowed (mode p: 150); 0: not known, LinkedIn tells by 429.",
)
LINKEDIN_APP_CALLS_PER_DAY = env.number(
    "LINKEDIN_APP_CALLS_PER_DAY",
    default=100_000 if LINKEDIN_MODE == "p" else 0,
    least=0,
    most=1_000_000_000,
    help="Calls a day (UTC) and endpoint that your app is allowed in all (mode p: 100000); 0: not known, LinkedIn tells by 429.",
)
LINKEDIN_API_URL = _platform_url("LINKEDIN_API_URL", "api.linkedin.com")
LINKEDIN_OAUTH_URL = _platform_url("LINKEDIN_OAUTH_URL", "www.linkedin.com")

TIKTOK_APP_ID = env.text(
    "TIKTOK_APP_ID",
    default="aw7sandboxaudited1" if SANDBOX else "",
    shown="",
    help="Client key of your TikTok app (that of its sandbox while you try).",
)
TIKTOK_APP_SECRET = env.secret("TIKTOK_APP_SECRET", help="Client secret of your TikTok app; it signs webhooks too.")
if TIKTOK_APP_SECRET is None and SANDBOX:
    # The sandbox's own app: a public constant, of no use anywhere else.
    TIKTOK_APP_SECRET = Secret("sandbox-tiktok-audited-secret")
TIKTOK_SCOPES = env.listing(
    "TIKTOK_SCOPES",
    default=(
        "user.info.basic",
        "user.info.profile",
        "user.info.stats",
        "video.list",
        "video.upload",
        "video.publish",
    ),
    help="Scopes asked of TikTok. One that your app is not approved for fails every login; the features go with them.",
)
TIKTOK_AUDITED = env.flag(
    "TIKTOK_AUDITED",
    default=SANDBOX,
    help="Whether your app has passed TikTok's audit of the Content Posting API. Until then posts are for the creator alone, "
    "and their account must be private.",
)
TIKTOK_VIDEO_BY = env.choice(
    "TIKTOK_VIDEO_BY",
    default="upload",
    among=("upload", "url"),
    help="How videos reach TikTok: sent by us in chunks, or fetched by TikTok from PUBLIC_URL, whose domain must be verified for "
    "the app. Photos are fetched in any case.",
)
TIKTOK_CHUNK_BYTES = env.number(
    "TIKTOK_CHUNK_BYTES",
    default=5_242_880,
    least=5_242_880,
    most=32_000_000,
    help="How many bytes of a video go in one request.",
)
TIKTOK_POSTS_PER_DAY = env.number(
    "TIKTOK_POSTS_PER_DAY",
    default=15,
    least=0,
    most=10_000,
    help="Direct posts of one account within 24 hours (TikTok's usual cap, shared with other apps); 0: TikTok tells.",
)
TIKTOK_DRAFTS_PER_DAY = env.number(
    "TIKTOK_DRAFTS_PER_DAY",
    default=5,
    least=0,
    most=10_000,
    help="Drafts that may wait in one account's inbox within 24 hours (TikTok's cap); 0: TikTok tells.",
)
TIKTOK_REFRESH_AT_PERCENT = env.number(
    "TIKTOK_REFRESH_AT_PERCENT",
    default=75,
    least=25,
    most=95,
    help="After which share of a token's stated life it is traded for a fresh one (75: 18 hours of 24, 90 minutes of 120).",
)
TIKTOK_SETTLE = timedelta(
    seconds=env.number(
        "TIKTOK_SETTLE_SECONDS",
        default=900,
        least=1,
        most=86_400,
        help="How long a video that TikTok was told to fetch is looked for after a lost answer, before a person is asked.",
    )
)
TIKTOK_API_URL = _platform_url("TIKTOK_API_URL", "open.tiktokapis.com")
TIKTOK_OAUTH_URL = _platform_url("TIKTOK_OAUTH_URL", "www.tiktok.com")
TIKTOK_UPLOAD_GATEWAY_URL = env.url(
    "TIKTOK_UPLOAD_GATEWAY_URL",
    default=PLATFORM_GATEWAY_URL,
    shown="PLATFORM_GATEWAY_URL",
    help="Reach TikTok's upload hosts, whose names vary, under this address, the host name as first path segment; empty: directly.",
)

GOOGLE_BUSINESS_APP_ID = env.text(
    "GOOGLE_BUSINESS_APP_ID",
    default="740000000001-sandboxprofiles.apps.googleusercontent.com" if SANDBOX else "",
    shown="",
    help="Client ID of your Google OAuth client (type 'Web application').",
)
GOOGLE_BUSINESS_APP_SECRET = env.secret("GOOGLE_BUSINESS_APP_SECRET", help="Client secret of your Google OAuth client.")
if GOOGLE_BUSINESS_APP_SECRET is None and SANDBOX:
    # The sandbox's own app: a public constant, of no use anywhere else.
    GOOGLE_BUSINESS_APP_SECRET = Secret("sandbox-google-approved-secret")
GOOGLE_BUSINESS_REFRESH_BEFORE = timedelta(
    seconds=env.number(
        "GOOGLE_BUSINESS_REFRESH_BEFORE_SECONDS",
        default=3000,
        least=60,
        most=3300,
        help="How long before its end a Google access token, which lives an hour, is renewed. 600 makes it one call an hour.",
    )
)
GOOGLE_BUSINESS_SETTLE = timedelta(
    seconds=env.number(
        "GOOGLE_BUSINESS_SETTLE_SECONDS",
        default=300,
        least=1,
        most=86_400,
        help="How long after an announced post its absence from the location's posts is no proof yet.",
    )
)
GOOGLE_BUSINESS_RESENDS = env.number(
    "GOOGLE_BUSINESS_RESENDS",
    default=1,
    least=0,
    most=10,
    help="How often a post whose answer was lost, and that is not to be found, is sent again before a person is asked.",
)
GOOGLE_BUSINESS_CALLS_PER_MINUTE = env.number(
    "GOOGLE_BUSINESS_CALLS_PER_MINUTE",
    default=240,
    least=0,
    most=1_000_000,
    help="Calls a minute to each of Google's APIs, of 300 that a project is allowed; 0: nobody counts, Google tells by 429.",
)
GOOGLE_BUSINESS_EDITS_PER_MINUTE = env.number(
    "GOOGLE_BUSINESS_EDITS_PER_MINUTE",
    default=10,
    least=0,
    most=1_000,
    help="Posts, changes and replies a minute at one location; Google does not raise its limit of 10. 0: nobody counts.",
)
GOOGLE_BUSINESS_CONSENT_URL = _platform_url("GOOGLE_BUSINESS_CONSENT_URL", "accounts.google.com")
GOOGLE_BUSINESS_TOKEN_URL = _platform_url("GOOGLE_BUSINESS_TOKEN_URL", "oauth2.googleapis.com")
GOOGLE_BUSINESS_ACCOUNTS_URL = _platform_url(
    "GOOGLE_BUSINESS_ACCOUNTS_URL", "mybusinessaccountmanagement.googleapis.com"
)
GOOGLE_BUSINESS_LOCATIONS_URL = _platform_url(
    "GOOGLE_BUSINESS_LOCATIONS_URL", "mybusinessbusinessinformation.googleapis.com"
)
GOOGLE_BUSINESS_POSTS_URL = _platform_url("GOOGLE_BUSINESS_POSTS_URL", "mybusiness.googleapis.com")
GOOGLE_BUSINESS_PERFORMANCE_URL = _platform_url(
    "GOOGLE_BUSINESS_PERFORMANCE_URL", "businessprofileperformance.googleapis.com"
)
GOOGLE_BUSINESS_VERIFICATIONS_URL = _platform_url(
    "GOOGLE_BUSINESS_VERIFICATIONS_URL", "mybusinessverifications.googleapis.com"
)

MAILCHIMP_API_URL = _platform_url("MAILCHIMP_API_URL", "{dc}.api.mailchimp.com")
MAILCHIMP_ADMIN_URL = env.url(
    "MAILCHIMP_ADMIN_URL",
    default=f"{SANDBOX_URL}/us19.admin.mailchimp.com" if SANDBOX else "https://admin.mailchimp.com",
    shown="https://admin.mailchimp.com",
    help="Where people make their API keys: the form that asks for one leads there.",
)
MAILCHIMP_ALLOW_GLOBAL_HOST = env.flag(
    "MAILCHIMP_ALLOW_GLOBAL_HOST",
    default=False,
    help="Take API keys that name no data centre, too, and send them to api.mailchimp.com. Off: such a key was cut off.",
)
MAILCHIMP_CONCURRENT_CALLS = env.number(
    "MAILCHIMP_CONCURRENT_CALLS",
    default=10,
    least=1,
    most=10,
    help="Calls at one time for each Mailchimp user, all workers together. Mailchimp allows 10, which it shares with the user's other tools.",
)
MAILCHIMP_SETTLE = timedelta(
    seconds=env.number(
        "MAILCHIMP_SETTLE_SECONDS",
        default=180,
        least=1,
        most=86_400,
        help="How long after a lost answer a campaign that is still a draft is no proof yet. Mailchimp works up to 120 s on a call.",
    )
)
MAILCHIMP_SIGN_WEBHOOKS = env.flag(
    "MAILCHIMP_SIGN_WEBHOOKS",
    default=False,
    help="Ask Mailchimp to sign the webhooks of an audience. Not every account can; the secret in the address is there in any case.",
)

# --- publishing ----------------------------------------------------------------------------------------------------

PUBLISH_LEASE = timedelta(
    seconds=env.number(
        "PUBLISH_LEASE_SECONDS",
        default=90,
        least=10,
        most=3600,
        help="How long a worker may hold a job before others may take it over. Longer than HTTP_TOTAL_TIMEOUT.",
    )
)
PUBLISH_LANDING = timedelta(
    seconds=env.number(
        "PUBLISH_LANDING_SECONDS",
        default=15,
        least=0,
        most=3600,
        help="How long after its deadline a request in flight may still land at a platform; reconciliation waits this long.",
    )
)
REDRIVE_PER_SECOND = env.number(
    "REDRIVE_PER_SECOND", default=20, least=1, most=1000, help="How many jobs of one redrive become due in a second."
)
PUBLISH_TENANT_SHARE_PERCENT = env.number(
    "PUBLISH_TENANT_SHARE_PERCENT",
    default=80,
    least=1,
    most=100,
    help="The share of a worker's calls in flight that one tenant may hold, in percent; the rest stays free for others.",
)
PUBLISH_DESTINATION_IN_FLIGHT = env.number(
    "PUBLISH_DESTINATION_IN_FLIGHT",
    default=50,
    least=1,
    most=10_000,
    help="Calls that all workers together may have in flight for one destination.",
)
LOOK_AFTER = env.spans(
    "LOOK_AFTER_SECONDS",
    default=(300, 3600, 86_400),
    most=2_592_000,
    help="How long after a success a post is looked at again, where platforms may still reject it; 0: never.",
)
# --- health ----------------------------------------------------------------------------------------------------------

HEALTH_CHECK_EVERY = timedelta(
    seconds=env.number(
        "HEALTH_CHECK_EVERY_SECONDS",
        default=21_600,
        least=60,
        most=604_800,
        help="Seconds between two health checks of a connection; each has a moment of its own in that span.",
    )
)
HEALTH_CHECKS_AT_ONCE = env.number(
    "HEALTH_CHECKS_AT_ONCE", default=10, least=1, most=1_000, help="How many connections are checked side by side."
)
HEALTH_FAILURES_TOLERATED = env.number(
    "HEALTH_FAILURES_TOLERATED",
    default=2,
    least=0,
    most=50,
    help="So many checks in a row may find the platform out of reach before a connection is shown as degraded. Never unhealthy.",
)
HEALTH_NEWS_PAUSE = timedelta(
    seconds=env.number(
        "HEALTH_NEWS_PAUSE_SECONDS",
        default=3600,
        least=0,
        most=604_800,
        help="A change for the better is told no sooner than so long after the last news of a connection; one for the worse at once.",
    )
)
HEALTH_LOG_RETENTION = timedelta(
    days=env.number(
        "HEALTH_LOG_RETENTION_DAYS", default=90, least=1, most=3650, help="How long results of health checks are kept."
    )
)

# --- connect links -------------------------------------------------------------------------------------------------

CONNECT_LINK_LIFE = timedelta(
    seconds=env.number(
        "CONNECT_LINK_SECONDS",
        default=3600,
        least=60,
        most=86_400,
        help="How long a connect link is good for when the client app does not say.",
    )
)
RECONNECT_LINK_LIFE = timedelta(
    days=env.number(
        "RECONNECT_LINK_DAYS",
        default=7,
        least=1,
        most=30,
        help="How long a mailed link that renews one account is good for.",
    )
)
CONNECT_LINK_RETENTION = timedelta(
    days=env.number(
        "CONNECT_LINK_RETENTION_DAYS",
        default=30,
        least=1,
        most=3650,
        help="How long it stays known what became of a connect link.",
    )
)
CONNECT_LINKS_LIVE = env.number(
    "CONNECT_LINKS_LIVE",
    default=1000,
    least=1,
    most=1_000_000,
    help="How many unused connect links one tenant may have at a time.",
)
RECONNECT_MAILS_PER_HOUR = env.number(
    "RECONNECT_MAILS_PER_HOUR",
    default=20,
    least=0,
    most=10_000,
    help="How many reconnect links one tenant's members may mail in an hour, and three to one address for one account; 0: none.",
)

# --- numbers -------------------------------------------------------------------------------------------------------

METRICS_LOOK_AFTER = env.spans(
    "METRICS_LOOK_AFTER_SECONDS",
    default=(3600, 10_800, 21_600, 43_200, 86_400),
    most=2_592_000,
    help="How long after a post went out its numbers are asked for on the first day; 0: only by the day.",
)
METRICS_DAILY_FOR = timedelta(
    days=env.number(
        "METRICS_DAILY_DAYS",
        default=30,
        least=0,
        most=365,
        help="How many days a post's numbers are asked for each day.",
    )
)
METRICS_WEEKLY_FOR = timedelta(
    days=env.number(
        "METRICS_WEEKLY_DAYS",
        default=90,
        least=0,
        most=730,
        help="How many days after it went out a post's numbers are still asked for, once a week.",
    )
)
METRICS_PLACES_EVERY = timedelta(
    seconds=env.number(
        "METRICS_PLACES_EVERY_SECONDS",
        default=86_400,
        least=60,
        most=604_800,
        help="Seconds between two looks at the numbers of a destination.",
    )
)
METRICS_LOOK_BACK = timedelta(
    days=env.number(
        "METRICS_LOOK_BACK_DAYS",
        default=7,
        least=1,
        most=60,
        help="How many past days are asked for again each time: platforms tell some late, and correct them.",
    )
)
METRICS_FIRST_LOOK_BACK = timedelta(
    days=env.number(
        "METRICS_FIRST_LOOK_BACK_DAYS",
        default=84,
        least=1,
        most=365,
        help="How many past days are asked for when a destination is looked at for the first time; Meta keeps 90 of some.",
    )
)
METRICS_REFRESH_EVERY = timedelta(
    seconds=env.number(
        "METRICS_REFRESH_EVERY_SECONDS",
        default=600,
        least=1,
        most=86_400,
        help="How long after fresh numbers of a post or a destination were asked for by hand they can be asked for again.",
    )
)
METRICS_CALLS_IN_FLIGHT = env.number(
    "METRICS_CALLS_IN_FLIGHT",
    default=4,
    least=1,
    most=64,
    help="Posts and destinations one worker process asks for at once.",
)
METRICS_KEEP = timedelta(
    days=env.number(
        "METRICS_KEEP_DAYS",
        default=400,
        least=30,
        most=3650,
        help="How many days of history are kept: of posts one snapshot a day, of destinations every day.",
    )
)

# --- webhooks ------------------------------------------------------------------------------------------------------

WEBHOOK_MAX_BYTES = env.number(
    "WEBHOOK_MAX_BYTES",
    default=4_194_304,
    least=65_536,
    most=104_857_600,
    help="The longest delivery a platform may send. Meta puts up to 1,000 events into one.",
)
WEBHOOK_REPLAY_WINDOW = timedelta(
    hours=env.number(
        "WEBHOOK_REPLAY_HOURS",
        default=0,
        least=0,
        most=8760,
        help="How old a signed wish to end a grant or to erase a person's data may be; 0: as long as each platform repeats one.",
    )
)
WEBHOOK_RETENTION = timedelta(
    days=env.number(
        "WEBHOOK_RETENTION_DAYS",
        default=30,
        least=2,
        most=3650,
        help="How long events are kept after they came; until then they can be processed again.",
    )
)
WEBHOOK_SUBSCRIBE = env.flag(
    "WEBHOOK_SUBSCRIBE",
    default=True,
    help="Ask platforms to tell us what happens at chosen destinations. Off where platforms cannot reach PUBLIC_URL.",
)

# --- webhooks and mails out ----------------------------------------------------------------------------------------

WEBHOOK_OUT_ALLOW_LOOPBACK = env.flag(
    "WEBHOOK_OUT_ALLOW_LOOPBACK",
    default=EMBEDDED,
    help="Let endpoints of client apps be on this machine, over plain http too. For trying; off in production, as it opens every "
    "local port to whoever may make an endpoint.",
)
_out_ports = env.listing(
    "WEBHOOK_OUT_PORTS", default=("443", "8443"), help="Ports of other machines that endpoints may be at."
)
if not all(port.isdecimal() and 0 < int(port) < 65536 for port in _out_ports):
    raise ImproperlyConfigured("WEBHOOK_OUT_PORTS must be a list of port numbers parted by commas, such as 443,8443.")
WEBHOOK_OUT_PORTS = tuple(int(port) for port in _out_ports)
WEBHOOK_OUT_TIMEOUT = timedelta(
    seconds=env.number(
        "WEBHOOK_OUT_TIMEOUT_SECONDS",
        default=15,
        least=1,
        most=120,
        help="Seconds an endpoint may take for one delivery in all.",
    )
)
WEBHOOK_OUT_IN_FLIGHT = env.number(
    "WEBHOOK_OUT_IN_FLIGHT", default=16, least=2, most=500, help="Deliveries one worker process sends at once."
)
WEBHOOK_OUT_PER_ENDPOINT = env.number(
    "WEBHOOK_OUT_PER_ENDPOINT",
    default=4,
    least=1,
    most=100,
    help="Deliveries that all workers together send to one endpoint at once; to one that fails, it is one.",
)
WEBHOOK_OUT_GIVE_UP = timedelta(
    days=env.number(
        "WEBHOOK_OUT_GIVE_UP_DAYS",
        default=5,
        least=1,
        most=90,
        help="After so many days without one success an endpoint that fails is switched off, and its owners are told.",
    )
)
WEBHOOK_OUT_RETENTION = timedelta(
    days=env.number(
        "WEBHOOK_OUT_RETENTION_DAYS",
        default=30,
        least=2,
        most=3650,
        help="How long news, their deliveries and mails are kept; until then they can be listed and replayed.",
    )
)

EMAIL_URL = env.secret(
    "EMAIL_URL",
    help="How mails leave: smtp://user:password@host:25, smtp+tls://…:587 (STARTTLS), smtp+ssl://…:465, consolemail:// or "
    "filemail:///folder. Or set EMAIL_HOST and its companions. Neither: embedded mode writes files, production sends none.",
)
EMAIL_HOST = env.text("EMAIL_HOST", help="The mail server, where EMAIL_URL is not set.")
EMAIL_PORT = env.number("EMAIL_PORT", default=587, least=1, most=65535, help="The mail server's port.")
EMAIL_HOST_USER = env.text("EMAIL_USER", help="The name to sign in with at the mail server.")
_mail_password = env.secret("EMAIL_PASSWORD", help="The password that belongs to EMAIL_USER.")
EMAIL_HOST_PASSWORD = _mail_password.reveal() if _mail_password else ""
_mail_crypt = env.choice(
    "EMAIL_SECURITY",
    default="starttls",
    among=("starttls", "tls", "none"),
    help="starttls: plain at first, as on port 587. tls: from the first byte, as on port 465. none: only inside a machine.",
)
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail_crypt == "starttls", _mail_crypt == "tls"
EMAIL_FILE_PATH = str(VAR_DIR / "mails")
if EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
elif EMBEDDED:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
if EMAIL_URL:
    _mail = environ.Env.email_url_config(EMAIL_URL.reveal())
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "", _mail["EMAIL_PORT"] or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS, EMAIL_USE_SSL = bool(_mail.get("EMAIL_USE_TLS")), bool(_mail.get("EMAIL_USE_SSL"))
    EMAIL_FILE_PATH = f"/{_mail['EMAIL_FILE_PATH'].lstrip('/')}" if _mail["EMAIL_FILE_PATH"] else EMAIL_FILE_PATH
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text(
    "EMAIL_FROM",
    default=f"Switchboard <switchboard@{_public.hostname or 'localhost'}>",
    shown="switchboard@ the host of PUBLIC_URL",
    help="Who mails are from.",
)

# --- files ---------------------------------------------------------------------------------------------------------

MEDIA_ROOT = Path(
    env.text(
        "MEDIA_ROOT",
        default=str(VAR_DIR / "media"),
        shown="VAR_DIR/media",
        help="Where files are received, and kept unless MEDIA_STORAGE is s3. Web processes and workers of one machine share it.",
    )
)
MEDIA_STORAGE = env.choice(
    "MEDIA_STORAGE",
    default="local",
    among=("local", "s3"),
    help="local: files lie in MEDIA_ROOT. s3: in a bucket, which several machines need.",
)
S3_BUCKET = env.text("S3_BUCKET", help="The bucket for files. It stays private.")
S3_PREFIX = env.text("S3_PREFIX", help="What the names of files begin with in the bucket.")
S3_REGION = env.text("S3_REGION", help="The bucket's region.")
S3_ENDPOINT_URL = env.url("S3_ENDPOINT_URL", help="Where S3 is reached; none, at AWS.")
S3_ACCESS_KEY_ID = env.text("S3_ACCESS_KEY_ID", help="None: what the machine itself is allowed, such as a role.")
S3_SECRET_ACCESS_KEY = env.secret("S3_SECRET_ACCESS_KEY", help="The secret that belongs to S3_ACCESS_KEY_ID.")
S3_PATH_STYLE = env.flag(
    "S3_PATH_STYLE",
    default=False,
    help="Name the bucket in the path instead of the host, as many servers beside AWS need.",
)
MEDIA_S3_REDIRECT = env.flag(
    "MEDIA_S3_REDIRECT",
    default=False,
    help="Send who fetches a file on to the bucket. Spares the hub the traffic, but Instagram and TikTok follow no redirect.",
)
_MEGABYTE = 1_000_000
MEDIA_MOST_BYTES = {
    "image": _MEGABYTE
    * env.number("MEDIA_MAX_IMAGE_MB", default=50, least=1, most=1000, help="Longest picture taken, in megabytes."),
    "video": _MEGABYTE
    * env.number("MEDIA_MAX_VIDEO_MB", default=1000, least=1, most=20_000, help="Longest video taken, in megabytes."),
    "document": _MEGABYTE
    * env.number(
        "MEDIA_MAX_DOCUMENT_MB", default=100, least=1, most=1000, help="Longest document taken, in megabytes."
    ),
}
MEDIA_MAX_PIXELS = _MEGABYTE * env.number(
    "MEDIA_MAX_MEGAPIXELS",
    default=64,
    least=1,
    most=100,
    help="Largest picture taken, in millions of pixels; decoding needs 4 to 12 bytes of memory for each.",
)
MEDIA_QUOTA_BYTES = _MEGABYTE * env.number(
    "MEDIA_QUOTA_MB", default=10_000, least=0, most=100_000_000, help="Megabytes one tenant may keep; 0: no limit."
)
MEDIA_RETENTION = timedelta(
    days=env.number(
        "MEDIA_RETENTION_DAYS",
        default=90,
        least=0,
        most=3650,
        help="Files that nobody has used for so many days are removed; 0: kept until somebody deletes them.",
    )
)
MEDIA_UPLOAD_LIFE = timedelta(
    hours=env.number(
        "MEDIA_UPLOAD_HOURS",
        default=24,
        least=1,
        most=720,
        help="How long an upload in parts may take from its beginning.",
    )
)
MEDIA_URL_LIFE = timedelta(
    seconds=env.number(
        "MEDIA_URL_SECONDS",
        default=7200,
        least=60,
        most=604_800,
        help="How long a signed address of a file is good. TikTok wants an hour at least.",
    )
)
MEDIA_FETCH_TIMEOUT = timedelta(
    seconds=env.number(
        "MEDIA_FETCH_SECONDS",
        default=60,
        least=1,
        most=600,
        help="Seconds that fetching a file from an author's address may take in all.",
    )
)
MEDIA_FETCH_IN_FLIGHT = env.number(
    "MEDIA_FETCH_IN_FLIGHT", default=4, least=1, most=100, help="Files one web process fetches at once."
)
_ports = env.listing("MEDIA_FETCH_PORTS", default=("80", "443"), help="Ports that files may be fetched from.")
if not all(port.isdecimal() and 0 < int(port) < 65536 for port in _ports):
    raise ImproperlyConfigured("MEDIA_FETCH_PORTS must be a list of port numbers parted by commas, such as 80,443.")
MEDIA_FETCH_PORTS = tuple(int(port) for port in _ports)
MEDIA_FETCH_ALLOW_LOOPBACK = env.flag(
    "MEDIA_FETCH_ALLOW_LOOPBACK",
    default=False,
    help="Let files be fetched from this machine itself. Only for trying things with the sandbox: it opens every local port.",
)

# --- the API -------------------------------------------------------------------------------------------------------

# Ours is checked by config.request_ids before it gets there.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True

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
        {"name": "Connecting", "description": "For browsers: the way to a platform's consent page and back."},
    ],
    "ENUM_NAME_OVERRIDES": {
        "JobStateEnum": "publishing.states.NAMES",
        "ConnectionStatusEnum": "connectors.models.Connection.Status",
        "DeliveryStateEnum": "outbox.models.WebhookDelivery.State",
        "EndpointHealthEnum": ["healthy", "failing", "disabled", "unknown"],
        "HealthEnum": [("healthy", "Healthy"), ("degraded", "Degraded"), ("unhealthy", "Unhealthy")],
        "ConnectLinkStatusEnum": "connectors.models.ConnectLink.Status",
        "HealthStateEnum": "monitoring.serializers.STATES",
        "ConnectionHealthStateEnum": "monitoring.serializers.STATES_OR_UNKNOWN",
        "RoleEnum": "publishing.models.PublishJob.Role",
        "MemberRoleEnum": "tenants.models.Membership.Role",
        "ApiKeyStateEnum": "tenants.serializers.KEY_STATES",
        "StatusEnum": "connectors.models.CONNECTION_STATUSES",
    },
}

# --- logs and traces -----------------------------------------------------------------------------------------------

LOG_FORMAT = env.choice(
    "LOG_FORMAT",
    default="lines" if EMBEDDED else "json",
    among=("lines", "json"),
    help="lines for people, json for collectors.",
)
LOG_LEVEL = env.choice(
    "LOG_LEVEL",
    default="INFO",
    among=("DEBUG", "INFO", "WARNING", "ERROR"),
    help="The least severe entry that is written.",
)
LOGGING_CONFIG = None  # config.logs sets up structlog and the standard library together

DATADOG_STATSD_HOST = env.text(
    "DD_AGENT_HOST",
    default="",
    help="Host of a Datadog agent that takes DogStatsD metrics; none, no metrics are sent.",
)
DATADOG_STATSD_PORT = env.number(
    "DD_DOGSTATSD_PORT", default=8125, least=1, most=65535, help="The agent's DogStatsD port."
)

logs.set_up(log_format=LOG_FORMAT, level=LOG_LEVEL)
