"""Where and how it runs."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import env, installed, version

BASE_DIR = installed.HOME
VERSION = version.VERSION

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
        default=str(installed.data_directory()),
        shown="var",
        help="Where the embedded database, keys and logs live; of a hub from the wheel ~/.local/share/switchboard.",
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
# Browsers take a cookie of such a name over https and from this very host alone: a neighbour under the same domain sets none for us.
_host_only = "__Host-" if _https else ""
SESSION_COOKIE_NAME = f"{_host_only}switchboard_session"
CSRF_COOKIE_NAME = f"{_host_only}switchboard_csrf"
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
