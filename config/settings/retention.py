"""How long rows are kept that nothing else says it of, and how much of a minute forgetting may take."""

from datetime import timedelta

from config import env

POST_RETENTION = env.days(
    "POST_RETENTION_DAYS",
    default=0,
    least=90,
    help="Posts are deleted, with their jobs, numbers and idempotency keys, so long after the last of their jobs was published or cancelled.",
)
POST_DETAILS_RETENTION = env.days(
    "POST_DETAILS_RETENTION_DAYS",
    default=400,
    least=35,
    help="So long after a job was published or cancelled its attempts and its journal are deleted; the job itself stays.",
)
AUDIT_RETENTION = env.days(
    "AUDIT_RETENTION_DAYS", default=0, least=90, help="How long the audit log and the admin's own log are kept."
)
SIGN_IN_TRIES_RETENTION = env.days(
    "SIGN_IN_TRIES_RETENTION_DAYS", default=30, least=2, help="How long failed tries to sign in are remembered."
)
PRUNE_BUDGET = timedelta(
    seconds=env.number(
        "PRUNE_SECONDS",
        default=10,
        least=0,
        most=50,
        help="So many seconds of each minute old rows may be deleted, half of them pauses; 0: only by 'manage.py prune'.",
    )
)
PRUNE_PIECE = timedelta(
    milliseconds=env.number(
        "PRUNE_PIECE_MS",
        default=50,
        least=5,
        most=1000,
        help="Old rows are deleted in pieces that take no longer than about this, each a transaction of its own.",
    )
)
