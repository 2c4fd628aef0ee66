"""Videos on a Page: by address, by file, in chunks, and what processing makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import pictures
from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_ID
from sandbox.world import World
from tests.sandbox.hub import Hub, error_of
from tests.sandbox.meta.instagram import MEDIA

VIDEOS = f"/{demo.BAKERY}/videos"


def _read(hub: Hub, token: str, video_id: str, fields: str = "status,published,post_id,permalink_url") -> Any:
    return hub.call("GET", f"/{video_id}", token, params={"fields": fields}).json()


def test_a_video_is_processed_by_the_clock_and_then_has_a_post(world: World, hub: Hub, page_token: str) -> None:
    wish = {"file_url": f"{MEDIA}/clip.mp4", "title": "Kneading", "description": "How we knead"}
    video_id = hub.call("POST", VIDEOS, page_token, json=wish).json()["id"]
    seen = _read(hub, page_token, video_id)
    assert (seen["status"]["video_status"], seen["published"]) == ("processing", False)
    assert "post_id" not in seen
    assert hub.call("GET", f"/{demo.BAKERY}/published_posts", page_token).json()["data"] == []
    world.clock.advance(7)
    seen = _read(hub, page_token, video_id)
    assert (seen["status"]["video_status"], seen["published"]) == ("ready", True)
    assert seen["permalink_url"] == f"/{demo.BAKERY}/videos/{video_id}"
    (post,) = hub.call(
        "GET",
        f"/{demo.BAKERY}/published_posts",
        page_token,
        params={"fields": "id,message,attachments{media_type,target{id}},application{id}"},
    ).json()["data"]
    assert post["id"] == f"{demo.BAKERY}_{seen['post_id']}"
    assert post["message"] == "How we knead"
    assert post["attachments"]["data"] == [{"media_type": "video", "target": {"id": video_id}}]


def test_a_video_file_may_come_along(world: World, hub: Hub, page_token: str) -> None:
    body = pictures.mp4(640, 360, 5)
    answer = hub.call("POST", VIDEOS, page_token, data={"title": "x"}, files={"source": ("a.mp4", body, "video/mp4")})
    video = world.meta.state.library.videos.get(answer.json()["id"])
    assert video is not None
    assert world.media.kept(video.digest) == body
    assert _read(hub, page_token, video.id, "length")["length"] == 5.0


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"file_url": f"{MEDIA}/missing.mp4"}, 389),
        ({"file_url": f"{MEDIA}/square.jpg"}, 352),
        ({"file_url": f"{MEDIA}/broken.mp4"}, 352),
        ({"file_url": f"{MEDIA}/old-codec.mp4"}, 352),
        ({}, 100),
        ({"file_url": f"{MEDIA}/clip.mp4", "upload_phase": "start"}, 100),
    ],
)
def test_a_wrong_video_is_refused_with_its_code(hub: Hub, page_token: str, wish: dict[str, str], code: int) -> None:
    assert error_of(hub.call("POST", VIDEOS, page_token, json=wish))[:2] == (400, code)


def test_next_to_nothing_is_too_small(world: World, hub: Hub, page_token: str) -> None:
    world.media.plant("https://hub.example/tiny.mp4", b"\0\0\0\x08ftyp", "video/mp4")
    refused = hub.call("POST", VIDEOS, page_token, json={"file_url": "https://hub.example/tiny.mp4"})
    assert error_of(refused) == (400, 382, 0)


def test_trouble_may_show_in_the_status_instead(world: World, hub: Hub, page_token: str) -> None:
    world.switches.set({"meta.video_errors_at": "status"})
    video_id = hub.call("POST", VIDEOS, page_token, json={"file_url": f"{MEDIA}/broken.mp4"}).json()["id"]
    world.clock.advance(7)
    status = _read(hub, page_token, video_id)["status"]
    assert status["video_status"] == "error"
    assert "format" in status["processing_phase"]["error"]["message"]


@pytest.mark.parametrize(("fate", "word"), [("fails", "error"), ("stalls", "processing")])
def test_processing_can_fail_or_never_end(world: World, hub: Hub, page_token: str, fate: str, word: str) -> None:
    world.switches.set({"meta.video_fate": fate})
    video_id = hub.call("POST", VIDEOS, page_token, json={"file_url": f"{MEDIA}/clip.mp4"}).json()["id"]
    world.clock.advance(3600)
    seen = _read(hub, page_token, video_id)
    assert (seen["status"]["video_status"], seen["published"]) == (word, False)
    assert list(world.meta.timeline(demo.BAKERY)) == []


def test_chunks_are_taken_in_order_until_both_offsets_meet(world: World, hub: Hub, page_token: str) -> None:
    body = pictures.mp4(1280, 720, 20, size=50_000)
    world.switches.set({"meta.video_chunk_bytes": 20_000})
    begun = hub.call("POST", VIDEOS, page_token, json={"upload_phase": "start", "file_size": len(body)}).json()
    session, start, end = begun["upload_session_id"], begun["start_offset"], begun["end_offset"]
    assert (start, end) == ("0", "20000")

    def transfer(offset: str, chunk: bytes) -> Any:
        form = {"upload_phase": "transfer", "upload_session_id": session, "start_offset": offset}
        return hub.call("POST", VIDEOS, page_token, data=form, files={"video_file_chunk": ("c", chunk)})

    assert error_of(transfer("7", body[7:20_000]))[:2] == (400, 6001)
    early = {"upload_phase": "finish", "upload_session_id": session}
    assert error_of(hub.call("POST", VIDEOS, page_token, json=early))[:2] == (400, 6000)
    while start != end:
        answer = transfer(start, body[int(start) : int(end)]).json()
        start, end = answer["start_offset"], answer["end_offset"]
    finish = {"upload_phase": "FINISH", "upload_session_id": session, "title": "In parts", "description": "All here"}
    assert hub.call("POST", VIDEOS, page_token, json=finish).json() == {"success": True}
    video = world.meta.state.library.videos.get(begun["video_id"])
    assert video is not None
    assert world.media.kept(video.digest) == body
    world.clock.advance(7)
    assert [item.text for item in world.meta.timeline(demo.BAKERY)] == ["All here"]
    assert error_of(hub.call("POST", VIDEOS, page_token, json=finish))[:2] == (400, 6000)


def test_a_scheduled_video_waits_up_to_half_a_year(world: World, hub: Hub, page_token: str) -> None:
    wish = {"file_url": f"{MEDIA}/clip.mp4", "published": False, "description": "Later"}
    far = {**wish, "scheduled_publish_time": world.now() + 200 * 86_400}
    assert error_of(hub.call("POST", VIDEOS, page_token, json=far)) == (400, 100, 0)
    soon = {**wish, "scheduled_publish_time": world.now() + 60 * 86_400}
    video_id = hub.call("POST", VIDEOS, page_token, json=soon).json()["id"]
    world.clock.advance(10)
    assert _read(hub, page_token, video_id)["status"]["publishing_phase"]["publish_status"] == "scheduled"
    assert list(world.meta.timeline(demo.BAKERY)) == []
    world.clock.advance(60 * 86_400)
    assert [item.text for item in world.meta.timeline(demo.BAKERY)] == ["Later"]


def test_a_deleted_video_takes_its_post_along(world: World, hub: Hub, page_token: str) -> None:
    video_id = hub.call("POST", VIDEOS, page_token, json={"file_url": f"{MEDIA}/clip.mp4"}).json()["id"]
    world.clock.advance(7)
    assert len(list(world.meta.timeline(demo.BAKERY))) == 1
    assert hub.call("DELETE", f"/{video_id}", page_token).json() == {"success": True}
    assert list(world.meta.timeline(demo.BAKERY)) == []


def test_an_upload_session_of_the_person_ends_in_a_handle_that_is_the_pages_video(
    world: World, hub: Hub, user_token: str, page_token: str
) -> None:
    body = pictures.mp4(1280, 720, 20)
    opened = {"file_name": "a.mp4", "file_length": len(body), "file_type": "video/mp4"}
    session = hub.call("POST", f"/{DEFAULT_APP_ID}/uploads", user_token, data=opened).json()["id"]
    movie = {**opened, "file_type": "video/quicktime"}
    assert error_of(hub.call("POST", f"/{DEFAULT_APP_ID}/uploads", user_token, data=movie)) == (400, 100, 0)
    assert session.startswith("upload:")

    def send(offset: int) -> Any:
        headers = {"Authorization": f"OAuth {user_token}", "file_offset": str(offset)}
        return hub.session.post(f"{hub.base}/{session}", data=body[offset:], headers=headers, timeout=5)

    world.switches.set({"meta.upload_takes_bytes": 10_000})
    assert send(0).status_code == 400
    world.switches.set({"meta.upload_takes_bytes": 0})
    assert hub.call("GET", f"/{session}", page_token).json()["file_offset"] == 10_000
    assert error_of(send(0))[:2] == (400, 6001)
    handle = send(10_000).json()["h"]
    wish = {"fbuploader_video_file_chunk": handle, "description": "By handle"}
    video_id = hub.call("POST", VIDEOS, page_token, data=wish).json()["id"]
    video = world.meta.state.library.videos.get(video_id)
    assert video is not None
    assert world.media.kept(video.digest) == body
    guess = hub.call("POST", VIDEOS, page_token, data={"fbuploader_video_file_chunk": "2:guess"})
    assert error_of(guess) == (400, 100, 0)
