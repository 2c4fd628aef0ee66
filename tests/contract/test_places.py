"""What goes on at a place beside publishing: what it allows now, how a post stands later, what customers
write about it, who reads it, what is done with it."""

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator

from connectors.types import Capability, LiveState, Member
from publishing.models import Watch
from tests.contract.cases import able
from tests.contract.stage import Stage


@pytest.mark.parametrize("case", able(Capability.COMPOSING), ids=str)
def test_a_place_says_what_it_allows_before_anybody_writes(stage: Stage) -> None:
    composing = stage.connector.composing(stage.target, now=timezone.now())
    assert composing.obstacle == ""
    assert composing.name
    members = stage.case.kind.settings.schema["properties"]
    assert {*composing.choices, *composing.fixed} <= set(members)


@pytest.mark.parametrize("case", able(Capability.WATCH), ids=str)
def test_a_later_look_tells_how_a_post_stands_and_that_it_is_gone(stage: Stage) -> None:
    job = stage.say()
    if obstacle := stage.connector.obstacle_to(Capability.WATCH, stage.target):
        assert obstacle.cause
        assert obstacle.remedy
        assert not Watch.objects.filter(job=job).exists()
        return
    looked = stage.connector.look_after(job.external_id, stage.target, {}, now=timezone.now())
    assert (looked.state, looked.reason) == (LiveState.LIVE, "")
    can_delete = Capability.DELETE_POST in stage.case.connector.capabilities
    if not can_delete or stage.connector.obstacle_to(Capability.DELETE_POST, stage.target):
        return
    stage.connector.delete_post(job.external_id, stage.target)
    looked = stage.connector.look_after(job.external_id, stage.target, {}, now=timezone.now())
    assert looked.state is LiveState.REMOVED
    assert looked.reason


@pytest.mark.parametrize("case", able(Capability.REVIEWS), ids=str)
def test_a_review_is_read_answered_and_the_answer_taken_back(stage: Stage) -> None:
    stage.adapter.review_from_outside(stage.world, stage.case.kind.slug, "Très bon 🥐", stars=4)
    review = stage.connector.fetch_reviews(stage.target).reviews[0]
    assert (review.text, review.stars, review.reply) == ("Très bon 🥐", 4, "")
    assert review.written_at is not None
    for answer in ("Obrigada (a sério)!", "Até já", ""):
        stage.connector.reply_to_review(review.external_id, answer, stage.target)
        assert stage.connector.fetch_reviews(stage.target).reviews[0].reply == answer


@pytest.mark.parametrize("case", able(Capability.AUDIENCES), ids=str)
def test_contacts_are_saved_listed_and_archived(stage: Stage) -> None:
    wanted = [Member("zoe@brevkasse.test"), Member("nonsense"), Member("mika@brevkasse.test")]
    results = stage.connector.save_members(stage.target, wanted)
    assert [result.email for result in results] == [member.email for member in wanted]
    assert [bool(result.code) for result in results] == [False, True, False]
    assert results[1].cause
    assert results[1].remedy
    emails, page = set(), ""
    while True:
        told = stage.connector.fetch_members(stage.target, page=page)
        emails |= {member.email for member in told.members}
        page = told.next_page
        if not page:
            break
    assert {"zoe@brevkasse.test", "mika@brevkasse.test"} <= emails
    assert told.total == len(emails)
    for _ in range(2):
        stage.connector.archive_member(stage.target, "zoe@brevkasse.test")
    assert all(one.external_id and one.name and one.kind for one in stage.connector.fetch_segments(stage.target))


@pytest.mark.parametrize("case", able(Capability.ACTIONS), ids=str)
def test_an_action_says_what_it_takes_and_does_it(stage: Stage) -> None:
    for action in stage.case.connector.actions:
        Draft202012Validator.check_schema(dict(action.schema))
        assert action.name
        assert action.about
    job = stage.say()
    slug, arguments = stage.adapter.harmless_action()
    assert slug in {action.slug for action in stage.case.connector.actions if not action.public}
    assert stage.connector.perform(slug, job.external_id, arguments, stage.target, now=timezone.now())
    assert len(stage.live()) == 1
