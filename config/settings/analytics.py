"""Numbers."""

from datetime import timedelta

from config import env

METRICS_LOOK_AFTER = env.spans(
    "METRICS_LOOK_AFTER_SECONDS",
    default=(3600, 10_800, 21_600, 43_200, 86_400),
    most=2_592_000,
    help="How long after a post went out its numbers are asked for on the first day; 0: only by the day.",
)
METRICS_DAILY_FOR = timedelta(
    days=env.number(
        "METRICS_DAILY_DAYS",
        default=30,
        least=0,
        most=365,
        help="How many days a post's numbers are asked for each day.",
    )
)
METRICS_WEEKLY_FOR = timedelta(
    days=env.number(
        "METRICS_WEEKLY_DAYS",
        default=90,
        least=0,
        most=730,
        help="How many days after it went out a post's numbers are still asked for, once a week.",
    )
)
METRICS_PLACES_EVERY = timedelta(
    seconds=env.number(
        "METRICS_PLACES_EVERY_SECONDS",
        default=86_400,
        least=60,
        most=604_800,
        help="Seconds between two looks at the numbers of a destination.",
    )
)
METRICS_LOOK_BACK = timedelta(
    days=env.number(
        "METRICS_LOOK_BACK_DAYS",
        default=7,
        least=1,
        most=60,
        help="How many past days are asked for again each time: platforms tell some late, and correct them.",
    )
)
METRICS_FIRST_LOOK_BACK = timedelta(
    days=env.number(
        "METRICS_FIRST_LOOK_BACK_DAYS",
        default=84,
        least=1,
        most=365,
        help="How many past days are asked for when a destination is looked at for the first time; Meta keeps 90 of some.",
    )
)
METRICS_REFRESH_EVERY = timedelta(
    seconds=env.number(
        "METRICS_REFRESH_EVERY_SECONDS",
        default=600,
        least=1,
        most=86_400,
        help="How long after fresh numbers of a post or a destination were asked for by hand they can be asked for again.",
    )
)
METRICS_CALLS_IN_FLIGHT = env.number(
    "METRICS_CALLS_IN_FLIGHT",
    default=4,
    least=1,
    most=64,
    help="Posts and destinations one worker process asks for at once.",
)
METRICS_KEEP = timedelta(
    days=env.number(
        "METRICS_KEEP_DAYS",
        default=400,
        least=30,
        most=3650,
        help="How many days of history are kept: of posts one snapshot a day, of destinations every day.",
    )
)
