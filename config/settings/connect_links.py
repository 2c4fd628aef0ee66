"""Connect links."""

from datetime import timedelta

from config import env

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
CONNECT_LINK_RETENTION = env.days(
    "CONNECT_LINK_RETENTION_DAYS",
    default=30,
    least=1,
    help="How long it stays known what became of a connect link.",
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
