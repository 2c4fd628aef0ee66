"""Reels and stories on a Page: announced, uploaded to another host, finished, processed."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox import pictures
from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import Hub, error_of
from tests.sandbox.meta.instagram import MEDIA
from tests.sandbox.meta.trouble import script

REELS, STORIES = f"/{demo.BAKERY}/video_reels", f"/{demo.BAKERY}/video_stories"
REEL = pictures.mp4(1080, 1920, 12)


class Reels:
    """A Page that makes reels."""

    def __init__(self, world: World, hub: Hub, session: requests.Session, token: str) -> None:
        self.world, self.hub, self.session, self.token = world, hub, session, token

    def start(self, path: str = REELS) -> tuple[str, str]:
        answer = self.hub.call("POST", path, self.token, json={"upload_phase": "start"}).json()
        return answer["video_id"], answer["upload_url"]

    def send(self, url: str, body: bytes = b"", **headers: Any) -> requests.Response:
        said = {"Authorization": f"OAuth {self.token}", **{name: str(value) for name, value in headers.items()}}
        return self.session.post(url, data=body, headers=said, timeout=10)

    def finish(self, video_id: str, path: str = REELS, **more: Any) -> requests.Response:
        wish = {"upload_phase": "finish", "video_id": video_id, **more}
        return self.hub.call("POST", path, self.token, json=wish)

    def status(self, video_id: str) -> dict[str, Any]:
        answer = self.hub.call("GET", f"/{video_id}", self.token, params={"fields": "status"}).json()
        status: dict[str, Any] = answer["status"]
        return status

    def uploaded(self, body: bytes = REEL, path: str = REELS) -> str:
        video_id, url = self.start(path)
        assert self.send(url, body, offset=0, file_size=len(body)).json() == {"success": True}
        return video_id


@pytest.fixture
def reels(world: World, hub: Hub, session: requests.Session, page_token: str) -> Reels:
    return Reels(world, hub, session, page_token)


def test_a_reel_goes_through_its_phases(reels: Reels, world: World) -> None:
    video_id, url = reels.start()
    assert url.startswith("https://rupload.facebook.com/video-upload/v25.0/")
    assert reels.status(video_id)["uploading_phase"]["status"] == "not_started"
    assert error_of(reels.finish(video_id))[:2] == (400, 6000)
    assert reels.send(url, REEL, offset=0, file_size=len(REEL)).json() == {"success": True}
    assert reels.status(video_id)["video_status"] == "upload_complete"
    wish = {"video_state": "PUBLISHED", "description": "How we fold"}
    assert reels.finish(video_id, **wish).json() == {"success": True}
    for _ in range(3):
        assert reels.status(video_id)["processing_phase"]["status"] == "in_progress"
        world.clock.advance(1)
    world.clock.advance(10)
    assert reels.status(video_id)["publishing_phase"]["publish_status"] == "published"
    (item,) = world.meta.timeline(demo.BAKERY)
    assert (item.text, item.media[0].kind) == ("How we fold", "video")
    assert reels.session.get(f"https://www.facebook.com/reel/{video_id}").status_code == 200
    listed = reels.hub.call("GET", REELS, reels.token).json()["data"]
    assert [row["id"] for row in listed] == [video_id]


def test_an_upload_resumes_where_the_status_says(reels: Reels, world: World) -> None:
    world.switches.set({"meta.upload_takes_bytes": 9_000})
    video_id, url = reels.start()
    first = reels.send(url, REEL, offset=0, file_size=len(REEL))
    assert (first.status_code, first.json()["debug_info"]["type"]) == (400, "PartialRequestError")
    wrong = reels.send(url, REEL[5:], offset=5, file_size=len(REEL)).json()
    assert wrong["debug_info"]["type"] == "OffsetInvalidError"
    world.switches.set({"meta.upload_takes_bytes": 0})
    offset = reels.status(video_id)["uploading_phase"]["bytes_transfered"]
    assert offset == 9_000
    assert reels.send(url, REEL[offset:], offset=offset, file_size=len(REEL)).json() == {"success": True}
    video = world.meta.state.library.videos.get(video_id)
    assert video is not None
    assert world.media.kept(video.digest) == REEL


def test_a_lost_answer_from_the_upload_host_leaves_the_bytes_there(reels: Reels, world: World) -> None:
    video_id, url = reels.start()
    script(world, "meta-upload-lost")
    with pytest.raises(requests.ConnectionError):
        reels.send(url, REEL, offset=0, file_size=len(REEL))
    assert reels.status(video_id)["video_status"] == "upload_complete"
    assert reels.finish(video_id).ok


def test_the_upload_host_fetches_an_address_too(reels: Reels) -> None:
    video_id, url = reels.start()
    assert reels.send(url, file_url=f"{MEDIA}/reel.mp4").json() == {"success": True}
    assert reels.status(video_id)["video_status"] == "upload_complete"


@pytest.mark.parametrize("address", [f"{MEDIA}/missing.mp4", f"{MEDIA}/page.html", "https://video.fbcdn.net/a.mp4"])
def test_a_failed_upload_has_a_shape_of_its_own(reels: Reels, address: str) -> None:
    video_id, url = reels.start()
    refused = reels.send(url, file_url=address)
    assert refused.status_code == 400
    assert refused.json()["debug_info"]["type"] == "ProcessingFailedError"
    assert refused.json()["debug_info"]["retriable"] is False
    assert "error" not in refused.json()
    assert error_of(reels.finish(video_id))[:2] == (400, 6000)


def test_the_upload_host_wants_the_word_oauth_and_this_pages_token(reels: Reels, hub: Hub, user_token: str) -> None:
    _, url = reels.start()
    headers = {"offset": "0", "file_size": "4"}
    for authorization in (
        f"Bearer {reels.token}",
        "OAuth EAAguess",
        f"OAuth {hub.page_token(user_token, demo.BICYCLES)}",
        f"OAuth {user_token}",
    ):
        refused = reels.session.post(url, data=b"abcd", headers={**headers, "Authorization": authorization}, timeout=10)
        assert refused.status_code in (400, 401, 403)
        assert refused.json()["debug_info"]["type"] == "NotAuthorizedError"


@pytest.mark.parametrize(
    "body",
    [pictures.mp4(1080, 1920, 1), pictures.mp4(1080, 1920, 95), pictures.mp4(1920, 1080, 9), pictures.mp4(360, 640, 9)],
    ids=["too short", "too long", "lying", "small"],
)
def test_a_reel_of_the_wrong_shape_fails_in_processing(reels: Reels, world: World, body: bytes) -> None:
    video_id = reels.uploaded(body)
    assert reels.finish(video_id).ok
    world.clock.advance(10)
    assert reels.status(video_id)["video_status"] == "error"
    assert list(world.meta.timeline(demo.BAKERY)) == []


def test_the_other_spelling_of_a_status_is_a_switch(reels: Reels, world: World) -> None:
    world.switches.set({"meta.status_spelling": "spec"})
    status = reels.status(reels.uploaded())
    assert status["uploading_phase"]["status"] == "completed"
    assert "bytes_transferred" in status["uploading_phase"]


def test_a_reel_is_finished_once(reels: Reels) -> None:
    video_id = reels.uploaded()
    assert reels.finish(video_id).ok
    assert error_of(reels.finish(video_id)) == (400, 100, 0)


def test_a_page_publishes_only_so_many_reels_a_day(reels: Reels, world: World) -> None:
    world.switches.set({"meta.reels_per_day": 2})
    for _ in range(2):
        assert reels.finish(reels.uploaded()).ok
    refused = reels.hub.call("POST", REELS, reels.token, json={"upload_phase": "start"})
    assert error_of(refused)[:2] == (400, 613)
    world.clock.advance(86_401)
    assert reels.finish(reels.uploaded()).ok


def test_a_draft_stays_a_draft_and_a_scheduled_reel_goes_live_by_the_clock(reels: Reels, world: World) -> None:
    assert reels.finish(reels.uploaded(), video_state="DRAFT").ok
    video_id = reels.uploaded()
    late: dict[str, Any] = {"video_state": "SCHEDULED", "scheduled_publish_time": world.now() + 31 * 86_400}
    assert error_of(reels.finish(video_id, **late)) == (400, 100, 0)
    assert reels.finish(video_id, video_state="SCHEDULED", scheduled_publish_time=world.now() + 3600).ok
    world.clock.advance(100)
    assert list(world.meta.timeline(demo.BAKERY)) == []
    world.clock.advance(3600)
    assert len(list(world.meta.timeline(demo.BAKERY))) == 1


def test_a_photo_story_shows_an_unused_photo_for_a_day(reels: Reels, world: World, hub: Hub) -> None:
    wish = {"url": f"{MEDIA}/tall.jpg", "published": False}
    photo_id = hub.call("POST", f"/{demo.BAKERY}/photos", reels.token, json=wish).json()["id"]
    made = hub.call("POST", f"/{demo.BAKERY}/photo_stories", reels.token, json={"photo_id": photo_id}).json()
    assert made["success"] is True
    again = hub.call("POST", f"/{demo.BAKERY}/photo_stories", reels.token, json={"photo_id": photo_id})
    assert error_of(again) == (400, 100, 1366051)
    (story,) = hub.call("GET", f"/{demo.BAKERY}/stories", reels.token).json()["data"]
    assert (story["post_id"], story["media_id"], story["media_type"]) == (made["post_id"], photo_id, "photo")
    assert reels.session.get(story["url"]).status_code == 200
    assert hub.call("GET", f"/{demo.BAKERY}/published_posts", reels.token).json()["data"] == []
    world.clock.advance(86_401)
    assert hub.call("GET", f"/{demo.BAKERY}/stories", reels.token).json()["data"][0]["status"] == "ARCHIVED"
    world.switches.set({"meta.story_archive": False})
    assert hub.call("GET", f"/{demo.BAKERY}/stories", reels.token).json()["data"] == []
    assert reels.session.get(story["url"]).status_code == 404


def test_a_video_story_is_found_again_by_the_video_that_was_uploaded(reels: Reels, world: World) -> None:
    video_id = reels.uploaded(path=STORIES)
    made = reels.finish(video_id, path=STORIES).json()
    assert made["success"] is True
    world.clock.advance(10)
    (story,) = reels.hub.call("GET", f"/{demo.BAKERY}/stories", reels.token).json()["data"]
    assert (story["media_id"], story["post_id"]) == (video_id, made["post_id"])
    long_id = reels.uploaded(pictures.mp4(1080, 1920, 61), path=STORIES)
    reels.finish(long_id, path=STORIES)
    world.clock.advance(10)
    assert reels.status(long_id)["video_status"] == "error"


def test_the_first_comment_goes_to_the_reel_once_it_is_live(reels: Reels, world: World) -> None:
    video_id = reels.uploaded()
    reels.finish(video_id)
    wish = {"message": "Recipe in the link"}
    assert error_of(reels.hub.call("POST", f"/{video_id}/comments", reels.token, json=wish)) == (400, 100, 33)
    world.clock.advance(10)
    comment = reels.hub.call("POST", f"/{video_id}/comments", reels.token, json=wish).json()["id"]
    world.switches.set({"meta.video_post_id_is_full": True})
    params = {"fields": "post_id"}
    post_id = reels.hub.call("GET", f"/{video_id}", reels.token, params=params).json()["post_id"]
    for node in (video_id, post_id):
        rows = reels.hub.call("GET", f"/{node}/comments", reels.token).json()["data"]
        assert [row["id"] for row in rows] == [comment]
