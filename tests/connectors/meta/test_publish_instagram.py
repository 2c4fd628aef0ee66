"""Posts on Instagram: prepared, waited for as rows, published once, and found after a lost answer."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings

from connectors.errors import (
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.types import Content, MediaKind, NotThere, Processing, Published
from sandbox.meta import demo
from sandbox.world import World
from tests.connectors.meta.conftest import Listening, Trouble
from tests.connectors.meta.stage import Died, File, Journal, Stage, image, paths, post, video

Make = Callable[[World], Content]
KINDS: dict[str, Make] = {
    "image": lambda world: post(image(world), alt="A croissant", collaborators=["@cafe.zoe"]),
    "carousel": lambda world: post(image(world), video(world), image(world, shade=3)),
    "reel": lambda world: post(video(world), format="reel", share_to_feed=False, thumb_offset_ms=2000),
    "video of the feed": lambda world: post(video(world)),
    "image story": lambda world: post(image(world, 1080, 1920), text="", format="story"),
    "video story": lambda world: post(video(world), text="", format="story"),
}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
PUBLISHED_TYPE = {
    "image": ("IMAGE", "FEED"),
    "carousel": ("CAROUSEL_ALBUM", "FEED"),
    "reel": ("VIDEO", "REELS"),
    "video of the feed": ("VIDEO", "REELS"),
    "image story": ("IMAGE", "STORY"),
    "video story": ("VIDEO", "STORY"),
}


def live(world: World) -> list[str]:
    """The ids of everything public on the bakery's account."""
    return [media.id for media in world.meta.state.instagram.media if media.account_id == demo.IG_BAKERY]


def survive(stage: Stage, content: Content, journal: Journal) -> Published:
    """Attempt until it is public; after a death or doubt look first where something was announced."""
    for _ in range(80):
        try:
            told = stage.once(content, journal)
        except (Died, OutcomeUnknown):
            if journal.announced_at is None:
                journal.next_attempt(settled=True)
                continue
            found = stage.look(content, journal, after=20)
            for _ in range(30):
                if not isinstance(found, NotThere) or found.final:
                    break
                found = stage.look(content, journal, after=60)
            if isinstance(found, Published):
                return found
            assert isinstance(found, NotThere)
            journal.next_attempt(settled=True)
            continue
        if isinstance(told, Published):
            return told
        stage.world.clock.advance(told.look_again_after.total_seconds())
        journal.next_attempt(settled=True)
    raise AssertionError("it never became public")


def arm_at_announcement(journal: Journal, arm: Callable[[], None]) -> None:
    """Script trouble for the call that is announced next."""
    inner = journal.announce

    def announce(step: str) -> None:
        inner(step)
        journal.announce = inner  # type: ignore[method-assign]
        arm()

    journal.announce = announce  # type: ignore[method-assign]


def to_doubt(stage: Stage, content: Content, journal: Journal, arm: Callable[[], None]) -> None:
    arm_at_announcement(journal, arm)
    with pytest.raises(OutcomeUnknown):
        stage.follow(content, journal)


@EVERY_KIND
@pytest.mark.parametrize("by", ["upload", "url"])
def test_every_kind_goes_out_once_and_only_its_publication_is_announced(
    instagram: Stage, world: World, wire: Listening, kind: str, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "META_MEDIA_BY", by)
    journal, content = instagram.journal(), KINDS[kind](world)
    published = instagram.follow(content, journal)
    assert live(world) == [published.external_id]
    assert journal.announcements == ["media_publish"]
    assert "instagram.com/" in published.permalink
    assert published.external_id not in published.permalink, "the address is read and never made of an id"
    assert paths(wire.heard).count("media_publish") == 1
    videos = sum(attachment.file.kind is MediaKind.VIDEO for attachment in content.media)
    assert sum("rupload" in str(request.url) for request in wire.heard) == (videos if by == "upload" else 0)
    json.dumps(journal.notes)


