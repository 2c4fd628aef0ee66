"""Whose turn it is."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.utils import timezone

from connectors.models import Connection, Destination
from publishing import claims, ledger
from publishing.accepting import publish_post
from publishing.claims import Rotation
from publishing.drafts import Draft
from publishing.models import PublishJob
from publishing.states import State
from tests.conftest import House

LEASE = timedelta(seconds=60)
Connect = Callable[[House], Connection]


def places_of(house: House) -> list[Destination]:
    return list(Destination.objects.filter(tenant=house.tenant, enabled=True).order_by("external_id"))


def accept(house: House, count: int, *, place: Destination | None = None, in_order: bool = False) -> list[UUID]:
    """Accept posts for one destination; return their jobs in the order they were accepted."""
    place = place or places_of(house)[0]
    made = []
    for number in range(count):
        draft = Draft(text=f"{house.tenant.name} {number}", destinations=(place.pk,), in_order=in_order)
        post, _ = publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
        made.append(post.jobs.get().pk)
    return made


def owners(claimed: list[ledger.Claimed]) -> Counter[UUID]:
    return Counter(one.job.tenant_id for one in claimed)


@pytest.fixture
def houses(make_house: Callable[[str], House], connect: Connect) -> list[House]:
    made = [make_house(name) for name in ("Big", "Small", "Tiny")]
    for house in made:
        connect(house)
    return made


def test_a_tenant_with_many_jobs_stands_beside_the_others_not_before_them(houses: list[House]) -> None:
    big, small, tiny = houses
    accept(big, 20)
    accept(small, 2)
    accept(tiny, 1)
    taken = ledger.claim(now=timezone.now(), limit=6, lease=LEASE)
    assert owners(taken) == {big.tenant.pk: 3, small.tenant.pk: 2, tiny.tenant.pk: 1}


def test_the_round_goes_on_where_the_last_claim_stopped(houses: list[House]) -> None:
    for house in houses:
        accept(house, 3)
    rotation = Rotation()
    turns = []
    for _ in range(9):
        taken = ledger.claim(now=timezone.now(), limit=1, lease=LEASE, rotation=rotation)
        turns.append(taken[0].job.tenant_id)
    for start in range(0, 9, 3):
        assert len(set(turns[start : start + 3])) == 3, turns


def test_a_crowd_that_falls_due_is_made_ready_in_pieces_and_a_claim_never_lacks_jobs_for_it(
    houses: list[House],
) -> None:
    accept(houses[0], 8)
    moment = timezone.now()
    PublishJob.objects.update(ready=False, due_at=moment)
    rotation = Rotation(piece=2)
    with transaction.atomic():
        assert claims.make_ready(now=moment, least=3, rotation=rotation) == 3, "as many as the claim can take"
    rotation.piece = 4
    with transaction.atomic():
        assert claims.make_ready(now=moment, least=1, rotation=rotation) == 4, "as many as a piece holds"
    with transaction.atomic():
        assert claims.make_ready(now=moment, least=4, rotation=rotation) == 1, "what is left"
        assert claims.make_ready(now=moment, least=4, rotation=rotation) == 0, (
            "and there is nothing to look for so soon"
        )
    assert PublishJob.objects.filter(ready=True).count() == 8


@pytest.mark.parametrize(
    ("seconds", "made", "then"), [(0.001, 128, 256), (0.01, 128, 128), (0.3, 128, 64), (0.001, 1000, 1000), (9.0, 1, 1)]
)
def test_a_piece_is_as_large_as_the_machine_can_make_ready_soon(seconds: float, made: int, then: int) -> None:
    assert claims.next_piece(made, seconds=seconds) == then


def test_one_tenant_never_holds_all_the_seats_of_a_worker(houses: list[House], settings: LazySettings) -> None:
    settings.WORKER_CALLS_IN_FLIGHT = 10
    big = houses[0]
    accept(big, 20)
    rotation = Rotation()
    first = ledger.claim(now=timezone.now(), limit=10, lease=LEASE, rotation=rotation)
    assert len(first) == 8  # 80 % of ten
    rotation.held.update(one.job.tenant_id for one in first)
    assert ledger.claim(now=timezone.now(), limit=2, lease=LEASE, rotation=rotation) == []
    accept(houses[1], 1)
    assert owners(ledger.claim(now=timezone.now(), limit=2, lease=LEASE, rotation=rotation)) == {houses[1].tenant.pk: 1}


def test_a_destination_holds_no_more_calls_than_its_cap_over_all_workers(
    houses: list[House], settings: LazySettings
) -> None:
    settings.PUBLISH_DESTINATION_IN_FLIGHT = 2
    big = houses[0]
    first, second = places_of(big)[:2]
    accept(big, 5, place=first)
    accept(big, 1, place=second)
    taken = ledger.claim(now=timezone.now(), limit=10, lease=LEASE)
    assert Counter(one.job.destination_id for one in taken) == {first.pk: 2, second.pk: 1}
    assert ledger.claim(now=timezone.now(), limit=10, lease=LEASE) == []


def test_posts_that_ask_for_order_go_out_one_after_the_other(houses: list[House]) -> None:
    big = houses[0]
    wanted = accept(big, 3, in_order=True)
    seen = []
    for _ in range(3):
        taken = ledger.claim(now=timezone.now(), limit=10, lease=LEASE)
        assert len(taken) == 1, "the next waits for the one before it"
        seen.append(taken[0].job.pk)
        PublishJob.objects.filter(pk=taken[0].job.pk).update(
            state=State.PUBLISHED, published_at=timezone.now(), lease_token=None, lease_until=None
        )
    assert seen == wanted


def test_order_is_asked_of_one_destination_only_and_posts_without_it_do_not_wait(houses: list[House]) -> None:
    big = houses[0]
    first, second = places_of(big)[:2]
    accept(big, 2, place=first, in_order=True)
    accept(big, 1, place=second, in_order=True)
    accept(big, 1, place=first)
    taken = ledger.claim(now=timezone.now(), limit=10, lease=LEASE)
    assert len(taken) == 3


def test_a_job_that_rests_with_a_person_does_not_hold_up_those_behind_it(houses: list[House]) -> None:
    jobs = accept(houses[0], 2, in_order=True)
    PublishJob.objects.filter(pk=jobs[0]).update(state=State.FAILED, ready=False, due_at=None)
    taken = ledger.claim(now=timezone.now(), limit=10, lease=LEASE)
    assert [one.job.pk for one in taken] == [jobs[1]]
