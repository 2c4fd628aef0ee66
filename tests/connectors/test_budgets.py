"""Budgets: counted beforehand, corrected by the platform, publishing first, shared by all workers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from connectors import budgets
from connectors.budgets import Budgets, MemorySlots, Priority, RedisSlots, Slots, Window, until_midnight
from connectors.errors import RateLimited
from connectors.manager import get_connector
from connectors.models import Connection, Destination
from sandbox.world import World
from tests.publishing.conftest import publish, trouble

__all__ = ["publish", "trouble"]


@pytest.fixture
def mine() -> Budgets:
    return Budgets(f"test-{uuid4().hex[:8]}")


def require(mine: Budgets, priority: Priority, *, windows: tuple[Window, ...] = ()) -> None:
    mine.require(["app"], priority=priority, operation="test", windows=windows)


@pytest.mark.parametrize(
    ("used", "passing"),
    [
        (0, {Priority.PUBLISH, Priority.LOOK, Priority.BACKGROUND}),
        (74, {Priority.PUBLISH, Priority.LOOK, Priority.BACKGROUND}),
        (75, {Priority.PUBLISH, Priority.LOOK}),
        (89, {Priority.PUBLISH, Priority.LOOK}),
        (90, {Priority.PUBLISH}),
        (99, {Priority.PUBLISH}),
        (100, set()),
    ],
)
def test_analytics_gives_way_first_and_publishing_last(mine: Budgets, used: int, passing: set[Priority]) -> None:
    mine.learn("app", used_percent=used)
    for priority in Priority:
        if priority in passing:
            require(mine, priority)
        else:
            with pytest.raises(RateLimited):
                require(mine, priority)


def test_a_budget_stays_closed_until_the_moment_the_platform_named(mine: Budgets) -> None:
    begin = timezone.now()
    with time_machine.travel(begin, tick=False):
        mine.learn("app", used_percent=100, regain=timedelta(minutes=10))
        with pytest.raises(RateLimited) as refused:
            require(mine, Priority.PUBLISH)
        assert refused.value.retry_after == timedelta(minutes=10)
    with time_machine.travel(begin + timedelta(minutes=11), tick=False):
        mine.learn("app", used_percent=3)
        budgets._glances.clear()
        require(mine, Priority.BACKGROUND)


def test_a_longer_block_is_not_shortened_by_a_shorter_one(mine: Budgets) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        mine.block("app", timedelta(minutes=10))
        mine.block("app", timedelta(seconds=5))
        assert mine.left(["app"])[0].blocked_for == timedelta(minutes=10)


def test_a_documented_window_is_counted_before_the_call(mine: Budgets) -> None:
    window = Window("3 an hour", 3, timedelta(hours=1))
    for _ in range(3):
        require(mine, Priority.PUBLISH, windows=(window,))
    with pytest.raises(RateLimited) as refused:
        require(mine, Priority.PUBLISH, windows=(window,))
    assert refused.value.retry_after is not None
    assert timedelta() < refused.value.retry_after <= timedelta(hours=1)


@pytest.fixture(params=["memory", "redis"])
def slots(request: pytest.FixtureRequest) -> Iterator[Slots]:
    if request.param == "memory":
        yield MemorySlots()
        return
    from tests.servers import redis

    with redis.running() as server:
        yield RedisSlots(Redis.from_url(server.url))


def test_slots_are_never_held_by_more_than_allowed_and_come_back(slots: Slots) -> None:
    name = uuid4().hex
    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(lambda number: slots.take(name, f"{number}", 10), range(40)))
    assert sum(taken) == 10
    holder = str(taken.index(True))
    slots.give_back(name, holder)
    assert slots.take(name, "next", 10)
    assert not slots.take(name, "one too many", 10)


def test_the_slot_of_a_worker_that_died_is_free_again(mine: Budgets) -> None:
    now = [0.0]
    held = MemorySlots(clock=lambda: now[0])
    assert held.take("x", "dead", 1)
    assert not held.take("x", "alive", 1)
    now[0] += budgets.SLOT_LIFE.total_seconds() + 1
    assert held.take("x", "alive", 1)


def test_a_window_by_the_day_begins_anew_at_midnight_utc_whenever_it_was_spent(mine: Budgets) -> None:
    window = Window("a day", calls=2, per=timedelta(days=1), by_day=True)
    evening = datetime(2026, 11, 21, 23, 50, tzinfo=UTC)
    with time_machine.travel(evening, tick=False) as clock:
        for _ in range(2):
            require(mine, Priority.PUBLISH, windows=(window,))
        with pytest.raises(RateLimited) as refusal:
            require(mine, Priority.PUBLISH, windows=(window,))
        assert refusal.value.retry_after == timedelta(minutes=10)
        clock.shift(timedelta(minutes=10))
        require(mine, Priority.PUBLISH, windows=(window,))


def test_refusals_are_counted_for_a_while_by_budget(mine: Budgets) -> None:
    span = timedelta(minutes=15)
    assert [mine.refused("one", within=span) for _ in range(3)] == [1, 2, 3]
    assert mine.refused("other", within=span) == 1


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        (datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC), timedelta(seconds=1)),
        (datetime(2026, 11, 21, tzinfo=UTC), timedelta(days=1)),
        (datetime(2026, 11, 21, 12, tzinfo=UTC), timedelta(hours=12)),
    ],
)
def test_midnight_is_utcs(moment: datetime, left: timedelta) -> None:
    assert until_midnight(moment.timestamp()) == left


def test_what_meta_says_in_its_headers_is_believed(
    connection: Connection, destination: Destination, world: World
) -> None:
    world.switches.set({"meta.usage_headers_after": 0, "meta.limit_page_calls": 2})
    connector = get_connector("meta", connection)
    for _ in range(4):
        try:
            connector.health_check(targets=[], now=timezone.now())
            list(connector._graph.pages(  # type: ignore[attr-defined]
                f"{destination.external_id}/published_posts",
                token=connector.keys.open(f"destination_token:{destination.external_id}"),
                operation="find_published",
                query={"fields": "id"},
            ))  # fmt: skip
        except RateLimited:
            break
    left = Budgets("meta").left([f"asset:{destination.external_id}"])[0]
    assert left.used_percent > 0 or left.blocked_for > timedelta()


def test_what_is_left_is_told_by_the_api_for_ones_own_places_only(
    api: Client, destination: Destination, connection: Connection
) -> None:
    Budgets("meta").learn(f"asset:{destination.external_id}", used_percent=42)
    told = {row["key"]: row for row in api.get("/api/platforms/meta/budgets/").json()}
    assert told[f"asset:{destination.external_id}"]["used_percent"] == 42
    assert told["app"] == {"key": "app", "used_percent": 0, "blocked_seconds": 0}
    assert len(told) == 1 + connection.destinations.filter(enabled=True).count()
    assert api.get("/api/platforms/nowhere/budgets/").status_code == 404
    assert settings.META_APP_ID not in str(told)


def test_a_redis_that_is_down_lets_calls_through_and_is_not_asked_again_at_once(
    mine: Budgets, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def refuse(keys: object, *_: object) -> None:
        asked.append(keys)
        raise RedisConnectionError("connection refused")

    monkeypatch.setattr("connectors.budgets.cache.get_many", refuse)
    monkeypatch.setattr("connectors.budgets.cache.get", refuse)
    monkeypatch.setitem(budgets._outage, "until", 0.0)
    for _ in range(10):
        require(mine, Priority.BACKGROUND)
    assert len(asked) == 1


def test_a_place_is_free_for_all_while_redis_is_down(mine: Budgets, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def take(self, name: str, holder: str, most: int) -> bool:
            raise RedisConnectionError("connection refused")

        def give_back(self, name: str, holder: str) -> None:
            raise RedisConnectionError("connection refused")

    monkeypatch.setattr("connectors.budgets._slots", Gone)
    monkeypatch.setitem(budgets._outage, "until", 0.0)
    with mine.slot("user", most=1, operation="test"), mine.slot("user", most=1, operation="test"):
        pass
    monkeypatch.setitem(budgets._outage, "until", 0.0)
