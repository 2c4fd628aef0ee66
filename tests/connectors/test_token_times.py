"""When a token is traded: spread over accounts, in time for every life, and with pauses that suit what is left."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from connectors.token_times import LONGEST_PAUSE, SHORTEST_PAUSE, next_after, pause
from foundation.ids import new_id

ENDS = datetime(2026, 12, 24, tzinfo=UTC)
SPANS = st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=60))


def first(before: timedelta, account: UUID | None = None) -> timedelta:
    """Return how long before its end an account's token is traded."""
    at = next_after(None, [ENDS - before], account=account or new_id(), expires_at=ENDS)
    assert at is not None
    return ENDS - at


@given(before=SPANS)
def test_nobody_comes_before_the_moment_or_much_after_it(before: timedelta) -> None:
    assert before * 0.9 - timedelta(seconds=2) <= first(before) <= before


def test_accounts_of_one_moment_do_not_come_together_and_each_keeps_its_place() -> None:
    week = timedelta(days=7)
    accounts = [new_id() for _ in range(50)]
    told = [first(week, account) for account in accounts]
    assert max(told) - min(told) > timedelta(hours=8)
    assert told == [first(week, account) for account in accounts]


def test_each_moment_has_one_refresh() -> None:
    moments = [ENDS - timedelta(days=7), ENDS - timedelta(days=1)]
    account = new_id()

    def after(left: timedelta | None) -> datetime | None:
        since = None if left is None else ENDS - left
        return next_after(since, moments, account=account, expires_at=ENDS)

    early, late = after(None), after(timedelta(days=3))
    assert early is not None
    assert late is not None
    assert early < ENDS - timedelta(days=6) < ENDS - timedelta(days=1) <= late < ENDS
    assert after(timedelta(days=60)) == early, "refreshed long before: the first moment is still to come"
    assert after(timedelta(hours=2)) is None, "an expiry that no refresh moved is not chased"


@given(left=st.timedeltas(min_value=-timedelta(days=60), max_value=timedelta(days=60)))
def test_a_pause_is_bounded_and_grows_with_the_time_that_is_left_or_has_passed(left: timedelta) -> None:
    now = ENDS - left
    assert SHORTEST_PAUSE <= pause(expires_at=ENDS, now=now) <= LONGEST_PAUSE
    if timedelta(minutes=30) < left < timedelta(days=6):
        assert left / 25 < pause(expires_at=ENDS, now=now) < left / 23
