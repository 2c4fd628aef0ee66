"""The rooms."""

from pathlib import Path

from config import env
from config.settings.process import BASE_DIR, EMBEDDED, VAR_DIR

INSTALLED_APPS = [
    "config",
    "monitoring",
    "outbox",
    "publishing",
    "connectors",
    "media",
    "vault",
    "tenants",
    "config.operators.DeskConfig",
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
    "tenants.waffled.FlagsConfig",
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
    "tenants.middleware.PrincipalMiddleware",
    "tenants.middleware.TenantWall",
    "axes.middleware.AxesMiddleware",
    "config.middleware.AdminAddresses",
    "config.middleware.RefusalPages",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "tenants.User"
# Flags are rows of ours, switched by ``manage.py flags`` and the admin; waffle's own pages would go past the audit log.
WAFFLE_FLAG_MODEL = "tenants.Flag"
WAFFLE_FLAG_DEFAULT = True
WAFFLE_ENABLE_ADMIN_PAGES = False
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
