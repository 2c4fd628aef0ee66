"""Publishing."""

from datetime import timedelta

from config import env

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
