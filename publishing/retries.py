"""What to do after a failure. Pure functions: a failure and a job's history in, the next step out."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from connectors.errors import (
    AUTHOR,
    OPERATOR,
    TENANT,
    ConnectorError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
    VersionRetired,
)

#: After the first try fails: four more, each after its wait, then a person is asked.
WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 3, 9, 27))
#: A wait is lengthened by at most this share of itself, so that jobs that failed together do not return together.
MOST_JITTER: Final = 0.10
#: A platform may ask for patience again and again, at no cost of tries; after this long a person is asked all the same.
LONGEST_PATIENCE: Final = timedelta(hours=24)
#: How long after one look at the platform the next one comes.
LOOK_WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 40, 60, 90, 300))
#: When an answer did come, though an unclear one, nothing is in flight any more: look soon.
FIRST_LOOK: Final = timedelta(seconds=2)


class Next(StrEnum):
    """Where a failed try leads."""

    RETRY = "retry"
    RECONCILE = "reconcile"
    FAIL = "fail"
    DEAD_LETTER = "dead_letter"


@dataclass(frozen=True, slots=True)
class History:
    """What of a job's past matters for its next step."""

    tries: int
    looks: int
    announced: bool
    first_tried_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next, when, whether the try counted, whether the announced step is settled, and who is asked."""

    next: Next
    at: datetime | None = None
    costs_a_try: bool = False
    settled: bool = True
    who: str = ""
    reason: str = ""


def next_step(
    error: ConnectorError, history: History, *, now: datetime, landing: timedelta, chance: float | None = None
) -> Step:
    """Decide what follows a failed publish or poll.

    ``landing`` is how long a request that got no answer may still arrive. ``chance`` (0 to 1) sets the jitter.
    """
    if isinstance(error, OutcomeUnknown) and history.announced:
        at = now + (landing if error.reply.status is None else FIRST_LOOK)
        return Step(Next.RECONCILE, at=at, settled=False)
    if isinstance(error, ReconnectRequired):
        return Step(Next.FAIL, who=TENANT)
    if isinstance(error, ContentRejected):
        return Step(Next.FAIL, who=AUTHOR)
    if isinstance(error, UnexpectedAnswer):
        # An answer nobody understands does not settle an announced step: a redrive looks first.
        return Step(Next.DEAD_LETTER, settled=not history.announced, who=OPERATOR)
    if isinstance(error, RateLimited):
        return _after_rate_limit(error, history, now=now, chance=chance)
    if isinstance(error, TransientError | OutcomeUnknown):
        return _after_transient(history, now=now, chance=chance)
    return Step(Next.DEAD_LETTER, settled=not history.announced, who=OPERATOR)


def look_again(history: History, *, now: datetime) -> datetime:
    """Return when to ask the platform the next time whether a post is there."""
    return now + LOOK_WAITS[min(history.looks, len(LOOK_WAITS) - 1)]


def parked_until(wait: timedelta, *, now: datetime, chance: float | None = None) -> datetime:
    """Return when a parked job looks again whether the operator has mended what keeps all of them."""
    return now + _jittered(wait, chance)


def out_of_patience(since: datetime, *, now: datetime) -> bool:
    """Tell whether a job has waited so long that a person should know."""
    return now - since >= LONGEST_PATIENCE


def _after_rate_limit(error: RateLimited, history: History, *, now: datetime, chance: float | None) -> Step:
    wait = _table_wait(history, chance)
    if error.retry_after is not None and (wait is None or error.retry_after > wait):
        # A retired version is the operator's to mend and no job's fault: jobs stay parked however long that takes.
        if out_of_patience(history.first_tried_at, now=now) and not isinstance(error, VersionRetired):
            reason = f"The platform still asked for patience after {LONGEST_PATIENCE.total_seconds() / 3600:.0f} hours."
            return Step(Next.DEAD_LETTER, who=OPERATOR, reason=reason)
        return Step(Next.RETRY, at=now + _jittered(error.retry_after, chance))
    return _after_transient(history, now=now, chance=chance)


def _after_transient(history: History, *, now: datetime, chance: float | None) -> Step:
    wait = _table_wait(history, chance)
    if wait is None:
        return Step(
            Next.DEAD_LETTER, who=OPERATOR, costs_a_try=True, reason=f"It failed {len(WAITS) + 1} times in a row."
        )
    return Step(Next.RETRY, at=now + wait, costs_a_try=True)


def _table_wait(history: History, chance: float | None) -> timedelta | None:
    if history.tries >= len(WAITS):
        return None
    return _jittered(WAITS[history.tries], chance)


def _jittered(wait: timedelta, chance: float | None) -> timedelta:
    share = random.random() if chance is None else chance  # noqa: S311 - spreads load, guards nothing
    return wait * (1 + MOST_JITTER * share)
