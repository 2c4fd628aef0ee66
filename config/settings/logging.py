"""Logs and traces."""

from config import env, logs
from config.settings.datadog import DATADOG_ENV, DATADOG_SERVICE, DATADOG_VERSION
from config.settings.process import EMBEDDED

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

logs.set_up(
    log_format=LOG_FORMAT,
    level=LOG_LEVEL,
    service=DATADOG_SERVICE,
    env=DATADOG_ENV,
    version=DATADOG_VERSION,
)
