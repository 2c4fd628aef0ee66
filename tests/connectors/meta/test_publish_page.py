"""Posts on a Page: each kind goes out once, resumes where a worker died, and is found after a lost answer."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings

from connectors.errors import ContentRejected, OutcomeUnknown, TransientError
from connectors.types import Content, MediaKind, NotThere, Processing, Published
from sandbox.meta import demo
from sandbox.world import World
from tests.connectors.meta.conftest import Listening, Trouble
from tests.connectors.meta.stage import Died, File, Journal, Stage, image, paths, post, video

Make = Callable[[World], Content]
KINDS: dict[str, Make] = {
    "text": lambda world: post(text="Bread at five."),
    "link": lambda world: Content(text="Look", link="https://example.org/bread"),
    "photo": lambda world: post(image(world), alt="A croissant"),
    "photos": lambda world: post(*(image(world, shade=shade) for shade in (1, 2, 3))),
    "video": lambda world: post(video(world), title="The oven"),
    "reel": lambda world: post(video(world), format="reel", title="The oven"),
    "photo story": lambda world: post(image(world, 1080, 1920), text="", format="story"),
    "video story": lambda world: post(video(world), text="", format="story"),
}
ANNOUNCED = {
    "text": "feed",
    "link": "feed",
    "photo": "feed",
    "photos": "feed",
    "video": "video_finish",
    "reel": "reel_finish",
    "photo story": "photo_story",
    "video story": "story_finish",
}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def live(world: World) -> list[str]:
    """The ids of everything public on the bakery's Page."""
    posts = [post.id for post in world.meta.state.posts_of(demo.BAKERY) if post.published]
    return posts + [story.id for story in world.meta.state.library.stories_of(demo.BAKERY)]


@EVERY_KIND
def test_every_kind_of_post_goes_out_once_and_announces_only_the_call_that_makes_it_public(
    page: Stage, world: World, kind: str
) -> None:
    before, journal = set(live(world)), page.journal()
    published = page.follow(KINDS[kind](world), journal)
    assert set(live(world)) - before == {published.external_id}
    assert journal.announcements == [ANNOUNCED[kind]]
    assert "www.facebook.com/" in published.permalink
    json.dumps(journal.notes)


@EVERY_KIND
@pytest.mark.parametrize("by", ["upload", "url"])
def test_files_reach_facebook_by_upload_or_by_address_as_the_setting_says(
    page: Stage, world: World, wire: Listening, kind: str, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "META_MEDIA_BY", by)
    content = KINDS[kind](world)
    page.follow(content)
    named = [
        attachment.file.public_url
        for attachment in content.media
        for request in wire.heard
        if attachment.file.public_url in f"{request.body!r}{dict(request.headers)}"
    ]
    assert len(named) == (len(content.media) if by == "url" else 0)


@EVERY_KIND
def test_a_worker_may_die_at_any_note_or_announcement_and_nothing_goes_out_twice(
    page: Stage, world: World, kind: str
) -> None:
    rehearsal = page.journal()
    page.follow(KINDS[kind](world), rehearsal)
    steps = list(dict.fromkeys(rehearsal.told))
    assert steps
    for step in steps:
        world.clock.advance(3600)
        before, journal, content = set(live(world)), page.journal(), KINDS[kind](world)
        if kind == "text":
            content = post(text=f"Bread, and a worker who died at {step}.")
        journal.dies_at = step
        published = survive(page, content, journal)
        assert journal.dies_at == "", f"the worker never came to {step}"
        assert set(live(world)) - before == {published.external_id}, step


def survive(page: Stage, content: Content, journal: Journal) -> Published:
    """Attempt until it is public; after a death look first where something was announced."""
    for _ in range(60):
        try:
            told = page.once(content, journal)
        except Died:
            if journal.announced_at is None:
                journal.next_attempt(settled=True)
                continue
            found = page.look(content, journal, after=20)
            for _ in range(20):
                if not isinstance(found, NotThere) or found.final:
                    break
                found = page.look(content, journal, after=60)
            if isinstance(found, Published):
                return found
            assert isinstance(found, NotThere)
            journal.next_attempt(settled=True)
            continue
        if isinstance(told, Published):
            return told
        page.world.clock.advance(told.look_again_after.total_seconds())
        journal.next_attempt(settled=True)
    raise AssertionError("it never became public")


