"""What people do with jobs: each act once, however often it is clicked, and written down."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from foundation.errors import Conflict, Forbidden, Invalid
from publishing import ledger, redriving, timeline
from publishing.models import DeadLetter, PublishJob
from publishing.states import State
from tenants.models import AuditEntry
from tenants.principal import Principal
from tenants.scopes import ROLE_SCOPES
from tests.publishing.conftest import Publish, Trouble

Run = Callable[[datetime], int]
Texts = Callable[[], list[str]]


@pytest.fixture
def dead(publish: Publish, trouble: Trouble, run_due: Run) -> PublishJob:
    """A job that failed for good, with nothing published."""
    trouble("platform_error", error={"code": 368})
    job = publish("Second chance")
    run_due(timezone.now())
    job.refresh_from_db()
    assert job.state == State.FAILED
    return job


@pytest.fixture
def in_doubt(publish: Publish, trouble: Trouble, run_due: Run) -> PublishJob:
    """A job of which nobody can tell whether it was published; it was."""
    trouble("lost_after_success")
    trouble("http_status", status=503, method="GET", path="*/published_posts", times=None)
    job = publish("Is it there?")
    run_due(timezone.now())
    run_due(timezone.now() + timedelta(hours=25))
    job.refresh_from_db()
    assert job.state == State.DLQ
    return job


def letters(job: PublishJob) -> list[DeadLetter]:
    return list(job.dead_letters.all())


def test_a_redriven_job_is_published_once_however_often_it_is_redriven(
    dead: PublishJob, principal: Principal, run_due: Run, live_posts: Texts
) -> None:
    now = timezone.now()
    assert redriving.redrive(principal=principal, letters=letters(dead), now=now) == 1
    assert redriving.redrive(principal=principal, letters=letters(dead), now=now) == 0
    run_due(timezone.now())
    assert redriving.redrive(principal=principal, letters=letters(dead), now=now) == 0
    run_due(timezone.now())
    dead.refresh_from_db()
    assert dead.state == State.PUBLISHED
    assert live_posts() == ["Second chance"]
    assert dead.dead_letters.get().resolution == DeadLetter.Resolution.REDRIVEN


def test_a_redrive_of_a_published_job_changes_nothing(publish: Publish, run_due: Run, principal: Principal) -> None:
    job = publish()
    run_due(timezone.now())
    with pytest.raises(Conflict) as refused:
        redriving.retry_job(principal=principal, job=job, now=timezone.now())
    assert "published" in refused.value.detail


def test_a_job_in_doubt_is_looked_for_before_it_is_sent_again(
    in_doubt: PublishJob, principal: Principal, run_due: Run, live_posts: Texts, world: object
) -> None:
    world.faults.clear()  # type: ignore[attr-defined]
    redriving.redrive(principal=principal, letters=letters(in_doubt), now=timezone.now())
    in_doubt.refresh_from_db()
    assert in_doubt.state == State.RECONCILING
    run_due(timezone.now())
    in_doubt.refresh_from_db()
    assert in_doubt.state == State.PUBLISHED
    assert live_posts() == ["Is it there?"]


def test_a_person_may_say_that_it_is_live_and_where(in_doubt: PublishJob, principal: Principal) -> None:
    link = "https://www.facebook.com/1/posts/2"
    redriving.confirm_live(principal=principal, job=in_doubt, link=link, now=timezone.now())
    in_doubt.refresh_from_db()
    assert (in_doubt.state, in_doubt.permalink) == (State.PUBLISHED, link)
    assert in_doubt.dead_letters.get().resolution == DeadLetter.Resolution.CONFIRMED_LIVE


@pytest.mark.parametrize("link", ["", "no link", "javascript:alert(1)", "ftp://example.com/x", "https://"])
def test_only_a_web_address_confirms_a_post(in_doubt: PublishJob, principal: Principal, link: str) -> None:
    with pytest.raises(Invalid):
        redriving.confirm_live(principal=principal, job=in_doubt, link=link, now=timezone.now())


def test_only_a_job_in_doubt_can_be_confirmed_or_published_again(dead: PublishJob, principal: Principal) -> None:
    with pytest.raises(Conflict):
        redriving.confirm_live(principal=principal, job=dead, link="https://example.com/1", now=timezone.now())
    with pytest.raises(Conflict):
        redriving.publish_again(principal=principal, job=dead, now=timezone.now())


def test_a_discarded_job_is_not_sent_again_and_its_reason_is_kept(
    dead: PublishJob, principal: Principal, run_due: Run, live_posts: Texts
) -> None:
    assert (
        redriving.discard(principal=principal, letters=letters(dead), reason="Too late for this", now=timezone.now())
        == 1
    )
    assert redriving.redrive(principal=principal, letters=letters(dead), now=timezone.now()) == 0
    run_due(timezone.now())
    letter = dead.dead_letters.get()
    assert (letter.resolution, letter.note) == ("discarded", "Too late for this")
    assert live_posts() == []


def test_discarding_needs_a_reason(dead: PublishJob, principal: Principal) -> None:
    with pytest.raises(Invalid):
        redriving.discard(principal=principal, letters=letters(dead), reason="  ", now=timezone.now())


def test_a_scheduled_job_can_be_cancelled_until_a_worker_has_it(
    publish: Publish, principal: Principal, run_due: Run, live_posts: Texts
) -> None:
    later = timezone.now() + timedelta(hours=1)
    job = publish(publish_at=later.isoformat())
    redriving.cancel_job(principal=principal, job=job, now=timezone.now())
    run_due(later + timedelta(seconds=1))
    assert live_posts() == []

    queued = publish("queued")
    assert redriving.cancel_job(principal=principal, job=queued, now=timezone.now()).state == State.CANCELLED

    held = publish("held")
    ledger.claim(now=timezone.now(), limit=1, lease=timedelta(seconds=60))
    with pytest.raises(Conflict):
        redriving.cancel_job(principal=principal, job=held, now=timezone.now())


def test_a_job_in_doubt_cannot_be_cancelled_as_if_nothing_had_been_sent(
    in_doubt: PublishJob, principal: Principal
) -> None:
    with pytest.raises(Conflict):
        redriving.cancel_job(principal=principal, job=in_doubt, now=timezone.now())


def test_a_waiting_job_can_be_told_not_to_wait(
    publish: Publish, trouble: Trouble, run_due: Run, principal: Principal, live_posts: Texts
) -> None:
    trouble("platform_error", error={"code": 389})
    job = publish()
    run_due(timezone.now())
    redriving.retry_job(principal=principal, job=job, now=timezone.now())
    run_due(timezone.now())
    assert len(live_posts()) == 1


def test_viewers_may_not_act(dead: PublishJob, principal: Principal) -> None:
    viewer = Principal(principal.tenant, "user:viewer@example.com", ROLE_SCOPES["viewer"])
    for act in (
        lambda: redriving.redrive(principal=viewer, letters=letters(dead), now=timezone.now()),
        lambda: redriving.discard(principal=viewer, letters=letters(dead), reason="x", now=timezone.now()),
        lambda: redriving.cancel_job(principal=viewer, job=dead, now=timezone.now()),
        lambda: redriving.retry_job(principal=viewer, job=dead, now=timezone.now()),
    ):
        with pytest.raises(Forbidden):
            act()


def test_every_act_is_written_down_and_told_in_the_story(dead: PublishJob, principal: Principal, run_due: Run) -> None:
    redriving.redrive(principal=principal, letters=letters(dead), now=timezone.now())
    run_due(timezone.now())
    dead.refresh_from_db()
    entry = AuditEntry.objects.get(action="job.redriven")
    assert entry.actor == principal.actor
    titles = [event.title for event in timeline.story_of(dead)]
    assert titles[0] == "Accepted"
    assert titles.index("Attempt 1 failed") < titles.index("Sent again by hand") < titles.index("Published")
    moments = [event.at for event in timeline.story_of(dead)]
    assert moments == sorted(moments)
