"""Signs of life, and a lease that one of several schedulers holds."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from celery import Celery
from django.db import OperationalError, connections
from django.db import connection as database
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from structlog.testing import capture_logs

from config.beat import LEASE as BEAT_LEASE
from config.beat import STANDBY_SECONDS, LeasedScheduler
from config.celery import QUEUES, app
from monitoring import heartbeats
from monitoring.models import Heartbeat

LEASE = timedelta(seconds=10)
SECOND = timedelta(seconds=1)


def hold(owner: str, now: datetime) -> bool:
    return heartbeats.hold("beat", owner=owner, lease=LEASE, now=now)


def test_a_part_that_never_gave_a_sign_was_never_seen(db: None) -> None:
    assert heartbeats.last_seen(heartbeats.WORKER) is None


def test_the_last_sign_counts_and_parts_do_not_mix(db: None, now: datetime) -> None:
    heartbeats.beat(heartbeats.WORKER, now=now - SECOND)
    heartbeats.beat(heartbeats.WORKER, now=now)
    assert heartbeats.last_seen(heartbeats.WORKER) == now
    assert heartbeats.last_seen(heartbeats.BEAT) is None


def test_of_two_owners_the_first_holds_and_may_renew(db: None, now: datetime) -> None:
    assert hold("first", now)
    assert not hold("second", now)
    assert hold("first", now + LEASE / 2)
    assert not hold("second", now + LEASE), "the renewal moved the end"
    assert Heartbeat.objects.get().owner == "first"
    assert Heartbeat.objects.get().seen_at == now + LEASE / 2, "a refused owner leaves no sign of life"


def test_the_second_takes_over_when_the_lease_has_run_out_and_the_first_stands_back(db: None, now: datetime) -> None:
    assert hold("first", now)
    assert not hold("second", now + LEASE)
    assert hold("second", now + LEASE + timedelta(microseconds=1))
    assert not hold("first", now + LEASE + SECOND)
    assert hold("first", now + 2 * LEASE + SECOND)


def test_leases_of_different_names_do_not_meet(db: None, now: datetime) -> None:
    assert hold("first", now)
    assert heartbeats.hold("another", owner="second", lease=LEASE, now=now)


def test_a_plain_sign_of_life_is_no_lease(db: None, now: datetime) -> None:
    heartbeats.beat("beat", now=now)
    assert hold("second", now)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [False, True])
def test_of_many_that_ask_at_once_one_holds(known: bool) -> None:
    now = timezone.now()
    if known:
        hold("long gone", now - timedelta(hours=1))
    together = Barrier(6)

    def ask(number: int) -> bool:
        try:
            together.wait(10)
            return hold(f"owner {number}", now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(ask, range(6))) == [False] * 5 + [True]


# --- the scheduler that stands on it --------------------------------------------------------------------------------------


@pytest.fixture
def broker() -> Iterator[Celery]:
    """The broker, with its queues emptied before and after."""
    empty(app)
    yield app
    empty(app)


@pytest.fixture
def scheduler(broker: Celery) -> Callable[[], LeasedScheduler]:
    """Make schedulers that do not write their table once more when this process ends."""

    def make() -> LeasedScheduler:
        made = LeasedScheduler(app=broker)
        made._finalize.cancel()
        return made

    return make


def empty(app: Celery) -> int:
    """Take every message out of the queues that beat fills; return how many there were."""
    taken = 0
    with app.connection_for_write() as link:
        for name in QUEUES:
            queue = link.SimpleQueue(name)
            taken += queue.clear() or 0
            queue.close()
    return taken


@pytest.mark.django_db(transaction=True)
def test_of_two_schedulers_only_the_holder_of_the_lease_sends_anything(
    broker: Celery, scheduler: Callable[[], LeasedScheduler]
) -> None:
    scheduler()  # writes its table into the database
    PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(hours=1))
    first, second = scheduler(), scheduler()
    wait = 0.0
    for _ in range(4):
        wait = first.tick()
    assert wait <= BEAT_LEASE.total_seconds() / 3, "the lease is renewed in time"
    assert empty(broker) >= 2, "what is due is sent"
    assert [second.tick() for _ in range(4)] == [STANDBY_SECONDS] * 4
    assert empty(broker) == 0
    Heartbeat.objects.update(lease_until=timezone.now() - SECOND)
    PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(hours=1))
    assert [second.tick() for _ in range(4)] != [STANDBY_SECONDS] * 4
    assert empty(broker) >= 2, "the second has taken over"
    assert first.tick() == STANDBY_SECONDS
    assert heartbeats.last_seen(heartbeats.BEAT) is not None


@pytest.mark.django_db(transaction=True)
def test_a_scheduler_without_its_database_stands_by_and_says_so(scheduler: Callable[[], LeasedScheduler]) -> None:
    one = scheduler()

    def gone(*args: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with capture_logs() as logs, database.execute_wrapper(gone):
        assert one.tick() == STANDBY_SECONDS
    assert {entry["event"] for entry in logs} == {"beat.database_unreachable"}
    one.tick()
    assert heartbeats.last_seen(heartbeats.BEAT) is not None
