"""Alerts."""

from datetime import timedelta

from config import env

ALERT_EMAILS = env.listing(
    "ALERT_EMAILS",
    help="Who is told of alerts of the whole installation by e-mail; none: every active member of staff who has an address.",
)
ALERT_MAIL_PAUSE = timedelta(
    seconds=env.number(
        "ALERT_MAIL_PAUSE_SECONDS",
        default=120,
        least=0,
        most=86_400,
        help="Seconds between two mails about alerts to one operator; what comes meanwhile is told in one.",
    )
)
ALERT_DEAD_LETTERS = env.number(
    "ALERT_DEAD_LETTERS",
    default=10,
    least=1,
    most=1_000_000,
    help="So many new dead letters of a tenant within ten minutes raise an alert, if they are also three times the usual; of a "
    "platform: twice as many.",
)
ALERT_DEAD_LETTERS_OPEN = env.number(
    "ALERT_DEAD_LETTERS_OPEN",
    default=100,
    least=1,
    most=1_000_000,
    help="So many open dead letters of a tenant raise an alert.",
)
ALERT_PLATFORM_ERRORS_PERCENT = env.number(
    "ALERT_PLATFORM_ERRORS_PERCENT",
    default=50,
    least=1,
    most=100,
    help="Such a share of failed tries at a platform within ten minutes raises an alert.",
)
ALERT_PLATFORM_ERRORS_LEAST = env.number(
    "ALERT_PLATFORM_ERRORS_LEAST",
    default=20,
    least=1,
    most=1500,
    help="With fewer tries than this within ten minutes a platform's share of failed ones says nothing.",
)
ALERT_TOKENS_OVERDUE = timedelta(
    seconds=env.number(
        "ALERT_TOKENS_OVERDUE_SECONDS",
        default=900,
        least=60,
        most=604_800,
        help="Seconds after its moment at which a token that was not renewed raises an alert.",
    )
)
ALERT_QUEUE_AGE = timedelta(
    seconds=env.number(
        "ALERT_QUEUE_AGE_SECONDS",
        default=120,
        least=60,
        most=86_400,
        help="Seconds after its moment at which a job that no worker took raises an alert.",
    )
)
ALERT_WEBHOOKS_REFUSED = env.number(
    "ALERT_WEBHOOKS_REFUSED",
    default=20,
    least=1,
    most=1_000_000,
    help="So many deliveries within ten minutes that a platform did not sign raise an alert.",
)
ALERT_WEBHOOKS_LATE = timedelta(
    seconds=env.number(
        "ALERT_WEBHOOKS_LATE_SECONDS",
        default=300,
        least=60,
        most=86_400,
        help="Seconds that an event of a platform may wait before it raises an alert.",
    )
)
ALERT_ENDPOINT_FAILING = timedelta(
    seconds=env.number(
        "ALERT_ENDPOINT_FAILING_SECONDS",
        default=3600,
        least=60,
        most=604_800,
        help="Seconds that a client app's webhook endpoint may take nothing before it raises an alert.",
    )
)
ALERT_DISK_FREE_PERCENT = env.number(
    "ALERT_DISK_FREE_PERCENT",
    default=10,
    least=1,
    most=90,
    help="A disk with less room than this left, in percent, raises an alert.",
)
ALERT_RETENTION = env.days(
    "ALERT_RETENTION_DAYS",
    default=90,
    least=1,
    help="How long alerts that are over are kept.",
)
