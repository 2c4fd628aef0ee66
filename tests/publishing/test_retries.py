"""What follows each kind of failure, as a table."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import (
    ConnectorError,
    ContentRejected,
    OutcomeUnknown,
    PlatformReply,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
    VersionRetired,
)
from publishing.retries import FIRST_LOOK, LONGEST_PATIENCE, LOOK_WAITS, WAITS, History, Next, look_again, next_step

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
LANDING = timedelta(seconds=15)


def history(**said: Any) -> History:
    return History(**{"tries": 0, "looks": 0, "announced": False, "first_tried_at": NOW, **said})


ANSWERED = PlatformReply(status=500)


@pytest.mark.parametrize(
    ("error", "past", "expected", "wait", "costs_a_try", "settled", "who"),
    [
        (TransientError("x"), history(), Next.RETRY, WAITS[0], True, True, ""),
        (TransientError("x"), history(tries=1), Next.RETRY, WAITS[1], True, True, ""),
        (TransientError("x"), history(tries=3), Next.RETRY, WAITS[3], True, True, ""),
        (TransientError("x"), history(tries=4), Next.DEAD_LETTER, None, True, True, "operator"),
        (TransientError("x"), history(announced=True), Next.RETRY, WAITS[0], True, True, ""),
        (RateLimited("x"), history(), Next.RETRY, WAITS[0], True, True, ""),
        (RateLimited("x", retry_after=timedelta(minutes=7)), history(), Next.RETRY, timedelta(minutes=7), False, True, ""),
        (RateLimited("x", retry_after=timedelta(minutes=7)), history(tries=4), Next.RETRY, timedelta(minutes=7), False, True, ""),
        (RateLimited("x", retry_after=timedelta(milliseconds=200)), history(), Next.RETRY, WAITS[0], True, True, ""),
        (
            RateLimited("x", retry_after=timedelta(minutes=7)),
            history(first_tried_at=NOW - LONGEST_PATIENCE),
            Next.DEAD_LETTER,
            None,
            False,
            True,
            "operator",
        ),
        (OutcomeUnknown("x"), history(announced=True), Next.RECONCILE, LANDING, False, False, ""),
        (OutcomeUnknown("x", reply=ANSWERED), history(announced=True), Next.RECONCILE, FIRST_LOOK, False, False, ""),
        (OutcomeUnknown("x"), history(announced=False), Next.RETRY, WAITS[0], True, True, ""),
        (ReconnectRequired("x"), history(announced=True), Next.FAIL, None, False, True, "tenant"),
        (ContentRejected("x"), history(announced=True), Next.FAIL, None, False, True, "author"),
        (UnexpectedAnswer("x"), history(announced=True), Next.DEAD_LETTER, None, False, False, "operator"),
        (UnexpectedAnswer("x"), history(announced=False), Next.DEAD_LETTER, None, False, True, "operator"),
        (ConnectorError("x"), history(announced=True), Next.DEAD_LETTER, None, False, False, "operator"),
    ],
)  # fmt: skip
def test_what_follows_a_failure(
    error: ConnectorError,
    past: History,
    expected: Next,
    wait: timedelta | None,
    costs_a_try: bool,
    settled: bool,
    who: str,
) -> None:
    step = next_step(error, past, now=NOW, landing=LANDING, chance=0.0)
    assert step.next is expected
    assert step.at == (NOW + wait if wait is not None else None)
    assert (step.costs_a_try, step.settled, step.who) == (costs_a_try, settled, who)


@pytest.mark.parametrize("days", [0, 1, 30])
@pytest.mark.parametrize("tries", [0, 4])
def test_a_retired_version_parks_a_job_at_no_cost_however_long_it_takes(days: int, tries: int) -> None:
    past = history(tries=tries, announced=True, first_tried_at=NOW - timedelta(days=days))
    step = next_step(VersionRetired("x", retry_after=timedelta(minutes=15)), past, now=NOW, landing=LANDING, chance=0.0)
    assert (step.next, step.at) == (Next.RETRY, NOW + timedelta(minutes=15))
    assert not step.costs_a_try
    assert step.settled, "nothing was done, so nothing is in doubt"


def test_the_table_of_waits_is_1_3_9_27_seconds() -> None:
    assert [wait.total_seconds() for wait in WAITS] == [1, 3, 9, 27]


def test_a_wait_is_lengthened_by_a_tenth_at_most_and_never_shortened() -> None:
    for chance in (0.0, 0.5, 1.0):
        step = next_step(TransientError("x"), history(tries=3), now=NOW, landing=LANDING, chance=chance)
        assert step.at is not None
        assert timedelta(seconds=27) <= step.at - NOW <= timedelta(seconds=29.7)


def test_looks_come_further_and_further_apart() -> None:
    waits = [look_again(history(looks=looks), now=NOW) - NOW for looks in range(10)]
    assert waits == sorted(waits)
    assert waits[-1] == LOOK_WAITS[-1]
