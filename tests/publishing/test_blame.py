"""Promises about workers that die: a job that kills them is found, a job that stood near is not blamed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from publishing import blame, ledger, workers
from publishing.blame import MOST_DEATHS, SILENT_FOR_GOOD
from publishing.models import Attempt, PublishJob
from publishing.states import State
from tests.publishing.conftest import Publish

pytestmark = pytest.mark.django_db


class Floor:
    """A floor of workers of this machine and others, who can die, or fall silent, with what they hold."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.fallen = 0

    def fall_with(self, *jobs: PublishJob, pause: timedelta = timedelta(seconds=10)) -> None:
        """Let a new worker take these jobs, and die: its process is gone."""
        self.fallen += 1
        self._end(f"{workers.names_here()}{2**23 + self.fallen}/3", jobs, pause)

    def fall_silent_with(self, *jobs: PublishJob, pause: timedelta = timedelta(seconds=10)) -> str:
        """Let a new worker on another machine take these jobs, and say no more; return its name."""
        self.fallen += 1
        name = f"host-{self.fallen}/1/2/3"
        self._end(name, jobs, pause)
        return name

    def _end(self, name: str, jobs: Sequence[PublishJob], pause: timedelta) -> None:
        self.now += pause
        wanted = {job.pk for job in jobs}
        # Only these are due; the others are somewhere else at the moment.
        PublishJob.objects.filter(pk__in=wanted, lease_token=None).update(due_at=self.now)
        others = PublishJob.objects.filter(lease_token=None, due_at__isnull=False).exclude(pk__in=wanted)
        others.update(due_at=self.now + timedelta(hours=1), ready=False)
        taken = {claimed.job.pk for claimed in self._claim(len(wanted))}
        assert taken == wanted
        PublishJob.objects.filter(pk__in=taken).update(lease_owner=name)
        Attempt.objects.filter(job__in=taken, closed_at=None).update(worker=name)
        self.now += timedelta(seconds=1)
        PublishJob.objects.filter(pk__in=taken).update(lease_until=self.now - timedelta(milliseconds=1))
        assert ledger.recover(now=self.now, landing=settings.PUBLISH_LANDING) == len(taken)

    def _claim(self, count: int) -> Sequence[ledger.Claimed]:
        return ledger.claim(now=self.now, limit=count, lease=settings.PUBLISH_LEASE)


def state_of(job: PublishJob) -> str:
    job.refresh_from_db()
    return job.state


@pytest.fixture
def floor() -> Floor:
    """Return a floor of workers."""
    return Floor()


def test_a_job_on_which_two_workers_died_is_given_to_a_person(publish: Publish, floor: Floor) -> None:
    job = publish()
    floor.fall_with(job)
    assert state_of(job) == State.RETRYING
    floor.fall_with(job)
    assert state_of(job) == State.DLQ
    assert job.error_kind == "poison"
    assert "2 workers died" in job.dead_letters.get().cause


def test_a_job_is_not_blamed_while_workers_die_without_it(publish: Publish, floor: Floor) -> None:
    innocent, other = publish("innocent"), publish("other")
    floor.fall_with(innocent)
    floor.fall_with(other)
    floor.fall_with(innocent)
    assert state_of(innocent) == State.RETRYING


def test_a_job_is_not_blamed_while_workers_have_died_around_it_a_moment_ago(publish: Publish, floor: Floor) -> None:
    other, innocent = publish("other"), publish("innocent")
    floor.fall_with(other)
    floor.fall_with(innocent)
    floor.fall_with(innocent)
    assert state_of(innocent) == State.RETRYING
    # Once the others have long been well, what still dies of it dies of it.
    floor.fall_with(innocent, pause=2 * settings.PUBLISH_LEASE)
    floor.fall_with(innocent)
    assert state_of(innocent) == State.DLQ


