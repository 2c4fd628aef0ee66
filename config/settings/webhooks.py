"""Webhooks."""

from datetime import timedelta

from config import env

WEBHOOK_MAX_BYTES = env.number(
    "WEBHOOK_MAX_BYTES",
    default=4_194_304,
    least=65_536,
    most=104_857_600,
    help="The longest delivery a platform may send. Meta puts up to 1,000 events into one.",
)
WEBHOOK_REPLAY_WINDOW = timedelta(
    hours=env.number(
        "WEBHOOK_REPLAY_HOURS",
        default=0,
        least=0,
        most=8760,
        help="How old a signed wish to end a grant or to erase a person's data may be; 0: as long as each platform repeats one.",
    )
)
WEBHOOK_RETENTION = env.days(
    "WEBHOOK_RETENTION_DAYS",
    default=30,
    least=2,
    help="How long events are kept after they came; until then they can be processed again.",
)
WEBHOOK_SUBSCRIBE = env.flag(
    "WEBHOOK_SUBSCRIBE",
    default=True,
    help="Ask platforms to tell us what happens at chosen destinations. Off where platforms cannot reach PUBLIC_URL.",
)
