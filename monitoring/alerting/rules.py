"""The rules: what is watched, how long it must last, how long it must be over, and who is told. Data, and nothing else.

How each is looked at stands in ``looks``. A look says what it sees beyond the lower of a rule's two thresholds, and whether it
is ``over`` the upper one; so what hovers about one number neither comes nor goes.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

BAD: Final = "bad"
WARN: Final = "warn"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    slug: str
    title: str
    severity: str
    #: What it watches, in the words of the documentation.
    about: str
    #: It is raised after it was seen for so long,
    holds: timedelta = timedelta()
    #: and cleared after it was not seen for so long.
    calm: timedelta = timedelta(minutes=3)
    #: It is the tenants' own: each tenant's members and client apps are told, too, and not the operators by mail.
    of_tenants: bool = False
    #: Tenants hear of it by other news already; it is shown, and nothing is sent to them.
    told_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look saw of one subject."""

    rule: str
    subject: str
    value: float
    cause: str
    remedy: str
    link: str = ""
    tenant_id: UUID | None = None
    #: Beyond the upper threshold; else only beyond the lower one, which keeps what is raised and raises nothing.
    over: bool = True
    step: int = 0
    #: Instead of the rule's.
    severity: str = ""
    title: str = ""


_RULES: Final = (
    Rule(
        "dead_letters_rising",
        "Dead letters are rising",
        BAD,
        "One tenant's jobs become dead letters faster than usual.",
        calm=timedelta(minutes=10),
        of_tenants=True,
    ),
    Rule(
        "dead_letters_open",
        "Many dead letters wait",
        WARN,
        "Open dead letters of one tenant are more than anybody can keep in sight.",
        calm=timedelta(minutes=10),
        of_tenants=True,
        told_elsewhere=True,
    ),
    Rule(
        "platform_dead_letters_rising",
        "Dead letters of a platform are rising",
        BAD,
        "Jobs of one platform become dead letters faster than usual, whoever's they are.",
        calm=timedelta(minutes=10),
    ),
    Rule(
        "platform_errors",
        "A platform fails",
        BAD,
        "A large share of the latest tries at one platform failed, and not for what their authors wrote.",
        holds=timedelta(minutes=1),
        calm=timedelta(minutes=5),
    ),
    Rule(
        "tokens_overdue",
        "Renewals of tokens are late",
        BAD,
        "Tokens of one platform should have been renewed a while ago.",
        holds=timedelta(minutes=1),
        calm=timedelta(minutes=5),
    ),
    Rule(
        "tokens_expired",
        "Tokens have ended",
        BAD,
        "Accounts of one tenant count as active, and their tokens have ended.",
        holds=timedelta(minutes=2),
        calm=timedelta(minutes=5),
        of_tenants=True,
    ),
    Rule("queue_age", "Jobs are late", BAD, "A job is due and no worker takes it."),
    Rule("queue_full", "A queue is full", WARN, "Messages of one queue are not fetched."),
    Rule("queue_unserved", "Nobody serves a queue", BAD, "Workers live, and none takes from one queue."),
    Rule("worker_silent", "A worker is silent", BAD, "A worker gives no sign of life."),
    Rule("beat_late", "The scheduler is silent", BAD, "Beat gives no sign of life."),
    Rule(
        "broker_unreachable",
        "The broker is out of reach",
        BAD,
        "Redis, or the RabbitMQ of BROKER_URL, does not answer.",
        calm=timedelta(minutes=1),
    ),
    Rule(
        "redis_unreachable",
        "Redis is out of reach",
        WARN,
        "Redis does not answer, where RabbitMQ is the broker.",
        calm=timedelta(minutes=1),
    ),
    Rule(
        "vault_key_wrong",
        "The vault does not open",
        BAD,
        "The key over all keys is missing, or not the one this database was sealed with.",
    ),
    Rule(
        "vault_unreachable",
        "The vault's keys are out of reach",
        BAD,
        "Who holds the vault's keys does not answer.",
    ),
    Rule(
        "webhooks_refused",
        "Webhooks of a platform are refused",
        WARN,
        "Deliveries that name a platform as sender are not signed by it.",
        calm=timedelta(minutes=15),
    ),
    Rule(
        "webhooks_lagging",
        "Webhooks of a platform wait",
        WARN,
        "What a platform told us was not dealt with, or not for long.",
        calm=timedelta(minutes=5),
    ),
    Rule(
        "webhook_endpoints_off",
        "Webhook endpoints were switched off",
        WARN,
        "Endpoints of one tenant's client apps were switched off by the hub.",
        of_tenants=True,
        told_elsewhere=True,
    ),
    Rule(
        "webhook_endpoints_failing",
        "Webhook endpoints fail",
        WARN,
        "Endpoints of one tenant's client apps have taken nothing for a while.",
        calm=timedelta(minutes=10),
        of_tenants=True,
    ),
    Rule(
        "api_version_sunset",
        "A platform's API version ends",
        WARN,
        "The version of a platform's API that is in use ends within 90, 30 or 7 days.",
        calm=timedelta(minutes=10),
    ),
    Rule("disk_full", "A disk is nearly full", BAD, "A disk that the hub writes to has little room left."),
    Rule("clock_off", "A clock is wrong", WARN, "A machine's clock and the database's differ."),
)

#: By slug, in the order of the documentation.
RULES: Final[dict[str, Rule]] = {rule.slug: rule for rule in _RULES}
