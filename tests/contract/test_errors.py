"""Each class of error leads to exactly what the table of waits says, on every platform."""

from collections.abc import Mapping

import pytest
from django.utils import timezone

from connectors.models import Connection
from connectors.types import Capability
from publishing.retries import WAITS
from publishing.states import State
from tests.contract.adapter import Trouble
from tests.contract.cases import KINDS, SHAPED, able
from tests.contract.stage import Stage, told


def strike(stage: Stage, trouble: Trouble, **more: object) -> None:
    """Let the next publish fail so."""
    stage.strike({**stage.adapter.trouble(trouble, stage.case.kind.slug, stage.case.form), **more})


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_a_passing_fault_costs_one_try_and_the_next_one_publishes(stage: Stage) -> None:
    strike(stage, Trouble.TRANSIENT)
    job = stage.rest(stage.accept())
    assert job.state == State.PUBLISHED, told(job)
    assert len(stage.live()) == 1
    assert job.announced_at is None


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_a_fault_that_does_not_pass_is_left_to_a_person_after_a_few_tries(stage: Stage) -> None:
    strike(stage, Trouble.TRANSIENT, times=None)
    job = stage.rest(stage.accept())
    assert job.state in {State.DLQ, State.FAILED}, told(job)
    assert job.tries <= len(WAITS)
    assert stage.live() == []


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_a_rate_limit_is_waited_out_and_costs_no_try(stage: Stage) -> None:
    strike(stage, Trouble.RATE_LIMITED)
    job = stage.once(stage.accept())
    assert (job.state, job.error_kind, job.tries) == (State.RETRYING, "rate_limited", 0), told(job)
    assert job.due_at is not None
    assert job.due_at - timezone.now() >= stage.adapter.patience
    stage.rest(job)
    assert job.state == State.PUBLISHED, told(job)
    assert len(stage.live()) == 1


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_content_that_is_refused_comes_to_rest_for_its_author_at_once(stage: Stage) -> None:
    strike(stage, Trouble.REJECTED)
    job = stage.rest(stage.accept())
    assert (job.state, job.error_kind, job.error_who) == (State.FAILED, "content_rejected", "author"), told(job)
    assert job.dead_letters.get().remedy
    assert stage.live() == []


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_an_answer_that_our_notes_do_not_know_is_a_dead_letter_for_the_operator(stage: Stage) -> None:
    strike(stage, Trouble.UNEXPECTED)
    job = stage.rest(stage.accept())
    assert (job.state, job.error_kind, job.error_who) == (State.DLQ, "unexpected_answer", "operator"), told(job)
    assert stage.live() == []


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_a_grant_that_ended_fails_the_job_and_asks_for_the_tenant(stage: Stage) -> None:
    job = stage.accept()
    stage.adapter.end_grant(stage.world)
    stage.rest(job)
    assert (job.state, job.error_kind, job.error_who) == (State.FAILED, "reconnect_required", "tenant"), told(job)
    connection = stage.connection
    assert connection.status == Connection.Status.ATTENTION
    assert connection.status_remedy
    assert stage.live() == []


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_a_scope_that_is_missing_is_named_and_the_connection_lives_on(stage: Stage) -> None:
    job = stage.accept()
    stage.adapter.lose_scope(stage.world, stage.case.kind.slug)
    stage.rest(job)
    assert (job.state, job.error_kind, job.error_who) == (State.FAILED, "reconnect_required", "tenant"), told(job)
    assert stage.adapter.right in job.error_cause
    assert stage.connection.status == Connection.Status.ACTIVE
    assert stage.live() == []


LOST = (
    {"kind": "lost_after_success"},
    {"kind": "error_after_success", "status": 500},
    {"kind": "error_after_success", "status": 504},
    {"kind": "slow_after", "delay_s": 3600},
)


def lose(stage: Stage, fault: Mapping[str, object]) -> None:
    """Lose the answer to the next irreversible call of the case's form, wherever it is announced."""
    stage.strike({**fault, **stage.adapter.publish_call(stage.case.kind.slug, stage.case.form)})


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: f"{fault['kind']} {fault.get('status', '')}".strip())
@pytest.mark.parametrize("case", able(Capability.FIND_PUBLISHED), ids=str)
def test_whatever_happened_to_the_answer_the_post_is_live_exactly_once(
    stage: Stage, fault: Mapping[str, object]
) -> None:
    lose(stage, fault)
    job = stage.rest(stage.accept())
    assert len(stage.live()) == 1
    assert job.state == (State.DLQ if stage.adapter.silent(stage.case.kind.slug, stage.case.form) else State.PUBLISHED)


@pytest.mark.parametrize(
    "case", [case for case in SHAPED if Capability.FIND_PUBLISHED in case.connector.capabilities], ids=str
)
def test_a_post_whose_answer_was_lost_is_live_exactly_once(stage: Stage) -> None:
    job = stage.accept()
    before = len(stage.live())
    lose(stage, LOST[0])
    stage.rest(job)
    assert len(stage.live()) == before + 1
    if why := stage.adapter.silent(stage.case.kind.slug, stage.case.form):
        assert (job.state, job.error_kind) == (State.DLQ, "outcome_unknown"), f"{why}\n{told(job)}"
        assert job.announced_at is not None, "a redrive looks first"
    else:
        assert job.state == State.PUBLISHED, told(job)
        assert job.external_id


@pytest.mark.parametrize(
    "case", [case for case in SHAPED if Capability.FIND_PUBLISHED in case.connector.capabilities], ids=str
)
def test_a_post_that_never_arrived_is_published_once_or_left_to_a_person(stage: Stage) -> None:
    job = stage.accept()
    before = len(stage.live())
    lose(stage, {"kind": "lost_before"})
    stage.rest(job)
    if why := stage.adapter.silent(stage.case.kind.slug, stage.case.form):
        assert (job.state, job.error_kind) == (State.DLQ, "outcome_unknown"), f"{why}\n{told(job)}"
        assert len(stage.live()) == before
    else:
        assert job.state == State.PUBLISHED, told(job)
        assert len(stage.live()) == before + 1
