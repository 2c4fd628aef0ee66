"""Group commit: each caller returns when its own write is durable, and one bad write spoils no other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from connectors.models import Connection, Destination
from connectors.types import Published
from publishing import ledger, writes
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import Attempt, JournalEntry, PublishJob
from publishing.states import State
from publishing.writer import GroupWriter, InlineWriter
from publishing.writes import AlreadyTaken, Announce, LeaseLost, Settle, Write
from tests.conftest import House

LEASE = timedelta(seconds=60)


@pytest.fixture
def claimed(
    transactional_db: None, make_house: Callable[[str], House], connect: Callable[[House], Connection]
) -> list[ledger.Claimed]:
    """Ten jobs in hand."""
    house = make_house("Writer")
    connect(house)
    place = Destination.objects.filter(enabled=True).order_by("external_id").first()
    assert place is not None
    for number in range(10):
        draft = Draft(text=f"{number}", destinations=(place.pk,))
        publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
    return ledger.claim(now=timezone.now(), limit=10, lease=LEASE)


def settle(one: ledger.Claimed, external_id: str) -> Settle:
    now = timezone.now()
    return Settle(
        one.job.pk, one.job.tenant_id, "meta", one.token, one.attempt.pk, State.PUBLISHED, Attempt.Outcome.PUBLISHED, now,
        external_id=external_id, permalink="https://example.com/1", published_at=now, error=("", "", "", ""),
    )  # fmt: skip


def test_a_batch_is_written_whole_and_each_attempt_closed(claimed: list[ledger.Claimed]) -> None:
    assert writes.perform([settle(one, f"1_{place}") for place, one in enumerate(claimed)]) == [None] * 10
    assert PublishJob.objects.filter(state=State.PUBLISHED, lease_token=None).count() == 10
    assert Attempt.objects.filter(outcome=Attempt.Outcome.PUBLISHED, closed_at__isnull=False).count() == 10
    assert set(PublishJob.objects.values_list("external_id", flat=True)) == {f"1_{place}" for place in range(10)}


def test_a_lost_lease_among_others_is_told_alone(claimed: list[ledger.Claimed]) -> None:
    PublishJob.objects.filter(pk=claimed[3].job.pk).update(lease_token=claimed[3].job.pk)
    batch: list[Write] = [settle(one, f"1_{place}") for place, one in enumerate(claimed)]
    batch.append(Announce(claimed[3].job.pk, claimed[3].token, 1, "feed", timezone.now()))
    verdicts = writes.perform(batch)
    assert [isinstance(verdict, LeaseLost) for verdict in verdicts] == [place in {3, 10} for place in range(11)]
    assert PublishJob.objects.filter(state=State.PUBLISHED).count() == 9
    assert not JournalEntry.objects.filter(job=claimed[3].job.pk).exists()


def test_a_clash_among_others_is_told_alone_and_the_others_are_written(claimed: list[ledger.Claimed]) -> None:
    batch = [settle(one, "same" if place in {4, 5} else f"1_{place}") for place, one in enumerate(claimed)]
    verdicts = writes.perform(batch)
    assert [type(verdict).__name__ for verdict in verdicts].count("AlreadyTaken") == 1
    assert isinstance(verdicts[5], AlreadyTaken)
    assert PublishJob.objects.filter(state=State.PUBLISHED).count() == 9


def test_an_announcement_is_durable_when_the_call_returns(claimed: list[ledger.Claimed]) -> None:
    writer = GroupWriter()

    def announce(one: ledger.Claimed) -> bool:
        try:
            writer.write(Announce(one.job.pk, one.token, 1, "feed", timezone.now()))
            return PublishJob.objects.get(pk=one.job.pk).announced_at is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(announce, claimed)) == [True] * 10
    writer.close()
    assert JournalEntry.objects.filter(job__in=[one.job.pk for one in claimed]).count() == 10


def test_a_writer_that_is_closed_has_written_what_was_waiting(claimed: list[ledger.Claimed]) -> None:
    writer = GroupWriter()
    with ThreadPoolExecutor(10) as pool:
        done = [pool.submit(writer.write, settle(one, f"1_{place}")) for place, one in enumerate(claimed)]
        for future in done:
            future.result(timeout=10)
        writer.close()
    assert PublishJob.objects.filter(state=State.PUBLISHED).count() == 10


@pytest.mark.parametrize("make", [InlineWriter, GroupWriter])
def test_a_refused_write_raises_in_the_caller(
    claimed: list[ledger.Claimed], make: Callable[[], InlineWriter | GroupWriter]
) -> None:
    writer = make()
    stranger = claimed[0].job.pk
    with pytest.raises(LeaseLost):
        writer.write(Announce(claimed[0].job.pk, stranger, 1, "feed", timezone.now()))
    if isinstance(writer, GroupWriter):
        writer.close()


def test_a_post_that_another_job_has_is_refused_in_words(claimed: list[ledger.Claimed]) -> None:
    ledger.record_published(claimed[0], Published("1_2"), now=timezone.now())
    with pytest.raises(AlreadyTaken):
        ledger.record_published(claimed[1], Published("1_2"), now=timezone.now())


def test_what_a_platform_says_is_written_down_whatever_characters_it_holds(claimed: list[ledger.Claimed]) -> None:
    strange = "before\x00after \ud83d \\u0000 end"
    ledger.record_retry(
        claimed[0],
        at=timezone.now(),
        costs_a_try=True,
        settled=True,
        failure=ledger.failure_of(kind="transient", cause=strange, remedy=""),
        now=timezone.now(),
    )
    kept = PublishJob.objects.get(pk=claimed[0].job.pk)
    assert kept.state == State.RETRYING
    assert kept.error_cause == "beforeafter ? \\u0000 end"
