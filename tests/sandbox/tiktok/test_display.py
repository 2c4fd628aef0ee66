"""The display API: profiles and public videos, only what was asked for and only what the scopes open."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.tiktok import demo
from sandbox.tiktok.scopes import PROFILE_FIELDS
from sandbox.world import World
from tests.sandbox.tiktok.conftest import Connect
from tests.sandbox.tiktok.hub import EVERYTHING, SELF, Hub, error_of

LIST, QUERY = "/v2/video/list/", "/v2/video/query/"
FIELDS = "id,create_time,title,video_description,duration,share_url,cover_image_url,view_count,like_count,comment_count,share_count"


def _posts(world: World, hub: Hub, count: int) -> list[str]:
    """Post so many videos and return their ids, newest first."""
    world.switches.set({"tiktok.limit_init": 0, "tiktok.limit_daily_posts": 0})
    for number in range(count):
        hub.publish(title=f"Tide {number}")
    world.clock.advance(30)
    return [item.id for item in world.tiktok.timeline()]


def _list(hub: Hub, **body: Any) -> dict[str, Any]:
    data: dict[str, Any] = hub.call(f"{LIST}?fields={FIELDS}", body).json()["data"]
    return data


def test_a_profile_has_the_fields_that_were_asked_for(world: World, hub: Hub) -> None:
    _posts(world, hub, 2)
    told = hub.call(f"/v2/user/info/?fields={','.join(PROFILE_FIELDS)}", method="GET").json()["data"]["user"]
    assert set(told) == set(PROFILE_FIELDS)
    assert (told["username"], told["video_count"], told["open_id"]) == ("naiara.etxe", 2, hub.open_id)
    few = hub.call("/v2/user/info/?fields=open_id,display_name", method="GET").json()["data"]["user"]
    assert few == {"open_id": hub.open_id, "display_name": "Naiara Etxeberria 🌊"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/v2/user/info/"), ("POST", LIST), ("POST", QUERY)])
@pytest.mark.parametrize("query", ["", "?fields=", "?fields=open_id,shoe_size"])
def test_fields_are_required_and_must_exist(hub: Hub, method: str, path: str, query: str) -> None:
    assert error_of(hub.call(path + query, method=method)) == (400, "invalid_params")


def test_fields_beyond_the_scopes_are_refused_or_left_out_as_a_switch_says(world: World, connect: Connect) -> None:
    hub = connect(["user.info.basic"])
    path = "/v2/user/info/?fields=open_id,username,follower_count"
    assert error_of(hub.call(path, method="GET")) == (401, "scope_not_authorized")
    world.switches.set({"tiktok.fields_outside_scope": "scope_permission_missed"})
    assert error_of(hub.call(path, method="GET")) == (400, "scope_permission_missed")
    world.switches.set({"tiktok.fields_outside_scope": "omit"})
    assert hub.call(path, method="GET").json()["data"]["user"] == {"open_id": hub.open_id}
    assert error_of(hub.call(f"{LIST}?fields=id")) == (401, "scope_not_authorized")


def test_videos_are_listed_in_pages_newest_first_without_gaps(world: World, hub: Hub) -> None:
    ids = _posts(world, hub, 23)
    first = _list(hub)
    assert [video["id"] for video in first["videos"]] == ids[:10]
    assert first["has_more"]
    second = _list(hub, cursor=first["cursor"], max_count=20)
    assert [video["id"] for video in second["videos"]] == ids[10:]
    assert not second["has_more"]
    assert _list(hub, cursor=second["cursor"])["videos"] == []
    # The cursor counts milliseconds, a video's time seconds.
    assert first["cursor"] // 1000 == first["videos"][-1]["create_time"]


def test_any_moment_is_a_cursor(world: World, hub: Hub) -> None:
    (old,) = _posts(world, hub, 1)
    between = world.now() * 1000
    world.clock.advance(60)
    _posts(world, hub, 1)
    assert [video["id"] for video in _list(hub, cursor=between)["videos"]] == [old]


@pytest.mark.parametrize("body", [{"max_count": 21}, {"max_count": 0}, {"max_count": "9"}, {"cursor": "now"}])
def test_a_page_that_makes_no_sense_is_refused(hub: Hub, body: dict[str, Any]) -> None:
    assert error_of(hub.call(f"{LIST}?fields=id", body)) == (400, "invalid_params")


def test_only_public_videos_are_told(world: World, connect: Connect) -> None:
    hub, other = connect(), connect(user=demo.OSKAR)
    hub.publish(privacy_level=SELF)
    world.clock.advance(30)
    hidden = next(world.tiktok.timeline()).id
    hub.publish()
    world.clock.advance(3)
    fresh = next(world.tiktok.timeline()).id
    assert _list(hub)["videos"] == []
    world.clock.advance(20)
    other.publish()
    world.clock.advance(30)
    strange = next(world.tiktok.timeline()).id
    assert [video["id"] for video in _list(hub)["videos"]] == [fresh]
    wish = {"filters": {"video_ids": [fresh, hidden, strange, "7000000000000000001"]}}
    answer = hub.call(f"{QUERY}?fields=id,title", wish).json()
    assert answer["error"]["code"] == "ok"
    assert answer["data"]["videos"] == [{"id": fresh, "title": "Low tide"}]
    assert {"cursor", "has_more"} <= set(answer["data"])
    hub.lever("webhooks/take_down", {"post_id": fresh, "queue": True})
    assert hub.call(f"{QUERY}?fields=id", wish).json()["data"]["videos"] == []


def test_whether_photos_are_among_the_videos_is_a_switch(world: World, hub: Hub) -> None:
    hub.photos(["https://media.sandbox.example/square.jpg"])
    world.clock.advance(30)
    assert len(_list(hub)["videos"]) == 1
    world.switches.set({"tiktok.list_has_photos": False})
    assert _list(hub)["videos"] == []


@pytest.mark.parametrize("filters", [None, {}, {"video_ids": []}, {"video_ids": ["1"] * 21}, {"video_ids": [1]}])
def test_a_question_for_no_or_too_many_videos_is_refused(hub: Hub, filters: Any) -> None:
    assert error_of(hub.call(f"{QUERY}?fields=id", {"filters": filters})) == (400, "invalid_params")


def test_a_video_is_told_with_texts_cut_and_numbers_that_gather(world: World, hub: Hub) -> None:
    hub.publish(title="x" * 400)
    world.clock.advance(30)
    (video,) = _list(hub)["videos"]
    assert (len(video["title"]), len(video["video_description"]), video["duration"]) == (150, 150, 12)
    assert isinstance(video["id"], str)
    assert video["view_count"] == 0
    hub.lever("audience", {"post": video["id"], "view_count": 90, "like_count": 4})
    world.switches.set({"tiktok.audience": "lively"})
    world.clock.advance(6 * 3600)
    hub.refresh()
    (later,) = _list(hub)["videos"]
    assert later["view_count"] > 90
    assert later["like_count"] >= 4


def test_pictures_expire(world: World, hub: Hub) -> None:
    _posts(world, hub, 1)
    cover = _list(hub)["videos"][0]["cover_image_url"]
    avatar = hub.creator_info().json()["data"]["creator_avatar_url"]
    assert [hub.session.get(url).status_code for url in (cover, avatar)] == [200, 200]
    world.clock.advance(2 * 3600 + 1)
    assert [hub.session.get(url).status_code for url in (cover, avatar)] == [200, 403]
    world.clock.advance(4 * 3600)
    assert hub.session.get(cover).status_code == 403


def test_the_reader_has_videos_and_no_posting(connect: Connect) -> None:
    reader = connect(["user.info.basic", "video.list"], app_key=demo.READER_APP_KEY)
    assert _list(reader)["videos"] == []
    assert error_of(reader.creator_info()) == (401, "scope_not_authorized")
    assert set(EVERYTHING) > {"video.list"}