@EVERY_KIND
def test_a_worker_may_die_at_any_note_or_announcement_and_nothing_goes_out_twice(
    instagram: Stage, world: World, kind: str
) -> None:
    rehearsal = instagram.journal()
    instagram.follow(KINDS[kind](world), rehearsal)
    for step in dict.fromkeys(rehearsal.told):
        world.clock.advance(7200)
        before, journal = set(live(world)), instagram.journal()
        journal.dies_at = step
        published = survive(instagram, KINDS[kind](world), journal)
        assert journal.dies_at == "", f"the worker never came to {step}"
        assert set(live(world)) - before == {published.external_id}, step


@pytest.mark.parametrize("fault", ["lost_after_success", "lost_before"])
def test_a_lost_answer_to_putting_a_carousel_together_costs_new_files_and_no_post(
    instagram: Stage, world: World, trouble: Trouble, fault: str
) -> None:
    journal, content = instagram.journal(), KINDS["carousel"](world)
    inner = journal.note

    def note(key: str, value: object) -> None:
        inner(key, value)
        if key == "assembling" and value:
            journal.note = inner  # type: ignore[method-assign]
            trouble(fault, path="*/media")

    journal.note = note  # type: ignore[method-assign]
    published = survive(instagram, content, journal)
    assert live(world) == [published.external_id]


def test_a_carousel_that_was_surely_not_put_together_keeps_its_files(
    instagram: Stage, world: World, trouble: Trouble, wire: Listening
) -> None:
    journal, content = instagram.journal(), KINDS["carousel"](world)
    inner = journal.note

    def note(key: str, value: object) -> None:
        inner(key, value)
        if key == "assembling" and value:
            journal.note = inner  # type: ignore[method-assign]
            trouble("platform_error", path="*/media", error={"code": 9004, "subcode": 2207052})

    journal.note = note  # type: ignore[method-assign]
    with pytest.raises(TransientError):
        instagram.follow(content, journal)
    assert paths(wire.heard).count("media") == 4
    journal.next_attempt(settled=True)
    published = instagram.follow(content, journal)
    assert live(world) == [published.external_id]
    assert paths(wire.heard).count("media") == 5


@EVERY_KIND
def test_a_lost_answer_to_the_publication_is_found_by_its_container_and_the_accounts_list(
    instagram: Stage, world: World, trouble: Trouble, wire: Listening, kind: str
) -> None:
    journal, content = instagram.journal(), KINDS[kind](world)
    instagram.follow(KINDS[kind](world))
    before = set(live(world))
    world.clock.advance(10)
    to_doubt(instagram, content, journal, lambda: trouble("lost_after_success", path="*/media_publish"))
    found = instagram.look(content, journal, after=15)
    assert isinstance(found, Published)
    assert {found.external_id} == set(live(world)) - before, "not the older one that looks the same"
    assert "instagram.com/" in found.permalink


@EVERY_KIND
def test_a_publication_that_never_arrived_is_sent_again_with_the_same_container(
    instagram: Stage, world: World, trouble: Trouble, wire: Listening, kind: str
) -> None:
    journal, content = instagram.journal(), KINDS[kind](world)
    to_doubt(instagram, content, journal, lambda: trouble("lost_before", path="*/media_publish"))
    assert instagram.look(content, journal, after=15) == NotThere(final=False)
    assert instagram.look(content, journal, after=settings.META_SETTLE.total_seconds()) == NotThere(final=True)
    journal.next_attempt(settled=True)
    made = paths(wire.heard).count("media")
    published = instagram.follow(content, journal)
    assert live(world) == [published.external_id]
    assert paths(wire.heard).count("media") == made


@pytest.mark.parametrize(
    "error",
    [
        {"code": 4, "subcode": 2207051},
        {"code": -1, "subcode": 2207001},
        {"code": -1},
        {"code": 1},
        {"code": 2},
    ],
    ids=str,
)
def test_a_refusal_of_a_post_that_is_live_is_looked_into_before_anything_is_said(
    instagram: Stage, world: World, trouble: Trouble, error: dict[str, int]
) -> None:
    journal, content = instagram.journal(), KINDS["image"](world)
    to_doubt(
        instagram,
        content,
        journal,
        lambda: trouble("error_after_success", path="*/media_publish", error=error, status=400),
    )
    found = instagram.look(content, journal, after=5)
    assert isinstance(found, Published)
    assert live(world) == [found.external_id]