def test_of_two_jobs_that_share_every_death_neither_is_blamed_until_they_part(publish: Publish, floor: Floor) -> None:
    bad, near = publish("bad"), publish("near")
    floor.fall_with(bad, near)
    floor.fall_with(bad, near)
    assert (state_of(bad), state_of(near)) == (State.RETRYING, State.RETRYING)
    floor.fall_with(bad)
    assert (state_of(bad), state_of(near)) == (State.DLQ, State.RETRYING)
    assert "3 workers died" in bad.dead_letters.get().cause


def test_workers_do_not_die_of_one_job_for_ever_whatever_else_they_die_of(publish: Publish, floor: Floor) -> None:
    bad, other = publish("bad"), publish("other")
    for _ in range(MOST_DEATHS):
        assert state_of(bad) != State.DLQ
        floor.fall_with(other)
        floor.fall_with(bad)
        PublishJob.objects.filter(pk=other.pk).update(deaths=0)
    assert state_of(bad) == State.DLQ
    assert bad.error_kind == "poison"


def test_after_the_second_death_a_job_waits_longer_each_time(publish: Publish, floor: Floor) -> None:
    job, other = publish("job"), publish("other")
    waits: list[timedelta] = []
    due: datetime | None
    for _ in range(4):
        floor.fall_with(other)
        floor.fall_with(job)
        due = PublishJob.objects.get(pk=job.pk).due_at
        assert due is not None
        waits.append(due - floor.now)
    assert waits[0] == timedelta()
    for wait, seconds in zip(waits[1:], (1, 3, 9), strict=True):
        assert timedelta(seconds=seconds) <= wait <= timedelta(seconds=2 * seconds)


def test_a_redriven_job_starts_afresh(publish: Publish, floor: Floor) -> None:
    job = publish()
    floor.fall_with(job)
    floor.fall_with(job)
    assert state_of(job) == State.DLQ
    PublishJob.objects.filter(pk=job.pk).update(state=State.QUEUED, due_at=floor.now, deaths=0)
    floor.fall_with(job)
    assert state_of(job) == State.RETRYING


def test_looking_at_the_platform_may_not_kill_workers_for_ever_either(publish: Publish, floor: Floor) -> None:
    job = publish()
    floor.fall_with(job)
    PublishJob.objects.filter(pk=job.pk).update(state=State.RECONCILING, announced_at=floor.now)
    floor.fall_with(job)
    assert state_of(job) == State.DLQ
    assert job.error_kind == "poison"
    # What was announced is as open as before: a redrive looks first.
    assert job.announced_at is not None


def test_two_workers_that_fell_silent_elsewhere_may_only_have_been_cut_off(publish: Publish, floor: Floor) -> None:
    job = publish()
    for _ in range(3):
        floor.fall_silent_with(job)
        assert state_of(job) == State.RETRYING
    # Nobody is cut off for so long: had they lived, they would have come back.
    floor.fall_silent_with(job, pause=SILENT_FOR_GOOD)
    assert state_of(job) == State.DLQ
    assert job.error_kind == "poison"


def test_a_worker_that_is_back_takes_its_death_back(publish: Publish, floor: Floor) -> None:
    job = publish()
    silent = floor.fall_silent_with(job)
    floor.fall_silent_with(job)
    assert (state_of(job), job.deaths) == (State.RETRYING, 2)
    Attempt.objects.filter(worker=silent).update(worker=workers.own_name())
    blame.put_right(now=floor.now)
    assert (state_of(job), job.deaths) == (State.RETRYING, 1)
    told = Attempt.objects.get(worker=workers.own_name())
    assert (told.error_kind, told.outcome) == ("", Attempt.Outcome.ABANDONED)
    assert "out of reach" in told.cause
    floor.fall_silent_with(job, pause=SILENT_FOR_GOOD)
    assert state_of(job) == State.RETRYING


def test_a_machine_on_which_a_silent_worker_is_gone_says_so(publish: Publish, floor: Floor) -> None:
    job = publish()
    gone = floor.fall_silent_with(job)
    Attempt.objects.filter(worker=gone).update(worker=f"{workers.names_here()}{2**23}/3")
    blame.put_right(now=floor.now)
    floor.fall_with(job)
    assert state_of(job) == State.DLQ
