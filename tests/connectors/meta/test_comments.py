"""First comments and deletions: announced, found after a lost answer, and never an error when the work is done already."""

import pytest
from django.conf import settings

from connectors.errors import OutcomeUnknown, ReconnectRequired
from connectors.types import NotThere, Published
from sandbox.meta import demo
from sandbox.world import World
from tests.connectors.meta.conftest import Trouble
from tests.connectors.meta.stage import Stage, image, post, video

PLACES = pytest.mark.parametrize("place", ["page", "instagram"])


@pytest.fixture
def stage(place: str, request: pytest.FixtureRequest) -> Stage:
    found = request.getfixturevalue(place)
    assert isinstance(found, Stage)
    return found


@PLACES
def test_a_comment_is_announced_and_stands_below_the_post(stage: Stage, world: World) -> None:
    parent = stage.follow(post(image(world))).external_id
    journal = stage.journal()
    comment = stage.connector.comment("More at the shop ☕", stage.target, parent=parent, journal=journal)
    assert comment.external_id
    assert journal.announcements == ["comment"]
    said = {"parent": parent, "journal": journal}
    found = stage.connector.find_comment("More at the shop ☕", stage.target, now=stage.now(), **said)  # type: ignore[arg-type]
    assert found == comment


@PLACES
def test_a_comment_whose_answer_was_lost_is_found_and_one_that_never_arrived_is_surely_not_there(
    stage: Stage, world: World, trouble: Trouble
) -> None:
    parent = stage.follow(post(image(world))).external_id
    for kind, there in (("lost_before", False), ("lost_after_success", True)):
        journal, text = stage.journal(), f"A comment {kind}"
        trouble(kind, path="*/comments")
        with pytest.raises(OutcomeUnknown):
            stage.connector.comment(text, stage.target, parent=parent, journal=journal)
        said = {"parent": parent, "journal": journal}
        found = stage.connector.find_comment(text, stage.target, now=stage.now(), **said)  # type: ignore[arg-type]
        assert isinstance(found, Published) if there else found == NotThere(final=False)
        world.clock.advance(settings.META_SETTLE.total_seconds())
        late = stage.connector.find_comment(text, stage.target, now=stage.now(), **said)  # type: ignore[arg-type]
        assert isinstance(late, Published) if there else late == NotThere(final=True)


@PLACES
def test_a_comment_of_another_job_or_of_somebody_else_is_not_ours(stage: Stage, world: World) -> None:
    parent = stage.follow(post(image(world))).external_id
    first = stage.connector.comment("Hello", stage.target, parent=parent, journal=stage.journal())
    journal = stage.journal()
    journal.others = {first.external_id}
    found = stage.connector.find_comment("Hello", stage.target, parent=parent, journal=journal, now=stage.now())
    assert found == NotThere(final=False)


@pytest.mark.parametrize("kind", ["photo", "reel", "story"])
def test_a_page_post_is_deleted_and_deleting_it_again_is_no_error(page: Stage, world: World, kind: str) -> None:
    content = {
        "photo": lambda: post(image(world)),
        "reel": lambda: post(video(world), format="reel"),
        "story": lambda: post(image(world, 1080, 1920), text="", format="story"),
    }[kind]()
    published = page.follow(content)
    page.connector.delete_post(published.external_id, page.target)
    assert all(item.id != published.external_id for item in world.meta.state.posts_of(demo.BAKERY))
    page.connector.delete_post(published.external_id, page.target)


def test_a_page_that_may_no_longer_be_seen_is_no_proof_that_a_post_is_gone(
    page: Stage, world: World, trouble: Trouble
) -> None:
    published = page.follow(post(image(world)))
    trouble("platform_error", error={"code": 100, "subcode": 33}, times=2)
    with pytest.raises(ReconnectRequired):
        page.connector.delete_post(published.external_id, page.target)


def test_deleting_on_instagram_names_the_scope_it_may_take(instagram: Stage, world: World) -> None:
    published = instagram.follow(post(image(world)))
    with pytest.raises(ReconnectRequired) as told:
        instagram.connector.delete_post(published.external_id, instagram.target)
    assert told.value.missing_scope == "instagram_manage_contents"
    assert not told.value.connection_ended
    world.switches.set({"meta.ig_delete_scope": "instagram_content_publish"})
    instagram.connector.delete_post(published.external_id, instagram.target)
    instagram.connector.delete_post(published.external_id, instagram.target)
