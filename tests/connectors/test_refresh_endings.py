"""Telling ahead that a grant ends: each stage once, whatever looks how often, and never of what the hub renews by itself."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors import token_plans
from connectors.expiring import connection_expiring, tell_due
from connectors.models import Connection, TokenPlan

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

Told = list[tuple[int, datetime]]


@pytest.fixture
def told() -> Iterator[Told]:
    """Listen as the post room does."""
    heard: Told = []

    def listen(days: int, ends_at: datetime, **rest: Any) -> None:
        assert {"connection_id", "tenant_id"} <= set(rest)
        heard.append((days, ends_at))

    connection_expiring.connect(listen)
    yield heard
    connection_expiring.disconnect(listen)


def look_every(step: timedelta, *, since: datetime, until: datetime) -> None:
    moment = since
    while moment <= until:
        tell_due(now=moment)
        moment += step


def test_each_stage_is_told_once_and_the_end_asks_for_the_person(
    granted: Callable[..., Connection], told: Told, now: datetime
) -> None:
    connection = granted("linkedin", 60 * DAY, refresh="")
    ends = now + 60 * DAY
    look_every(6 * HOUR, since=now, until=ends - HOUR)
    assert told == [(30, ends), (7, ends), (1, ends)]
    connection.refresh_from_db()
    assert connection.status == Connection.Status.ACTIVE
    look_every(6 * HOUR, since=ends, until=ends + 3 * DAY)
    assert len(told) == 3
    connection.refresh_from_db()
    assert (connection.status, connection.status_code) == ("attention", "token_ended")
    assert "only its person can renew it" in connection.status_cause


def test_what_was_missed_is_told_by_the_latest_stage_alone(
    granted: Callable[..., Connection], told: Told, now: datetime
) -> None:
    granted("linkedin", 60 * DAY, refresh="")
    tell_due(now=now + 55 * DAY)
    assert [days for days, _ in told] == [7]


def test_of_a_refresh_token_its_own_end_is_told_and_does_not_count_as_a_refusal(
    granted: Callable[..., Connection], told: Told, now: datetime
) -> None:
    connection = granted("tiktok", 2 * HOUR, refresh_expires_at=now + 180 * DAY)
    look_every(DAY, since=now, until=now + 190 * DAY)
    assert [days for days, _ in told] == [30, 7, 1]
    connection.refresh_from_db()
    assert connection.status == Connection.Status.ACTIVE, "the platform has the last word on that"


def test_an_end_that_wavers_by_seconds_is_one_end_and_one_that_moved_is_another(
    granted: Callable[..., Connection], told: Told, now: datetime
) -> None:
    connection = granted("tiktok", 2 * HOUR, refresh_expires_at=now + 20 * DAY)
    mine = Connection.objects.filter(pk=connection.pk)
    moment = now + 13 * DAY
    for second in range(5):
        mine.update(refresh_expires_at=now + 20 * DAY + timedelta(seconds=second % 2))
        token_plans.plan([connection.pk], now=moment)
        tell_due(now=moment + timedelta(seconds=second))
    assert [days for days, _ in told] == [7]
    mine.update(refresh_expires_at=moment + 180 * DAY)
    token_plans.plan([connection.pk], now=moment)
    look_every(DAY, since=moment, until=moment + 175 * DAY)
    assert [days for days, _ in told] == [7, 30, 7]


def test_nothing_is_told_of_what_the_hub_renews_itself_unless_its_own_try_brought_nothing(
    granted: Callable[..., Connection], told: Told, now: datetime
) -> None:
    granted("google_business", HOUR)
    granted("meta", 60 * DAY, refresh="")
    granted("mailchimp", None, refresh="")
    # Meta's token should have been traded seven days before its end, within the tenth that accounts are spread over.
    look_every(6 * HOUR, since=now, until=now + 53.7 * DAY)
    assert told == []
    look_every(6 * HOUR, since=now + 53.7 * DAY, until=now + 60 * DAY)
    assert [days for days, _ in told] == [7, 1]


def test_a_grant_that_is_shorter_than_a_stage_is_not_told_of_at_birth(
    granted: Callable[..., Connection], told: Told, now: datetime
) -> None:
    granted("google_business", HOUR, refresh_expires_at=now + 7 * DAY)  # a Google app in Testing
    look_every(6 * HOUR, since=now, until=now + 7 * DAY)
    assert [days for days, _ in told] == [1]


def test_a_listener_that_fails_undoes_the_stage_which_is_told_again_and_holds_up_nobody(
    granted: Callable[..., Connection], told: Told, now: datetime
) -> None:
    ill = granted("linkedin", 60 * DAY, refresh="", person="ill")
    granted("linkedin", 60 * DAY, refresh="", person="well")

    def fail(connection_id: Any, **rest: Any) -> None:
        if connection_id == ill.pk:
            raise RuntimeError("the post room is full")

    connection_expiring.connect(fail)
    try:
        assert tell_due(now=now + 31 * DAY) == 1
    finally:
        connection_expiring.disconnect(fail)
    assert TokenPlan.objects.get(pk=ill.pk).told_days is None
    assert tell_due(now=now + 31 * DAY + 2 * HOUR) == 1


def test_who_is_asked_to_reconnect_already_is_not_warned_besides(
    granted: Callable[..., Connection], told: Told, now: datetime
) -> None:
    granted("linkedin", 60 * DAY, refresh="")
    Connection.objects.update(status=Connection.Status.ATTENTION)
    tell_due(now=now + 31 * DAY)
    assert told == []
