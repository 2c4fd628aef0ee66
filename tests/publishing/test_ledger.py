"""Claims, leases and announcements."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from connectors.models import Destination, Platform
from connectors.types import Published
from foundation.ids import new_id
from publishing import draining, ledger, moments, workers
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.journal import JobJournal
from publishing.ledger import LeaseLost
from publishing.models import JournalEntry, PublishJob
from publishing.states import State
from tenants.principal import Principal
from tests.conftest import House
from tests.publishing.conftest import Publish

LEASE = settings.PUBLISH_LEASE


def test_a_claimed_job_is_not_claimed_again(publish: Publish) -> None:
    publish()
    now = timezone.now()
    assert len(ledger.claim(now=now, limit=10, lease=LEASE)) == 1
    assert ledger.claim(now=now, limit=10, lease=LEASE) == []


def test_a_claim_takes_no_more_than_asked_and_the_longest_due_first(publish: Publish) -> None:
    jobs = [publish(f"post {number}") for number in range(3)]
    claimed = ledger.claim(now=timezone.now(), limit=2, lease=LEASE)
    assert {one.job.pk for one in claimed} == {jobs[0].pk, jobs[1].pk}


def test_jobs_of_a_platform_that_is_switched_off_wait(publish: Publish) -> None:
    publish()
    Platform.objects.update(enabled=False)
    assert ledger.claim(now=timezone.now(), limit=10, lease=LEASE) == []
    Platform.objects.update(enabled=True)
    assert len(ledger.claim(now=timezone.now(), limit=10, lease=LEASE)) == 1


def test_nothing_is_announced_once_the_lease_went_to_another(publish: Publish) -> None:
    publish()
    now = timezone.now()
    stale = ledger.claim(now=now, limit=1, lease=LEASE)[0]
    ledger.recover(now=now + LEASE + timedelta(seconds=1), landing=timedelta())
    with pytest.raises(LeaseLost):
        ledger.announce(stale, step="feed", now=now)
    assert not JournalEntry.objects.filter(job=stale.job.pk).exists()


def test_nothing_is_announced_when_the_lease_is_about_to_end(publish: Publish) -> None:
    publish()
    now = timezone.now()
    held = ledger.claim(now=now, limit=1, lease=LEASE)[0]
    with pytest.raises(LeaseLost):
        ledger.announce(held, step="feed", now=now + LEASE)


def test_a_process_that_stood_still_past_its_lease_stops_at_the_last_moment(publish: Publish) -> None:
    publish()
    held = ledger.claim(now=timezone.now(), limit=1, lease=LEASE)[0]
    JobJournal(held, timezone.now).last_moment()
    stopped = replace(held, ends_steady=moments.steady() + 1)  # as if it had been stopped until a second before
    with pytest.raises(LeaseLost):
        JobJournal(stopped, timezone.now).last_moment()


def test_a_result_is_written_only_by_the_holder(publish: Publish) -> None:
    job = publish()
    now = timezone.now()
    stale = ledger.claim(now=now, limit=1, lease=LEASE)[0]
    later = now + LEASE + timedelta(seconds=1)
    ledger.recover(now=later, landing=timedelta())
    with pytest.raises(LeaseLost):
        ledger.record_published(stale, Published("1_2"), now=later)
    job.refresh_from_db()
    assert job.state == State.RETRYING


def test_the_first_announcement_stays_the_beginning_of_the_doubt(publish: Publish) -> None:
    job = publish()
    now = timezone.now()
    held = ledger.claim(now=now, limit=1, lease=LEASE)[0]
    ledger.announce(held, step="feed", now=now)
    ledger.announce(held, step="feed", now=now + timedelta(seconds=5))
    job.refresh_from_db()
    assert job.announced_at == now


def test_a_worker_of_this_machine_that_is_gone_is_known_to_be_dead() -> None:
    name = workers.own_name()
    host, namespace, _, started = name.split("/")
    assert not workers.surely_dead(name)
    assert workers.surely_dead(f"{host}/{namespace}/{2**22 - 1}/{started}")
    assert workers.surely_dead(f"{host}/{namespace}/1/0"), "another process under the same number is another worker"


@pytest.mark.parametrize("name", ["", "elsewhere/1/2/3", "nonsense", "a/b/c/d"])
def test_a_worker_elsewhere_is_never_called_dead(name: str) -> None:
    assert not workers.surely_dead(name)


def test_jobs_of_a_dead_worker_of_this_machine_are_taken_back_before_their_lease_ends(publish: Publish) -> None:
    job = publish()
    now = timezone.now()
    ledger.claim(now=now, limit=1, lease=LEASE)
    host, namespace, _, started = workers.own_name().split("/")
    PublishJob.objects.update(lease_owner=f"{host}/{namespace}/{2**22 - 1}/{started}")
    assert ledger.recover(now=now, landing=timedelta()) == 1
    job.refresh_from_db()
    assert job.state == State.RETRYING


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_never_hold_one_job_twice(
    make_house: Callable[[str], House], connect: Callable[[House], object]
) -> None:
    house = make_house("Busy")
    connect(house)
    _accept_many(house.principal, 40)

    def take(_: int) -> list[object]:
        try:
            return [one.job.pk for _ in range(10) for one in ledger.claim(now=timezone.now(), limit=3, lease=LEASE)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        taken = [pk for batch in pool.map(take, range(4)) for pk in batch]
    assert len(taken) == len(set(taken)) == 40


@pytest.mark.django_db(transaction=True)
def test_the_drain_publishes_everything_due_side_by_side_and_each_once(
    make_house: Callable[[str], House], connect: Callable[[House], object], world: object
) -> None:
    house = make_house("Drained")
    connect(house)
    _accept_many(house.principal, 25)
    assert draining.drain(clock=timezone.now) == 25
    assert set(PublishJob.objects.values_list("state", flat=True)) == {State.PUBLISHED}
    assert len(list(world.meta.timeline())) == 25  # type: ignore[attr-defined]
    assert draining.drain(clock=timezone.now) == 0


def _accept_many(principal: Principal, count: int) -> None:
    place = Destination.objects.filter(tenant=principal.tenant, enabled=True).order_by("external_id").first()
    assert place is not None
    for number in range(count):
        draft = Draft(text=f"post {number}", destinations=(place.pk,))
        publish_post(principal=principal, draft=draft, idempotency_key=None, now=timezone.now())


def test_a_long_upload_holds_its_job_for_as_long_as_it_asks_again(publish: Publish) -> None:
    job = publish()
    start = timezone.now()
    claimed = ledger.claim(now=start, limit=1, lease=LEASE)[0]
    journal = JobJournal(claimed, lambda: start + LEASE / 2)
    journal.renew()
    job.refresh_from_db()
    assert job.lease_until == start + LEASE / 2 + LEASE
    assert ledger.recover(now=start + LEASE + timedelta(seconds=1), landing=timedelta()) == 0


def test_a_lease_that_went_to_another_is_not_renewed(publish: Publish) -> None:
    job = publish()
    claimed = ledger.claim(now=timezone.now(), limit=1, lease=LEASE)[0]
    PublishJob.objects.filter(pk=job.pk).update(lease_token=new_id())
    with pytest.raises(LeaseLost):
        JobJournal(claimed, timezone.now).renew()
