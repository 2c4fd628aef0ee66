"""How a publish moves by the town's clock, what it ends as, and what is said of it on the way."""

from __future__ import annotations

import pytest

from sandbox.tiktok import demo
from sandbox.tiktok.switches import FAIL_REASONS
from sandbox.world import World
from tests.media.making import webm
from tests.sandbox.tiktok.conftest import Connect
from tests.sandbox.tiktok.hub import SELF, Hub, error_of, film, pull


def test_a_public_post_gets_its_id_after_moderation_and_beyond_what_a_double_holds(world: World, hub: Hub) -> None:
    publish_id = hub.publish()
    assert hub.status(publish_id)["status"] == "PROCESSING_UPLOAD"
    world.clock.advance(3)
    assert hub.status(publish_id)["status"] == "PUBLISH_COMPLETE"
    assert hub.status(publish_id)["publicaly_available_post_id"] == []
    world.clock.advance(20)
    answer = hub.call("/v2/post/publish/status/fetch/", {"publish_id": publish_id})
    (post_id,) = answer.json()["data"]["publicaly_available_post_id"]
    assert 2**53 < post_id < 2**63
    assert f"[{post_id}]" in answer.text
    (item,) = world.tiktok.timeline()
    assert item.id == str(post_id)


@pytest.mark.parametrize("level", [SELF, "MUTUAL_FOLLOW_FRIENDS"])
def test_a_post_that_is_not_for_everyone_never_gets_an_id(world: World, hub: Hub, level: str) -> None:
    publish_id = hub.publish(privacy_level=level)
    world.clock.advance(7_000)
    told = hub.status(publish_id)
    assert (told["status"], told["publicaly_available_post_id"]) == ("PUBLISH_COMPLETE", [])
    world.switches.set({"tiktok.no_post_id": "missing"})
    assert "publicaly_available_post_id" not in hub.status(publish_id)


def test_time_is_the_towns(world: World, hub: Hub) -> None:
    world.switches.set({"tiktok.processing_s": 3_600, "tiktok.moderation_s": 600})
    publish_id = hub.publish()
    world.clock.advance(3_599)
    assert hub.status(publish_id)["status"] == "PROCESSING_UPLOAD"
    world.clock.advance(601)
    (post_id,) = hub.status(publish_id)["publicaly_available_post_id"]
    post = world.tiktok.state.posts.get(str(post_id))
    assert post is not None
    # It happened when it was due, not when somebody looked.
    assert post.created_ms // 1000 == world.now() - 600


@pytest.mark.parametrize("reason", FAIL_REASONS)
def test_every_fail_reason_can_be_met_and_is_a_good_answer(world: World, hub: Hub, reason: str) -> None:
    world.switches.set({"tiktok.fate": reason})
    publish_id = hub.publish()
    world.clock.advance(3)
    answer = hub.call("/v2/post/publish/status/fetch/", {"publish_id": publish_id})
    assert answer.status_code == 200
    assert answer.json()["error"]["code"] == "ok"
    assert answer.json()["data"]["fail_reason"] == reason
    assert list(world.tiktok.timeline()) == []


def test_a_post_can_be_stuck_for_ever_and_be_freed(world: World, hub: Hub) -> None:
    world.switches.set({"tiktok.fate": "stuck"})
    publish_id = hub.publish()
    world.switches.set({"tiktok.fate": None})
    world.clock.advance(6 * 86_400)
    hub.refresh()
    assert hub.status(publish_id)["status"] == "PROCESSING_UPLOAD"
    world.switches.set({"tiktok.status_word": "unknown"})
    assert hub.status(publish_id)["status"] == "PROCESSING_REVIEW"
    hub.lever("publishes", {"publish_id": publish_id, "fate": "works"})
    assert hub.status(publish_id)["status"] == "PUBLISH_COMPLETE"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (film(width=358), "picture_size_check_failed"),
        (film(width=1080, height=4098), "picture_size_check_failed"),
        (film(seconds=601), "duration_check_failed"),
        (film(frames_per_s=15), "frame_rate_check_failed"),
        (film(frames_per_s=90), "frame_rate_check_failed"),
        (film(codec="mp4v"), "file_format_check_failed"),
        (b"GIF89a" + bytes(60_000), "file_format_check_failed"),
        (webm(width=200), "picture_size_check_failed"),
        (webm(width=640, height=360), ""),
        (webm()[:40], "file_format_check_failed"),
        (film(frames_per_s=25, brand="qt  "), ""),
        (film(codec="hvc1", seconds=600), ""),
    ],
    ids=["narrow", "tall", "long", "slow", "fast", "codec", "gif", "small webm", "webm", "broken webm", "mov", "hevc"],
)
def test_a_file_is_judged_by_what_it_is(world: World, hub: Hub, body: bytes, reason: str) -> None:
    publish_id = hub.publish(body)
    world.clock.advance(3)
    told = hub.status(publish_id)
    assert (told["status"], told.get("fail_reason", "")) == ("FAILED" if reason else "PUBLISH_COMPLETE", reason)


