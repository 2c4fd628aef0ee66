"""The drain: what is held beyond the seats never ages in a worker's hands, and what is left with the writer gets written."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from connectors.models import Connection, Destination
from connectors.types import Published
from publishing import draining, ledger
from publishing.accepting import publish_post
from publishing.attempts import give_back
from publishing.drafts import Draft
from publishing.models import Attempt, JournalEntry, PublishJob
from publishing.states import State
from publishing.writer import GroupWriter
from sandbox.adapter import _ProcessWire
from sandbox.faults import fault_from
from sandbox.world import World
from tests.conftest import House

LEASE = timedelta(seconds=60)


@pytest.fixture
def house(transactional_db: None, make_house: Callable[[str], House], connect: Callable[[House], Connection]) -> House:
    made = make_house("Drained")
    connect(made)
    return made


def accept(house: House, count: int) -> None:
    place = Destination.objects.filter(tenant=house.tenant, enabled=True).order_by("external_id").first()
    assert place is not None
    for number in range(count):
        draft = Draft(text=f"{house.tenant.name} {number}", destinations=(place.pk,))
        publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())


def test_a_job_that_found_no_seat_is_given_back_and_published_once(
    house: House,
    make_house: Callable[[str], House],
    connect: Callable[[House], Connection],
    world: World,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = make_house("Neighbour")
    connect(other)
    settings.WORKER_CALLS_IN_FLIGHT = 2
    settings.PUBLISH_TENANT_SHARE_PERCENT = 100
    monkeypatch.setattr(draining, "MOST_SECONDS_AT_THE_DOOR", 0.1)
    where = {"host": "graph.facebook.com", "method": "POST", "path": "*/feed"}
    world.faults.add(fault_from({"kind": "slow", "delay_s": 1.0, "times": 2, **where}))
    monkeypatch.setattr(_ProcessWire, "wait", lambda wire, seconds: time.sleep(seconds))
    accept(house, 2)
    accept(other, 2)
    draining.drain(clock=timezone.now)
    assert set(PublishJob.objects.values_list("state", flat=True)) == {State.PUBLISHED}
    assert sorted(item.text for item in world.meta.timeline()) == [
        "Drained 0",
        "Drained 1",
        "Neighbour 0",
        "Neighbour 1",
    ]
    given_back = Attempt.objects.filter(outcome=Attempt.Outcome.POSTPONED)
    assert given_back.exists()
    assert set(given_back.values_list("job__tries", "job__deaths")) == {(0, 0)}


@pytest.mark.parametrize("state", [State.PUBLISHING, State.POLLING, State.RECONCILING])
def test_a_job_given_back_is_due_at_once_and_costs_nothing(house: House, state: State) -> None:
    accept(house, 1)
    if state is not State.PUBLISHING:
        before = {State.POLLING: State.PROCESSING, State.RECONCILING: State.RECONCILING}[state]
        PublishJob.objects.update(state=before)
    now = timezone.now()
    claimed = ledger.claim(now=now, limit=1, lease=LEASE)[0]
    assert claimed.state is state
    give_back(claimed, clock=lambda: now)
    job = PublishJob.objects.get()
    assert (job.due_at, job.tries, job.lease_token) == (now, 0, None)
    assert [one.job.pk for one in ledger.claim(now=now, limit=1, lease=LEASE)] == [job.pk]


def test_what_is_left_with_the_writer_is_durable_once_it_is_closed(house: House) -> None:
    accept(house, 20)
    writer = GroupWriter(crowd=lambda: 20)
    wrong: list[Exception] = []
    for number, claimed in enumerate(ledger.claim(now=timezone.now(), limit=20, lease=LEASE, writer=writer)):
        ledger.record_published(claimed, Published(f"1_{number}"), now=timezone.now(), otherwise=wrong.append)
    writer.close()
    assert not wrong
    assert set(PublishJob.objects.values_list("state", flat=True)) == {State.PUBLISHED}


def test_a_good_end_that_cannot_be_written_comes_back_to_its_attempt(house: House) -> None:
    accept(house, 3)
    writer = GroupWriter()
    first, second, third = ledger.claim(now=timezone.now(), limit=3, lease=LEASE, writer=writer)
    PublishJob.objects.filter(pk=third.job.pk).update(lease_token=first.job.pk)
    wrong: list[Exception] = []
    for claimed in (first, second, third):
        ledger.record_published(claimed, Published("1_1"), now=timezone.now(), otherwise=wrong.append)
    writer.close()
    assert sorted(type(error).__name__ for error in wrong) == ["AlreadyTaken", "LeaseLost"]
    left = JournalEntry.objects.filter(job=third.job.pk, kind=JournalEntry.Kind.ANSWERED)
    assert [entry.value for entry in left] == [{"external_id": "1_1", "permalink": ""}]


def test_many_attempts_leave_their_ends_at_once_and_all_are_written(house: House) -> None:
    accept(house, 40)
    writer = GroupWriter(crowd=lambda: 40)
    held = ledger.claim(now=timezone.now(), limit=40, lease=LEASE, writer=writer)
    wrong: list[Exception] = []

    def end(number: int) -> None:
        ledger.record_published(held[number], Published(f"1_{number}"), now=timezone.now(), otherwise=wrong.append)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(end, range(len(held))))
    writer.close()
    assert not wrong
    assert PublishJob.objects.filter(state=State.PUBLISHED).count() == len(held) > 20


def test_a_process_that_is_to_end_finishes_what_is_under_way_and_leaves_no_lease(
    house: House, world: World, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WORKER_CALLS_IN_FLIGHT = 2
    settings.PUBLISH_TENANT_SHARE_PERCENT = 200
    where = {"host": "graph.facebook.com", "method": "POST", "path": "*/feed"}
    world.faults.add(fault_from({"kind": "slow", "delay_s": 1.0, "times": 4, **where}))

    def wait(wire: _ProcessWire, seconds: float) -> None:
        draining.finish()  # the signal comes while a call is under way
        time.sleep(seconds)

    monkeypatch.setattr(_ProcessWire, "wait", wait)
    accept(house, 6)
    try:
        draining.drain(clock=timezone.now)
        assert draining.has_ended(within=5)
        assert not PublishJob.objects.filter(lease_token__isnull=False).exists()
        sent = PublishJob.objects.filter(state=State.PUBLISHED).count()
        assert 0 < sent < 6
        assert sent == len(list(world.meta.timeline()))
        assert draining.drain(clock=timezone.now) == 0, "it takes nothing more"
    finally:
        draining.begin()
    monkeypatch.setattr(_ProcessWire, "wait", lambda wire, seconds: None)
    draining.drain(clock=timezone.now)
    assert len(list(world.meta.timeline())) == 6
    assert not PublishJob.objects.exclude(tries=0, deaths=0, state=State.PUBLISHED).exists()