def test_what_was_judged_as_spam_and_is_not_there_rests_for_hours(
    instagram: Stage, world: World, trouble: Trouble
) -> None:
    journal, content = instagram.journal(), KINDS["image"](world)
    spam = {"code": 4, "subcode": 2207051}
    to_doubt(instagram, content, journal, lambda: trouble("platform_error", path="*/media_publish", error=spam))
    assert instagram.look(content, journal, after=200) == NotThere(final=True)
    journal.next_attempt(settled=True)
    with pytest.raises(ReconnectRequired, match="spam") as told:
        instagram.once(content, journal)
    assert not told.value.connection_ended
    world.clock.advance(4 * 3600)
    journal.next_attempt(settled=True)
    assert [instagram.follow(content, journal).external_id] == live(world)


def test_a_list_that_lags_is_waited_for_and_a_live_post_without_a_name_is_still_published(
    instagram: Stage, world: World, trouble: Trouble
) -> None:
    world.switches.set({"meta.list_lag_s": 3600})
    journal, content = instagram.journal(), KINDS["image"](world)
    to_doubt(instagram, content, journal, lambda: trouble("lost_after_success", path="*/media_publish"))
    assert instagram.look(content, journal, after=15) == NotThere(final=False)
    found = instagram.look(content, journal, after=200)
    assert found == Published(journal.notes["container"]["id"], "")


def test_a_post_of_another_job_with_the_same_words_is_not_taken_for_ours(
    instagram: Stage, world: World, trouble: Trouble
) -> None:
    journal, content = instagram.journal(), KINDS["image"](world)
    to_doubt(instagram, content, journal, lambda: trouble("lost_after_success", path="*/media_publish"))
    journal.others = set(live(world))
    assert instagram.look(content, journal, after=15) == NotThere(final=False)


def test_waiting_is_a_row_and_grows_longer(instagram: Stage, world: World) -> None:
    world.switches.set({"meta.ig_image_processing_s": 400})
    journal, content, waits = instagram.journal(), KINDS["image"](world), []
    for _ in range(10):
        told = instagram.once(content, journal)
        assert isinstance(told, Processing)
        waits.append(told.look_again_after.total_seconds())
        world.clock.advance(waits[-1])
        journal.next_attempt(settled=True)
    assert waits == [3, 5, 10, 20, 30, 30, 30, 60, 60, 60]


def test_a_container_that_expired_is_made_anew(instagram: Stage, world: World, wire: Listening) -> None:
    world.switches.set({"meta.ig_image_processing_s": 10})
    journal, content = instagram.journal(), KINDS["image"](world)
    instagram.once(content, journal)
    world.clock.advance(25 * 3600)
    journal.next_attempt(settled=True)
    published = instagram.follow(content, journal)
    assert live(world) == [published.external_id]
    assert paths(wire.heard).count("media") == 2


def test_a_container_that_never_gets_ready_is_made_anew_once_and_then_a_person_is_asked(
    instagram: Stage, world: World, wire: Listening
) -> None:
    world.switches.set({"meta.ig_fate": "stalls"})
    journal, content = instagram.journal(), KINDS["image"](world)
    with pytest.raises(UnexpectedAnswer, match="within a day"):
        instagram.follow(content, journal, most=700)
    assert paths(wire.heard).count("media") == 2
    assert journal.announcements == []


def test_a_failed_container_is_told_by_the_subcode_in_its_status(instagram: Stage, world: World) -> None:
    world.switches.set({"meta.ig_fate": "fails"})
    with pytest.raises((ContentRejected, TransientError)) as told:
        instagram.follow(KINDS["reel"](world))
    assert told.value.reply.subcode.startswith("2207")


