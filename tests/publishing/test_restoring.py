"""A database that was restored from a backup publishes nothing twice, loses nothing, and says what it does not know."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from connectors.models import Destination
from publishing import draining, ledger, redriving, restoring
from publishing.models import Attempt, PublishJob
from publishing.states import State
from tenants import flags
from tenants.models import AuditEntry
from tenants.principal import Principal
from tests.publishing.conftest import Publish, Trouble

Run = Callable[[datetime], int]
SETTLE = timedelta(seconds=60)


def doubt(since: datetime, **said: Any) -> restoring.Doubts:
    return restoring.put_in_doubt(since=since, now=timezone.now(), settle=SETTLE, **said)


def command(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("after_restore", "--json", "--force", *words, stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


@pytest.fixture
def mark(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[datetime]:
    """A database that deploy/restore.sh has just filled."""
    monkeypatch.setattr(restoring, "_unmarked", False)
    taken_at = timezone.now() - timedelta(minutes=30)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {restoring.MARK} (taken_at timestamp with time zone NOT NULL)")
        cursor.execute(f"INSERT INTO {restoring.MARK} VALUES (%s)", [taken_at.isoformat()])  # noqa: S608 - a constant
    yield taken_at
    restoring.remove_mark()


def test_while_the_mark_stands_no_job_is_taken_and_the_command_lifts_it(
    mark: datetime, publish: Publish, live_posts: Callable[[], list[str]]
) -> None:
    job = publish()
    assert draining.drain(clock=timezone.now) == 0
    assert PublishJob.objects.get(pk=job.pk).state == State.QUEUED
    told = command()
    assert datetime.fromisoformat(told["since"]) == mark
    assert (told["jobs"], told["tenants"]) == (1, 1)
    assert restoring.is_over()
    assert flags.rule_of("publishing").off_for_all
    job = PublishJob.objects.get(pk=job.pk)
    assert (job.state, job.announced_at, job.error_kind) == (State.RECONCILING, mark, "restored")
    assert live_posts() == []


def test_every_unfinished_job_is_put_in_doubt_whoever_held_it_and_finished_ones_are_left(
    publish: Publish, run_due: Run, trouble: Trouble
) -> None:
    since = timezone.now() - timedelta(hours=1)
    done = publish("done")
    run_due(timezone.now())
    held = publish("held")
    ledger.claim(now=timezone.now(), limit=1, lease=timedelta(seconds=90))
    later = publish("later", publish_at=(timezone.now() + timedelta(hours=1)).isoformat())
    told = doubt(since)
    assert (told.jobs, told.dead_letters, told.scheduled) == (1, 0, 1)
    states = {job.pk: job.state for job in PublishJob.objects.all()}
    assert states == {done.pk: State.PUBLISHED, held.pk: State.RECONCILING, later.pk: State.SCHEDULED}
    assert not PublishJob.objects.filter(lease_token__isnull=False).exists()
    assert not Attempt.objects.filter(closed_at=None).exists()
    entry = AuditEntry.objects.get(action="ledger.restored")
    assert (entry.detail["jobs"], entry.detail["since"]) == (1, since.isoformat())


def test_doing_it_again_for_the_same_moment_changes_nothing(publish: Publish) -> None:
    since = timezone.now() - timedelta(hours=1)
    job = publish()
    doubt(since)
    assert doubt(since).jobs == 0
    assert PublishJob.objects.get(pk=job.pk).attempts.count() == 1


def test_what_is_scheduled_for_later_may_be_looked_for_too_and_at_its_own_moment(publish: Publish) -> None:
    at = timezone.now() + timedelta(hours=1)
    job = publish("later", publish_at=at.isoformat())
    assert doubt(timezone.now(), also_scheduled=True).jobs == 1
    job = PublishJob.objects.get(pk=job.pk)
    assert (job.state, job.due_at) == (State.RECONCILING, at)


def test_a_dead_letter_is_looked_for_when_it_is_redriven(
    publish: Publish, principal: Principal, run_due: Run, trouble: Trouble
) -> None:
    trouble("platform_error", error={"code": 368})
    job = publish("rests")
    run_due(timezone.now())
    letter = PublishJob.objects.get(pk=job.pk).dead_letters.get()
    assert doubt(timezone.now() - timedelta(hours=1)).dead_letters == 1
    assert PublishJob.objects.get(pk=job.pk).state == letter.job.state
    redriving.redrive(principal=principal, letters=[letter], now=timezone.now())
    assert PublishJob.objects.get(pk=job.pk).state == State.RECONCILING


def test_what_is_surely_not_there_is_sent_and_its_journal_counts_again(
    publish: Publish, run_due: Run, live_posts: Callable[[], list[str]], destination: Destination
) -> None:
    job = publish("waited")
    doubt(timezone.now() - timedelta(hours=1))
    moment = timezone.now() + SETTLE
    assert run_due(moment - timedelta(seconds=5)) == 0, "what was under way at the end may still appear"
    run_due(moment)
    assert PublishJob.objects.get(pk=job.pk).state == State.RETRYING
    run_due(moment)
    assert live_posts() == ["waited"]
    assert JournalOf(job).lost is None


class JournalOf:
    """What the journal of a job says last of lost notes."""

    def __init__(self, job: PublishJob) -> None:
        self.lost = job.journal.filter(key="_notes_lost").order_by("-id").values_list("value", flat=True).first()


@pytest.mark.parametrize("words", [(), ("--taken-at", "2999-01-01T00:00:00Z"), ("--taken-at", "yesterday")])
def test_the_command_refuses_a_moment_that_cannot_be(db: None, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        command(*words)
    assert not flags.rule_of("publishing").off_for_all