@EVERY_KIND
def test_a_lost_answer_to_the_last_call_is_found_and_nothing_is_sent_again(
    page: Stage, world: World, trouble: Trouble, kind: str
) -> None:
    before, journal, content = set(live(world)), page.journal(), KINDS[kind](world)
    until_announced(page, content, journal, lambda: trouble("lost_after_success", method="POST", path=LAST[kind]))
    assert journal.announcements == [ANNOUNCED[kind]]
    found = page.look(content, journal, after=15)
    while isinstance(found, NotThere) and not found.final:
        found = page.look(content, journal, after=5)
    assert isinstance(found, Published)
    assert set(live(world)) - before == {found.external_id}


LAST = {
    **dict.fromkeys(("text", "link", "photo", "photos"), "*/feed"),
    "video": "*/videos",
    "reel": "*/video_reels",
    "photo story": "*/photo_stories",
    "video story": "*/video_stories",
}


def until_announced(page: Stage, content: Content, journal: Journal, arm: Callable[[], None]) -> None:
    """Attempt until the announced call is sent, whose answer is lost."""
    inner = journal.announce

    def announce(step: str) -> None:
        inner(step)
        arm()

    journal.announce = announce  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknown):
        page.follow(content, journal)
    journal.announce = inner  # type: ignore[method-assign]


@EVERY_KIND
def test_a_last_call_that_never_arrived_is_surely_not_there_after_a_while_and_then_goes_out_once(
    page: Stage, world: World, trouble: Trouble, kind: str
) -> None:
    before, journal, content = set(live(world)), page.journal(), KINDS[kind](world)
    until_announced(page, content, journal, lambda: trouble("lost_before", method="POST", path=LAST[kind]))
    early = page.look(content, journal, after=15)
    assert early == NotThere(final=False)
    late = page.look(content, journal, after=settings.META_SETTLE.total_seconds())
    assert late == NotThere(final=True)
    journal.next_attempt(settled=True)
    published = page.follow(content, journal)
    assert set(live(world)) - before == {published.external_id}


def test_photos_stand_in_the_authors_order_with_their_descriptions_and_are_uploaded_once(
    page: Stage, world: World, wire: Listening, trouble: Trouble
) -> None:
    content, journal = post(*(image(world, shade=shade) for shade in (1, 2, 3)), alt="Bread"), page.journal()
    trouble("http_status", method="POST", path="*/feed", status=400)
    with pytest.raises(Exception, match="400"):
        page.once(content, journal)
    journal.next_attempt(settled=True)
    page.once(content, journal)
    assert paths(wire.heard).count("photos") == 3
    sent = json.loads(wire.heard[-1].body or b"")
    assert [part["media_fbid"] for part in sent["attached_media"]] == [
        journal.notes[f"photo:{n}"]["id"] for n in range(3)
    ]
    body = wire.heard[0].body
    assert isinstance(body, bytes)
    assert b'name="alt_text_custom"' in body


def test_a_photo_that_fails_stops_the_post_and_none_is_left_out(page: Stage, world: World, trouble: Trouble) -> None:
    before = live(world)
    content, journal = post(*(image(world, shade=shade) for shade in (1, 2))), page.journal()
    trouble("platform_error", path="*/photos", error={"code": 100, "subcode": 1366046})
    with pytest.raises(ContentRejected, match="JPEG"):
        page.once(content, journal)
    assert live(world) == before
    assert journal.announcements == []


