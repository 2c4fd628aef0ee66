"""Everything a kind of place takes is published once, as it was said; and what comes afterwards."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.errors import ReconnectRequired
from connectors.types import Capability
from publishing.live import edit_live_post, remove_post
from publishing.models import PublishJob
from publishing.states import State
from tests.contract.cases import SHAPED, able
from tests.contract.stage import Stage, told

#: Forms of posts that are told apart by more than their words and files.
MARKED = (Capability.LINK, Capability.REEL, Capability.STORY, Capability.POLL, Capability.RESHARE)


@pytest.mark.parametrize("case", SHAPED, ids=str)
def test_what_was_said_is_live_once_and_whole(stage: Stage) -> None:
    shape = stage.case.form
    before = 1 if shape.capability is Capability.RESHARE else 0
    job = stage.say()
    item, *others = stage.live()
    assert len(others) == before
    assert stage.adapter.said(item) == (job.post.text if stage.adapter.words_shown(shape) else "")
    assert [shown.kind for shown in item.media] == [{"photo": "image"}.get(sort, sort) for sort in shape.files]
    marks = set(stage.adapter.marks(stage.world, item))
    if shape.capability in MARKED:
        assert shape.capability in marks
    assert job.external_id
    assert job.permalink.startswith("https://")
    assert job.attempts.filter(outcome="published").count() == 1


@pytest.mark.parametrize("case", able(Capability.FIRST_COMMENT), ids=str)
def test_a_first_comment_stands_once_under_its_post(stage: Stage) -> None:
    job = stage.say(first_comment="First (and only) #one")
    comment = stage.rest(comment_of(job))
    assert comment.state == State.PUBLISHED, told(comment)
    assert stage.adapter.comments(stage.world, job.external_id) == ["First (and only) #one"]


@pytest.mark.parametrize("case", able(Capability.FIRST_COMMENT), ids=str)
def test_a_first_comment_whose_answer_was_lost_never_stands_twice(stage: Stage) -> None:
    job = stage.say(first_comment="Only once")
    stage.strike({"kind": "lost_after_success", **stage.adapter.comment_call(stage.case.kind.slug)})
    comment = stage.rest(comment_of(job))
    assert stage.adapter.comments(stage.world, job.external_id) == ["Only once"]
    if stage.adapter.comment_silent(stage.case.kind.slug):
        assert (comment.state, comment.error_kind) == (State.DLQ, "outcome_unknown"), told(comment)
    else:
        assert comment.state == State.PUBLISHED, told(comment)


@pytest.mark.parametrize("case", able(Capability.EDIT_POST), ids=str)
def test_the_text_of_a_live_post_is_changed(stage: Stage) -> None:
    job = stage.say()
    edit_live_post(principal=stage.house.principal, job=job, text="Changed (really) #Now_1", now=timezone.now())
    (item,) = stage.live()
    assert item.text == "Changed (really) #Now_1"


@pytest.mark.parametrize("case", able(Capability.DELETE_POST), ids=str)
def test_a_live_post_is_taken_away_and_doing_it_again_is_no_error(stage: Stage) -> None:
    job = stage.say()
    removed = remove_post(principal=stage.house.principal, job=job, now=timezone.now())
    assert removed.removed_at is not None
    assert stage.live() == []
    stage.connector.delete_post(job.external_id, stage.target)


TOLD = [case for case in able(Capability.POST_METRICS) if not case.adapter.numbers_need(case.kind.slug)]
UNTOLD = [case for case in able(Capability.POST_METRICS) if case not in TOLD]


@pytest.mark.parametrize("case", TOLD, ids=str)
def test_what_a_platform_does_not_tell_of_a_post_is_absent_and_what_it_tells_arrives(stage: Stage) -> None:
    absent, later, _ = stage.adapter.metrics(stage.case.kind.slug)
    job = stage.say()
    names = {metric.name for metric in stage.connector.post_metrics(job.external_id, stage.target, now=timezone.now())}
    assert not names & absent, "what nobody told is no number, and no 0 either"
    stage.adapter.gather_audience(stage.world, job.external_id)
    stage.wait(timedelta(days=2, hours=1))
    metrics = stage.connector.post_metrics(job.external_id, stage.target, now=timezone.now())
    assert {metric.name for metric in metrics} >= later
    assert all(metric.value > 0 for metric in metrics if metric.name in later)
    assert all(metric.raw_name for metric in metrics)


PLACES = [case for case in able(Capability.ACCOUNT_METRICS) if not case.adapter.numbers_need(case.kind.slug)]


@pytest.mark.parametrize("case", PLACES, ids=str)
def test_the_numbers_of_a_place_are_told(stage: Stage) -> None:
    _, _, names = stage.adapter.metrics(stage.case.kind.slug)
    stage.say()
    stage.wait(timedelta(days=3))
    now = timezone.now()
    metrics = stage.connector.account_metrics(stage.target, since=now - timedelta(days=7), until=now)
    assert {metric.name for metric in metrics} >= names
    assert all(metric.raw_name for metric in metrics)


@pytest.mark.parametrize("case", UNTOLD, ids=str)
def test_numbers_that_need_a_scope_are_refused_by_its_name_and_never_made_up(stage: Stage) -> None:
    job, now = stage.say(), timezone.now()
    with pytest.raises(ReconnectRequired) as post:
        stage.connector.post_metrics(job.external_id, stage.target, now=now)
    with pytest.raises(ReconnectRequired) as place:
        stage.connector.account_metrics(stage.target, since=now - timedelta(days=7), until=now)
    for refusal in (post.value, place.value):
        assert refusal.missing_scope == stage.adapter.numbers_need(stage.case.kind.slug)
        assert not refusal.connection_ended


def comment_of(job: PublishJob) -> PublishJob:
    """Return the job of the first comment under a published post."""
    return PublishJob.objects.get(post_id=job.post_id, role=PublishJob.Role.FIRST_COMMENT)
