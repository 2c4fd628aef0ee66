"""Promises of one attempt, against the sandbox: published once, retried by the table, reconciled when in doubt."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from connectors.models import Connection
from publishing import ledger
from publishing.attempts import attempt_job
from publishing.models import Attempt, JournalEntry, PublishJob
from publishing.redriving import publish_again, redrive
from publishing.retries import WAITS
from publishing.states import State
from publishing.writer import InlineWriter, Otherwise
from publishing.writes import Write
from sandbox.world import World
from tenants.principal import Principal
from tests.publishing.conftest import Publish, Trouble

Run = Callable[[datetime], int]
Texts = Callable[[], list[str]]
LATER = timedelta(seconds=1)


def run_until(run_due: Run, job: PublishJob, *, state: State, most: int = 20) -> datetime:
    """Let time pass from one due moment to the next until the job is in a state."""
    moment = timezone.now()
    for _ in range(most):
        job.refresh_from_db()
        if job.state == state:
            return moment
        moment = max(moment, job.due_at or moment)
        run_due(moment)
    job.refresh_from_db()
    if job.state == state:
        return moment
    pytest.fail(f"the job is {job.state} ({job.error_cause}), not {state}")


def test_a_due_job_is_published_and_its_permalink_kept(publish: Publish, run_due: Run, live_posts: Texts) -> None:
    job = publish("Fresh bread from six 🥐")
    assert run_due(timezone.now()) == 1
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    assert job.external_id
    assert "facebook.com" in job.permalink
    assert live_posts() == ["Fresh bread from six 🥐"]


def test_the_irreversible_step_is_announced_before_it_is_sent(publish: Publish, run_due: Run, trouble: Trouble) -> None:
    job = publish()
    trouble("lost_before")
    run_due(timezone.now())
    entry = job.journal.get(kind=JournalEntry.Kind.ANNOUNCED)
    attempt = job.attempts.get()
    assert entry.key == "feed"
    assert attempt.opened_at <= entry.at
    assert attempt.closed_at is not None


def test_a_job_that_is_not_due_is_left_alone(publish: Publish, run_due: Run, live_posts: Texts) -> None:
    in_an_hour = timezone.now() + timedelta(hours=1)
    job = publish(publish_at=in_an_hour.isoformat())
    assert run_due(timezone.now()) == 0
    assert run_due(in_an_hour + LATER) == 1
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    assert len(live_posts()) == 1


def test_a_busy_platform_is_tried_again_after_1_3_9_and_27_seconds_and_then_dead_lettered(
    publish: Publish, run_due: Run, trouble: Trouble, live_posts: Texts
) -> None:
    # Code 389 is documented as surely not done and worth another try.
    trouble("platform_error", error={"code": 389}, times=None)
    job = publish()
    moment = timezone.now()
    for wait in WAITS:
        run_due(moment)
        job.refresh_from_db()
        assert job.state == State.RETRYING
        assert job.due_at is not None
        assert wait <= job.due_at - moment <= wait * 1.11
        assert run_due(job.due_at - timedelta(milliseconds=1)) == 0
        moment = job.due_at
    run_due(moment)
    job.refresh_from_db()
    assert job.state == State.DLQ
    assert job.attempts.count() == 5
    letter = job.dead_letters.get()
    assert letter.who == "operator"
    assert "5 times" in letter.cause
    assert letter.remedy
    assert live_posts() == []


def test_a_rate_limit_is_waited_out_as_long_as_the_platform_asks_at_no_cost_of_tries(
    publish: Publish, run_due: Run, trouble: Trouble
) -> None:
    trouble("platform_error", error={"code": 32}, times=6)
    job = publish()
    moment = timezone.now()
    for _ in range(6):
        with time_machine.travel(moment, tick=False):
            run_due(moment)
        job.refresh_from_db()
        assert job.state == State.RETRYING
        assert job.tries == 0
        assert job.due_at is not None
        assert job.due_at - moment >= timedelta(minutes=1)
        moment = job.due_at
    with time_machine.travel(moment, tick=False):
        run_due(moment)
    job.refresh_from_db()
    assert job.state == State.PUBLISHED


def test_a_budget_that_is_spent_is_not_asked_again_until_it_opens(
    publish: Publish, run_due: Run, trouble: Trouble, world: World
) -> None:
    trouble("platform_error", error={"code": 32})
    first, second = publish("first"), publish("second")
    moment = timezone.now()
    run_due(moment)
    calls = len(world.journal.entries(method="POST", path="*/feed"))
    assert calls == 1, "the second job of the Page saw the block and sent nothing"
    for job in (first, second):
        job.refresh_from_db()
        assert (job.state, job.tries, job.announced_at) == (State.RETRYING, 0, None)


@pytest.mark.parametrize(
    "kind_and_more",
    [
        {"kind": "lost_after_success"},
        {"kind": "error_after_success", "status": 500},
        {"kind": "error_after_success", "error": {"code": 4, "subcode": 2207051}},
        {"kind": "error_after_success", "error": {"code": 1}},
        {"kind": "malformed_json"},
        {"kind": "slow_after", "delay_s": 3600},
    ],
    ids=lambda said: str(said.get("error") or said["kind"]),
)
def test_a_lost_answer_never_doubles_a_post(
    publish: Publish, run_due: Run, trouble: Trouble, live_posts: Texts, kind_and_more: dict[str, object]
) -> None:
    trouble(**kind_and_more)
    job = publish("Only once")
    run_due(timezone.now())
    job.refresh_from_db()
    assert job.state == State.RECONCILING
    assert job.announced_at is not None
    run_until(run_due, job, state=State.PUBLISHED)
    assert live_posts() == ["Only once"]
    assert job.external_id
    assert job.attempts.filter(purpose=Attempt.Purpose.RECONCILE).count() == 1


def test_a_request_that_never_arrived_is_sent_again_only_when_the_page_surely_lacks_it(
    publish: Publish, run_due: Run, trouble: Trouble, live_posts: Texts
) -> None:
    trouble("lost_before")
    job = publish("Late but once")
    run_due(timezone.now())
    job.refresh_from_db()
    assert job.state == State.RECONCILING
    run_until(run_due, job, state=State.PUBLISHED)
    assert live_posts() == ["Late but once"]
    outcomes = list(job.attempts.values_list("purpose", "outcome"))
    assert outcomes[0] == ("publish", "unknown")
    assert ("reconcile", "not_there") in outcomes
    assert outcomes[-1] == ("publish", "published")


def test_two_posts_with_the_same_words_are_each_found_once(
    publish: Publish, run_due: Run, trouble: Trouble, live_posts: Texts, world: World
) -> None:
    first = publish("Same words")
    run_due(timezone.now())
    world.clock.advance(3600)  # long enough for the platform to accept equal words again
    try:
        trouble("lost_after_success")
        second = publish("Same words")
        moment = timezone.now() + timedelta(hours=1)
        run_due(moment)
        second.refresh_from_db()
        assert second.due_at is not None
        run_due(second.due_at)
    finally:
        world.clock.advance(-3600)
    first.refresh_from_db()
    second.refresh_from_db()
    assert second.state == State.PUBLISHED
    assert first.external_id != second.external_id
    assert len(live_posts()) == 2


def test_a_duplicate_refusal_about_somebody_elses_post_is_the_authors_to_mend(
    publish: Publish, run_due: Run, live_posts: Texts
) -> None:
    publish("Once said")
    run_due(timezone.now())
    again = publish("Once said")
    run_until(run_due, again, state=State.FAILED)
    letter = again.dead_letters.get()
    assert letter.who == "author"
    assert "duplicate" in letter.cause
    assert live_posts() == ["Once said"]


def test_a_dead_token_fails_the_job_at_once_and_the_connection_asks_for_attention(
    publish: Publish, run_due: Run, world: World, connection: Connection
) -> None:
    world.meta.revoke({"user": connection.external_user_id, "subcode": 460})
    job = publish()
    run_due(timezone.now())
    job.refresh_from_db()
    connection.refresh_from_db()
    assert job.state == State.FAILED
    assert job.error_who == "tenant"
    assert "password" in job.error_cause
    assert connection.status == Connection.Status.ATTENTION
    assert "password" in connection.status_cause
    assert "Reconnect" in connection.status_remedy


def test_a_missing_permission_fails_at_once_names_the_scope_and_leaves_the_connection_active(
    publish: Publish, run_due: Run, trouble: Trouble, connection: Connection
) -> None:
    trouble("platform_error", error={"code": 200})
    job = publish()
    run_due(timezone.now())
    job.refresh_from_db()
    connection.refresh_from_db()
    assert job.state == State.FAILED
    assert "pages_manage_posts" in job.error_cause
    assert connection.status == Connection.Status.ACTIVE


def test_rejected_content_fails_at_once_in_words_for_the_author(publish: Publish, run_due: Run) -> None:
    job = publish("Look", link="https://unscrapable.example/page")
    run_due(timezone.now())
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert job.error_who == "author"
    assert "link" in job.error_cause
    assert job.attempts.count() == 1


def test_an_answer_nobody_knows_goes_to_the_operator_and_is_looked_for_before_it_is_sent_again(
    publish: Publish, run_due: Run, trouble: Trouble, principal: Principal, live_posts: Texts
) -> None:
    trouble("platform_error", error={"code": 987654})
    job = publish()
    run_due(timezone.now())
    job.refresh_from_db()
    assert job.state == State.DLQ
    assert job.error_who == "operator"
    assert redrive(principal=principal, letters=list(job.dead_letters.all()), now=timezone.now()) == 1
    job.refresh_from_db()
    assert job.state == State.RECONCILING
    run_until(run_due, job, state=State.PUBLISHED)
    assert len(live_posts()) == 1


def test_a_worker_killed_between_the_platforms_accept_and_our_record_doubles_nothing(
    publish: Publish, run_due: Run, live_posts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = publish("Killed in between")
    moment = timezone.now()
    claimed = ledger.claim(now=moment, limit=1, lease=settings.PUBLISH_LEASE)[0]

    def die(*args: object, **kwargs: object) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "record_published", die)
        with pytest.raises(SystemExit):
            attempt_job(claimed, clock=lambda: moment)
    assert live_posts() == ["Killed in between"]

    after = moment + settings.PUBLISH_LEASE + LATER
    assert ledger.recover(now=after, landing=settings.PUBLISH_LANDING) == 1
    job.refresh_from_db()
    assert job.state == State.RECONCILING
    assert job.due_at == after + settings.PUBLISH_LANDING
    run_due(job.due_at)
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    assert live_posts() == ["Killed in between"]
    assert job.attempts.get(number=1).outcome == Attempt.Outcome.ABANDONED


def test_a_worker_killed_before_anything_was_announced_costs_only_time(
    publish: Publish, run_due: Run, live_posts: Texts
) -> None:
    job = publish()
    moment = timezone.now()
    ledger.claim(now=moment, limit=1, lease=settings.PUBLISH_LEASE)
    after = moment + settings.PUBLISH_LEASE + LATER
    ledger.recover(now=after, landing=settings.PUBLISH_LANDING)
    job.refresh_from_db()
    assert job.state == State.RETRYING
    assert job.announced_at is None
    run_due(after)
    assert len(live_posts()) == 1


def test_a_lease_that_ran_out_under_a_living_worker_is_no_death(publish: Publish) -> None:
    job = publish()
    moment = timezone.now()
    for _ in range(5):
        assert ledger.claim(now=moment, limit=1, lease=settings.PUBLISH_LEASE)
        moment += settings.PUBLISH_LEASE + LATER
        assert ledger.recover(now=moment, landing=settings.PUBLISH_LANDING) == 1
    job.refresh_from_db()
    assert (job.state, job.deaths) == (State.RETRYING, 0)


def test_a_worker_that_comes_back_after_its_lease_sends_nothing_and_overwrites_nothing(
    publish: Publish, run_due: Run, live_posts: Texts
) -> None:
    job = publish("From the second worker")
    moment = timezone.now()
    stale = ledger.claim(now=moment, limit=1, lease=settings.PUBLISH_LEASE)[0]
    after = moment + settings.PUBLISH_LEASE + LATER
    ledger.recover(now=after, landing=settings.PUBLISH_LANDING)
    run_due(after)
    attempt_job(stale, clock=lambda: after)
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    assert live_posts() == ["From the second worker"]


def test_an_answer_that_comes_after_the_lease_is_kept_for_the_next_holder(
    publish: Publish, run_due: Run, trouble: Trouble
) -> None:
    job = publish("Answered late")
    moment = timezone.now()
    stale = ledger.claim(now=moment, limit=1, lease=settings.PUBLISH_LEASE)[0]
    after = moment + settings.PUBLISH_LEASE + LATER

    class Late(InlineWriter):
        """Writes the end of an attempt only after the sweep has taken the job back."""

        def leave(self, what: Write, otherwise: Otherwise) -> None:
            ledger.recover(now=after, landing=settings.PUBLISH_LANDING)
            super().leave(what, otherwise)

    attempt_job(replace(stale, writer=Late()), clock=lambda: moment)
    job.refresh_from_db()
    assert job.state == State.RECONCILING
    assert job.journal.filter(kind=JournalEntry.Kind.ANSWERED).exists()
    # The platform need not even be asked.
    trouble("http_status", status=503, method="GET", path="*", times=None)
    assert job.due_at is not None
    run_due(job.due_at)
    job.refresh_from_db()
    assert job.state == State.PUBLISHED


def test_a_platform_that_cannot_be_asked_for_a_day_leaves_the_decision_to_a_person(
    publish: Publish, run_due: Run, trouble: Trouble, principal: Principal, live_posts: Texts, world: World
) -> None:
    trouble("lost_after_success")
    trouble("http_status", status=503, method="GET", path="*/published_posts", times=None)
    job = publish("Nobody knows")
    run_due(timezone.now())
    job.refresh_from_db()
    run_due(timezone.now() + timedelta(hours=25))
    job.refresh_from_db()
    assert job.state == State.DLQ
    assert job.error_kind == "outcome_unknown"
    assert job.announced_at is not None
    assert "It is live" in job.error_remedy
    publish_again(principal=principal, job=job, now=timezone.now())
    job.refresh_from_db()
    assert job.state == State.QUEUED
    assert job.announced_at is None


def test_a_disconnected_account_is_refused_before_any_call(
    publish: Publish, run_due: Run, connection: Connection, world: World
) -> None:
    job = publish()
    Connection.objects.filter(pk=connection.pk).update(
        status=Connection.Status.INACTIVE, disconnected_at=timezone.now()
    )
    before = len(world.journal.entries())
    run_due(timezone.now())
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "disconnected" in job.error_cause
    assert len(world.journal.entries()) == before


def test_a_crash_of_our_own_is_dead_lettered_once_and_does_not_loop(
    publish: Publish, run_due: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = publish()
    monkeypatch.setattr("publishing.attempts.get_connector", lambda *args, **more: 1 / 0)
    run_due(timezone.now())
    job.refresh_from_db()
    assert job.state == State.DLQ
    assert job.error_kind == "crash"
    assert run_due(timezone.now() + timedelta(days=1)) == 0


def test_missing_app_credentials_are_the_operators_to_mend(
    publish: Publish, run_due: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = publish()
    monkeypatch.setattr(settings, "META_APP_SECRET", None)
    run_due(timezone.now())
    job.refresh_from_db()
    assert job.state == State.DLQ
    assert "META_APP_SECRET" in job.error_remedy