def test_what_an_author_changed_between_two_tries_is_uploaded_anew(page: Stage, world: World, wire: Listening) -> None:
    journal, first = page.journal(), image(world)
    journal.dies_at = "announce feed"
    with pytest.raises(Died):
        page.once(post(first), journal)
    page.once(post(image(world, shade=5)), journal)
    assert paths(wire.heard).count("photos") == 2


def test_a_long_upload_renews_its_lease_and_goes_on_at_the_byte_where_it_broke(
    page: Stage, world: World, wire: Listening, trouble: Trouble
) -> None:
    world.switches.set({"meta.video_chunk_bytes": 500})
    content, journal = post(video(world)), page.journal()
    journal.dies_at = "note video"
    with pytest.raises(Died):
        page.once(content, journal)
    journal.next_attempt(settled=True)
    trouble("lost_before", method="POST", path="*/videos")
    with pytest.raises(OutcomeUnknown):
        page.once(content, journal)
    journal.next_attempt(settled=True)
    page.follow(content, journal)
    assert journal.renewals > 5
    starts = [request for request in wire.heard if b"start" in (request.body or b"")[:40] and request.method == "POST"]
    assert len(starts) == 1, "the upload was begun once"


@pytest.mark.parametrize("kind", ["reel", "video story"])
@pytest.mark.parametrize("spelling", ["docs", "spec"])
def test_a_broken_upload_goes_on_from_what_facebook_has(
    page: Stage, world: World, wire: Listening, kind: str, spelling: str
) -> None:
    world.switches.set({"meta.upload_takes_bytes": 600, "meta.status_spelling": spelling})
    content, journal = KINDS[kind](world), page.journal()
    with pytest.raises((TransientError, OutcomeUnknown)):
        page.once(content, journal)
    world.switches.set({"meta.upload_takes_bytes": 0})
    journal.next_attempt(settled=True)
    page.follow(content, journal)
    sent = [request for request in wire.heard if "rupload" in str(request.url)]
    assert [request.headers["offset"] for request in sent] == ["0", "600"]
    assert all(request.headers["Authorization"].startswith("OAuth ") for request in sent)
    assert all("appsecret_proof" not in str(request.url) for request in sent)


@pytest.mark.parametrize("kind", ["video", "reel", "video story"])
def test_a_video_facebook_cannot_use_is_told_to_the_author(page: Stage, world: World, kind: str) -> None:
    before = live(world)
    world.switches.set({"meta.video_fate": "fails"})
    content = KINDS[kind](world)
    with pytest.raises(ContentRejected, match="video"):
        page.follow(content)
    assert live(world) == before


def test_a_video_in_work_is_looked_at_again_and_never_slept_for(page: Stage, world: World) -> None:
    world.switches.set({"meta.video_processing_s": 120})
    journal = page.journal()
    told = page.once(KINDS["reel"](world), journal)
    assert told == Processing(timedelta(seconds=3), "Facebook is processing the video.")


def test_a_link_beside_files_stands_below_the_text(page: Stage, world: World) -> None:
    content = Content(text="Look", link="https://example.org/a", media=post(image(world)).media)
    published = page.follow(content)
    found = next(item for item in world.meta.state.posts_of(demo.BAKERY) if item.id == published.external_id)
    assert found.message == "Look\n\nhttps://example.org/a"


def test_posts_of_other_jobs_are_passed_over(page: Stage, world: World, trouble: Trouble) -> None:
    content = post(text="Twice the same words")
    first = page.follow(content)
    world.clock.advance(90)
    journal = page.journal()
    journal.others = {first.external_id}
    until_announced(page, content, journal, lambda: trouble("lost_before", method="POST", path="*/feed"))
    assert page.look(content, journal, after=15) == NotThere(final=False)


def test_a_story_used_as_a_reel_without_a_video_is_refused_before_any_call(page: Stage, wire: Listening) -> None:
    odd = File(MediaKind.DOCUMENT, "application/pdf", b"%PDF")
    for content in (post(format="reel"), post(odd), post(odd, format="story")):
        with pytest.raises(ContentRejected):
            page.once(content, page.journal())
    assert wire.heard == []
