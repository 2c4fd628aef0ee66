"""Webhooks and mails out."""

from datetime import timedelta
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from config import env
from config.settings.process import EMBEDDED, PUBLIC_URL, VAR_DIR

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
WEBHOOK_OUT_RETENTION = env.days(
    "WEBHOOK_OUT_RETENTION_DAYS",
    default=30,
    least=2,
    help="How long news, their deliveries and mails are kept; until then they can be listed and replayed.",
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
    default=f"Switchboard <switchboard@{urlsplit(PUBLIC_URL).hostname or 'localhost'}>",
    shown="switchboard@ the host of PUBLIC_URL",
    help="Who mails are from.",
)
