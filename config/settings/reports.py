"""Reports."""

from datetime import timedelta

from config import env

REPORTS_KEEP = timedelta(
    days=env.number(
        "REPORTS_KEEP_DAYS",
        default=90,
        least=31,
        most=3650,
        help="How many days the hourly sums behind the SQL views are kept; the views tell of the last 30.",
    )
)
