"""Health."""

from datetime import timedelta

from config import env

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
HEALTH_LOG_RETENTION = env.days(
    "HEALTH_LOG_RETENTION_DAYS",
    default=90,
    least=1,
    help="How long results of health checks are kept.",
)