def test_how_long_a_video_may_be_depends_on_the_creator_and_for_drafts_on_nobody(
    world: World, connect: Connect
) -> None:
    short = connect(user=demo.TEODOR)
    ids = [short.publish(film(seconds=181), privacy_level=SELF), short.publish(film(seconds=181), inbox=True)]
    world.clock.advance(3)
    assert [short.status(one)["status"] for one in ids] == ["FAILED", "SEND_TO_USER_INBOX"]


def test_whose_app_was_disconnected_meanwhile_is_not_posted_for(world: World, connect: Connect) -> None:
    hub, other = connect(), connect(user=demo.OSKAR)
    publish_id = hub.publish()
    world.tiktok.revoke({"user": hub.open_id})
    world.clock.advance(3)
    (told,) = other.look("publishes", publish_id=publish_id)["publishes"]
    assert (told["status"], told["fail_reason"]) == ("FAILED", "auth_removed")
    hub = connect()
    publish_id = hub.publish()
    hub.lever("creators", {"user": "naiara.etxe", "banned": True})
    world.clock.advance(3)
    assert hub.status(publish_id)["fail_reason"] == "spam_risk_user_banned_from_posting"


def test_a_status_is_told_to_the_account_it_is_of(connect: Connect) -> None:
    hub, other, unaudited = connect(), connect(user=demo.OSKAR), connect(app_key=demo.UNAUDITED_APP_KEY)
    publish_id = hub.publish()
    path = "/v2/post/publish/status/fetch/"
    for stranger in (other, unaudited):
        refused = stranger.call(path, {"publish_id": publish_id})
        assert error_of(refused) == (400, "token_not_authorized_for_specified_publish_id")
    for nonsense in ("v_pub_file~v2-1.1", "", 5, None):
        assert error_of(hub.call(path, {"publish_id": nonsense})) == (400, "invalid_publish_id")


def test_a_draft_is_published_when_the_creator_posts_it_and_perhaps_again(world: World, hub: Hub) -> None:
    publish_id = hub.publish(inbox=True)
    world.clock.advance(3)
    assert hub.status(publish_id)["status"] == "SEND_TO_USER_INBOX"
    (draft,) = world.tiktok.timeline()
    assert (draft.live, draft.id) == (False, publish_id)
    for _ in range(2):
        hub.lever("webhooks/post_draft", {"publish_id": publish_id, "queue": True})
    world.clock.advance(20)
    told = hub.status(publish_id)
    assert told["status"] == "PUBLISH_COMPLETE"
    assert len(told["publicaly_available_post_id"]) == 2
    assert [item.live for item in world.tiktok.timeline()] == [True, True]


def test_the_status_of_a_draft_may_never_advance(world: World, hub: Hub) -> None:
    world.switches.set({"tiktok.inbox_advances": False})
    publish_id = hub.publish(inbox=True)
    world.clock.advance(3)
    hub.lever("webhooks/post_draft", {"user": hub.open_id, "queue": True})
    assert hub.status(publish_id)["status"] == "SEND_TO_USER_INBOX"


def test_answers_may_have_more_or_less_in_them_than_documented(world: World, hub: Hub) -> None:
    plain = hub.creator_info().json()
    assert set(plain) == {"data", "error"}
    world.switches.set({"tiktok.extra_fields": True, "tiktok.log_id": "missing", "tiktok.failure_data": "empty"})
    told = hub.creator_info().json()
    assert set(told) > {"data", "error"}
    assert set(told["data"]) > set(plain["data"])
    assert "log_id" not in told["error"]
    assert hub.init(pull("http://x.example/")).json()["data"] == {"experiment_bucket": 7}