def test_containers_are_read_with_the_persons_token_where_the_pages_is_refused(instagram: Stage, world: World) -> None:
    world.switches.set({"meta.ig_page_token_reads": False})
    published = instagram.follow(KINDS["image"](world))
    assert "instagram.com/" in published.permalink


def test_a_dead_token_of_the_person_does_not_stop_a_publication(instagram: Stage, world: World) -> None:
    keys = instagram.connector.keys
    keys.secrets.pop("access_token")  # type: ignore[attr-defined]
    assert [instagram.follow(KINDS["image"](world)).external_id] == live(world)


def test_the_days_posts_are_read_and_waited_for_before_anything_is_announced(instagram: Stage, world: World) -> None:
    world.switches.set({"meta.ig_quota_total": 1})
    instagram.follow(KINDS["image"](world))
    journal = instagram.journal()
    with pytest.raises(RateLimited, match="1 of its 1") as told:
        instagram.follow(KINDS["image"](world), journal)
    assert told.value.retry_after == timedelta(hours=1)
    assert journal.announcements == []
    world.clock.advance(25 * 3600)
    journal.next_attempt(settled=True)
    instagram.follow(KINDS["image"](world), journal)


def test_a_quota_refused_at_the_last_moment_closes_no_budget_for_reads(
    instagram: Stage, world: World, trouble: Trouble
) -> None:
    journal, content = instagram.journal(), KINDS["image"](world)
    quota = {"code": 9, "subcode": 2207042}
    arm_at_announcement(journal, lambda: trouble("platform_error", path="*/media_publish", error=quota))
    with pytest.raises(RateLimited) as told:
        instagram.follow(content, journal)
    assert told.value.retry_after == timedelta(hours=1)
    journal.next_attempt(settled=True)
    assert [instagram.follow(content, journal).external_id] == live(world)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_post_not_found_right_after_it_was_prepared_is_tried_again_then_made_anew(
    instagram: Stage, world: World, trouble: Trouble, wire: Listening, times: int
) -> None:
    journal, content = instagram.journal(), KINDS["image"](world)
    missing = {"code": 24, "subcode": 2207008}
    trouble("platform_error", path="*/media_publish", error=missing, times=times)
    for _ in range(2):
        try:
            published = instagram.follow(content, journal)
            break
        except TransientError:
            journal.next_attempt(settled=True)
    assert live(world) == [published.external_id]
    assert paths(wire.heard).count("media") == (2 if times == 3 else 1)


def test_what_is_never_found_ends_with_the_permission(instagram: Stage, world: World, trouble: Trouble) -> None:
    journal, content = instagram.journal(), KINDS["image"](world)
    trouble("platform_error", path="*/media_publish", error={"code": 24, "subcode": 2207006}, times=None)
    with pytest.raises(TransientError):
        instagram.follow(content, journal)
    journal.next_attempt(settled=True)
    with pytest.raises(ReconnectRequired) as told:
        instagram.follow(content, journal)
    assert told.value.missing_scope == "instagram_content_publish"


def test_a_post_that_is_not_ready_keeps_its_container(
    instagram: Stage, world: World, trouble: Trouble, wire: Listening
) -> None:
    trouble("platform_error", path="*/media_publish", error={"code": 9007, "subcode": 2207027})
    assert [instagram.follow(KINDS["carousel"](world)).external_id] == live(world)
    assert paths(wire.heard).count("media") == 4


def test_a_video_upload_goes_on_at_the_byte_where_it_broke(instagram: Stage, world: World, wire: Listening) -> None:
    world.switches.set({"meta.upload_takes_bytes": 600})
    journal, content = instagram.journal(), KINDS["reel"](world)
    with pytest.raises((TransientError, OutcomeUnknown)):
        instagram.follow(content, journal)
    world.switches.set({"meta.upload_takes_bytes": 0})
    journal.next_attempt(settled=True)
    instagram.follow(content, journal)
    assert [request.headers["offset"] for request in wire.heard if "rupload" in str(request.url)] == ["0", "600"]
    assert paths(wire.heard).count("media") == 1


