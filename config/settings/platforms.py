"""Platforms."""

from datetime import timedelta

from config import env
from config.settings.process import EMBEDDED, PORT

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


def platform_url(name: str, host: str) -> str:
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
TOKEN_REFRESH_RETENTION = env.days(
    "TOKEN_REFRESH_RETENTION_DAYS",
    default=30,
    least=1,
    help="How long the history of renewed tokens is kept.",
)
