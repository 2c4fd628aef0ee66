"""What a check's findings come to, beside what was known before: pure functions.

A call that failed in passing proves nothing. It changes nothing that people see until it has failed more often in a row than
``tolerated``; then the connection is degraded, never unhealthy, and what was known of it before stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from connectors.types import HealthFinding, HealthState

#: The word for a check that learnt nothing.
NOT_ASKED: Final = "not_asked"
#: How soon a check that failed in passing is made again; twice as long each time.
SOON: Final = timedelta(minutes=5)
RANK: Final[dict[str, int]] = {HealthState.HEALTHY: 0, HealthState.DEGRADED: 1, HealthState.UNHEALTHY: 2}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a connection is. ``state`` is empty while nobody knows; the words are empty while nothing is wrong."""

    state: str = ""
    since: datetime | None = None
    finding: HealthFinding | None = None
    #: Checks in a row that failed in passing, and since when.
    failures: int = 0
    failing_since: datetime | None = None


def judge(before: Verdict, findings: Sequence[HealthFinding], *, now: datetime, tolerated: int) -> Verdict:
    """Return how a connection is after a check that found these things."""
    passing = [finding for finding in findings if finding.passing]
    failures = before.failures + 1 if passing else 0
    since = (before.failing_since or now) if passing else None
    too_often = failures > tolerated
    if any(finding.code == NOT_ASKED for finding in passing):
        kept = replace(before, failures=failures, failing_since=since)
        known = before.state in (HealthState.DEGRADED, HealthState.UNHEALTHY)
        if not too_often or (known and before.finding is not None and before.finding.code != NOT_ASKED):
            return kept
    counted = [finding for finding in findings if too_often or not finding.passing]
    state = worst_of(counted)
    finding = _first(counted, state)
    if finding is not None and finding.passing and since is not None:
        finding = replace(finding, cause=f"Since {since:%d %B %Y at %H:%M} UTC: {finding.cause}")
    return Verdict(state, before.since if state == before.state else now, finding, failures, since)


def worst_of(findings: Sequence[HealthFinding]) -> HealthState:
    """Return the worst state of these findings."""
    return max((finding.state for finding in findings), key=lambda state: RANK[state], default=HealthState.HEALTHY)


def next_try(failures: int, *, every: timedelta) -> timedelta:
    """Return how soon a check is made again after so many in a row failed in passing: no later than usual."""
    times: int = 2 ** min(max(failures - 1, 0), 20)
    return min(SOON * times, every)


def news(*, told: str, told_at: datetime | None, state: str, now: datetime, pause: timedelta) -> bool:
    """Tell whether people are to hear of a state: bad news at once, good news when it has lasted."""
    if not state or state == (told or HealthState.HEALTHY):
        return False
    if RANK[state] > RANK[told or HealthState.HEALTHY] or told_at is None:
        return True
    return now - told_at >= pause


def _first(findings: Sequence[HealthFinding], state: HealthState) -> HealthFinding | None:
    """Return what is told first: the first of the worst, unless all is well."""
    if state is HealthState.HEALTHY:
        return None
    return next(finding for finding in findings if finding.state is state)