def test_what_an_author_changed_between_two_tries_is_prepared_anew(instagram: Stage, world: World) -> None:
    journal, file = instagram.journal(), image(world)
    journal.dies_at = "note container"
    with pytest.raises(Died):
        instagram.once(post(file, text="The frist words"), journal)
    journal.next_attempt(settled=True)
    published = instagram.follow(post(file, text="The first words"), journal)
    shown = next(media for media in world.meta.state.instagram.media if media.id == published.external_id)
    assert shown.caption == "The first words"


def test_a_post_in_doubt_whose_words_were_changed_is_still_looked_for(
    instagram: Stage, world: World, trouble: Trouble
) -> None:
    journal, file = instagram.journal(), image(world)
    to_doubt(
        instagram, post(file, text="Before"), journal, lambda: trouble("lost_after_success", path="*/media_publish")
    )
    found = instagram.look(post(file, text="After"), journal, after=400)
    assert isinstance(found, Published), "never sent a second time"


def test_text_alone_and_documents_are_refused_before_any_call(instagram: Stage, wire: Listening) -> None:
    odd = File(MediaKind.DOCUMENT, "application/pdf", b"%PDF")
    for content in (post(), post(odd), post(odd, odd), post(format="reel")):
        with pytest.raises(ContentRejected):
            instagram.once(content, instagram.journal())
    assert wire.heard == []


@pytest.mark.parametrize("form", ["an image", "a story", "in a carousel"])
def test_a_picture_that_is_no_jpeg_reaches_instagram_as_the_one_made_of_it(
    instagram: Stage, world: World, wire: Listening, form: str
) -> None:
    made = image(world)
    png = File(MediaKind.IMAGE, "image/png", b"\x89PNG", 1080, 1350, jpeg=made)
    others = [image(world, shade=5)] if form == "in a carousel" else []
    content = post(*others, png, format="story", text="") if form == "a story" else post(*others, png, alt="A loaf")
    journal = instagram.journal()
    published = instagram.follow(content, journal)
    assert live(world) == [published.external_id]
    assert png.wanted == [1_920]
    sent = [json.loads(request.body or b"{}") for request in wire.heard if str(request.url).endswith("/media")]
    assert [body["image_url"] for body in sent if "image_url" in body][-1] == made.public_url


def test_a_jpeg_that_is_far_too_long_is_made_smaller_and_others_go_as_they_are(instagram: Stage, world: World) -> None:
    long = image(world, 2_400, 3_000, claimed_bytes=9 << 20, jpeg=image(world, shade=4))
    instagram.follow(post(long))
    assert long.wanted == [1_920]
    as_it_is = image(world, 2_400, 3_000, shade=6)
    instagram.follow(post(as_it_is))
    assert as_it_is.wanted == []


def test_settings_reach_instagram_where_they_belong(instagram: Stage, world: World, wire: Listening) -> None:
    tagged = [{"username": "@cafe.zoe", "x": 0.5, "y": 0.25, "file": 0}, {"username": "applegarden", "file": 1}]
    content = post(image(world), video(world), alt="Bread", user_tags=tagged, collaborators=["cafe.zoe"])
    instagram.follow(content)
    sent = [json.loads(request.body or b"{}") for request in wire.heard if str(request.url).endswith("/media")]
    first, second, parent = sent
    assert first["user_tags"] == [{"username": "cafe.zoe", "x": 0.5, "y": 0.25}]
    assert first["alt_text"] == "Bread"
    assert second["user_tags"] == [{"username": "applegarden"}]
    assert (second["media_type"], second["upload_type"], "alt_text" in second) == ("VIDEO", "resumable", False)
    assert (parent["media_type"], parent["caption"], parent["collaborators"]) == (
        "CAROUSEL",
        content.text,
        ["cafe.zoe"],
    )
    assert not {"caption", "collaborators"} & {*first, *second}
