"""Photos on a Page: fetched or uploaded, alone or together, used once."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import requests

from sandbox import pictures
from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import Hub, error_of
from tests.sandbox.meta.instagram import MEDIA
from tests.sandbox.meta.trouble import script

PHOTOS = f"/{demo.BAKERY}/photos"


def _upload(hub: Hub, token: str, shade: int, **more: Any) -> str:
    body = {"url": f"{MEDIA}/800x600-{shade}.jpg", "published": False, **more}
    return str(hub.call("POST", PHOTOS, token, json=body).json()["id"])


def _read(hub: Hub, token: str, node: str, fields: str) -> dict[str, Any]:
    found: dict[str, Any] = hub.call("GET", f"/{node}", token, params={"fields": fields}).json()
    return found


def test_a_published_photo_is_a_post_whose_id_differs(hub: Hub, page_token: str) -> None:
    wish = {"url": f"{MEDIA}/square.jpg", "caption": "Croissants 🥐", "alt_text_custom": "A tray of croissants"}
    answer = hub.call("POST", PHOTOS, page_token, json=wish).json()
    assert answer["post_id"].startswith(f"{demo.BAKERY}_")
    assert answer["id"] not in answer["post_id"]
    photo = _read(hub, page_token, answer["id"], "page_story_id,width,height,name,alt_text_custom,link")
    assert photo["page_story_id"] == answer["post_id"]
    assert (photo["width"], photo["height"]) == (1080, 1080)
    assert photo["alt_text_custom"] == "A tray of croissants"
    post = _read(hub, page_token, answer["post_id"], "message,attachments{media_type,target{id}},full_picture")
    assert post["message"] == "Croissants 🥐"
    assert post["attachments"]["data"][0] == {"media_type": "photo", "target": {"id": answer["id"]}}


def test_what_was_uploaded_is_kept_byte_for_byte(
    world: World, hub: Hub, session: requests.Session, page_token: str
) -> None:
    body = pictures.png(320, 200, 3)
    answer = hub.call("POST", PHOTOS, page_token, files={"source": ("a.png", body, "image/png")}).json()
    photo = world.meta.state.library.photos.get(answer["id"])
    assert photo is not None
    assert photo.digest == hashlib.sha256(body).hexdigest()
    assert world.media.kept(photo.digest) == body
    source = _read(hub, page_token, answer["id"], "images")["images"][0]["source"]
    assert session.get(source).content == body


def test_an_address_is_really_fetched(world: World, hub: Hub, page_token: str) -> None:
    body = pictures.jpeg(333, 222)
    world.media.plant("https://hub.example/signed?x=1", body, "image/jpeg")
    photo_id = hub.call("POST", PHOTOS, page_token, json={"url": "https://hub.example/signed?x=1"}).json()["id"]
    photo = world.meta.state.library.photos.get(photo_id)
    assert photo is not None
    assert (photo.width, photo.height, photo.digest) == (333, 222, hashlib.sha256(body).hexdigest())


def test_an_unpublished_photo_names_no_post_and_stands_in_no_list(hub: Hub, page_token: str) -> None:
    answer = hub.call("POST", PHOTOS, page_token, json={"url": f"{MEDIA}/square.jpg", "published": False}).json()
    assert set(answer) == {"id"}
    assert hub.call("GET", PHOTOS, page_token).json()["data"] == []
    assert hub.call("GET", f"/{demo.BAKERY}/published_posts", page_token).json()["data"] == []


def test_several_photos_make_one_post_in_the_order_given(hub: Hub, page_token: str) -> None:
    photos = [_upload(hub, page_token, shade) for shade in (3, 1, 2)]
    media = [{"media_fbid": photo_id} for photo_id in photos]
    post_id = hub.publish(page_token, demo.BAKERY, "Three", attached_media=media).json()["id"]
    asked = "attachments{media_type,target{id},subattachments{target{id}}}"
    (album,) = _read(hub, page_token, post_id, asked)["attachments"]["data"]
    assert album["media_type"] == "album"
    assert [row["target"]["id"] for row in album["subattachments"]["data"]] == photos


def test_a_photo_shows_in_one_post_only(hub: Hub, page_token: str) -> None:
    photo_id = _upload(hub, page_token, 1)
    media = [{"media_fbid": photo_id}]
    assert hub.publish(page_token, demo.BAKERY, "Once", attached_media=media).ok
    assert error_of(hub.publish(page_token, demo.BAKERY, "Twice", attached_media=media)) == (400, 100, 1366051)
    assert len(hub.call("GET", f"/{demo.BAKERY}/published_posts", page_token).json()["data"]) == 1


def test_only_a_pages_own_photos_can_be_attached(hub: Hub, user_token: str, page_token: str) -> None:
    elsewhere = hub.page_token(user_token, demo.BICYCLES)
    photo_id = _upload(hub, page_token, 1)
    refused = hub.publish(elsewhere, demo.BICYCLES, "Borrowed", attached_media=[{"media_fbid": photo_id}])
    assert error_of(refused) == (400, 100, 0)


def test_a_video_cannot_be_mixed_into_a_post_of_photos(hub: Hub, page_token: str) -> None:
    video = hub.call("POST", f"/{demo.BAKERY}/videos", page_token, json={"file_url": f"{MEDIA}/clip.mp4"}).json()["id"]
    media = [{"media_fbid": _upload(hub, page_token, 1)}, {"media_fbid": video}]
    assert error_of(hub.publish(page_token, demo.BAKERY, "Mixed", attached_media=media)) == (400, 100, 0)


@pytest.mark.parametrize(
    ("name", "subcode"),
    [
        ("five-megabytes.jpg", 1366046),
        ("picture.webp", 1366046),
        ("page.html", 2069019),
        ("clip.mp4", 2069019),
        ("missing.jpg", 2061006),
        ("moved.jpg", 2061006),
    ],
)
def test_a_wrong_file_is_refused_with_its_number(hub: Hub, page_token: str, name: str, subcode: int) -> None:
    refused = hub.call("POST", PHOTOS, page_token, json={"url": f"{MEDIA}/{name}"})
    assert error_of(refused) == (400, 100, subcode)


def test_how_large_and_how_far_a_photo_may_be_are_switches(world: World, hub: Hub, page_token: str) -> None:
    world.switches.set({"meta.photo_max_mb": 10, "meta.fetch_redirects": 1})
    for name in ("five-megabytes.jpg", "moved.jpg"):
        assert hub.call("POST", PHOTOS, page_token, json={"url": f"{MEDIA}/{name}", "published": False}).ok


def test_a_host_whose_robots_file_forbids_it_is_not_fetched_from(world: World, hub: Hub, page_token: str) -> None:
    world.media.plant("https://shy.example/robots.txt", b"User-agent: *\nDisallow: /", "text/plain")
    world.media.plant("https://shy.example/a.jpg", pictures.jpeg(100, 100), "image/jpeg")
    wish = {"url": "https://shy.example/a.jpg", "published": False}
    assert error_of(hub.call("POST", PHOTOS, page_token, json=wish)) == (400, 100, 2061006)
    world.switches.set({"meta.obey_robots": False})
    assert hub.call("POST", PHOTOS, page_token, json=wish).ok


def test_nothing_beyond_this_machine_is_ever_fetched(hub: Hub, page_token: str) -> None:
    refused = hub.call("POST", PHOTOS, page_token, json={"url": "http://192.0.2.7/a.jpg"})
    assert error_of(refused) == (400, 100, 2061006)
    assert "not on this machine" in refused.json()["error"]["error_user_msg"]


def test_a_fetch_counts_as_one_call(world: World, hub: Hub, page_token: str) -> None:
    world.switches.set({"meta.limit_page_calls": 2})
    for _ in range(2):
        assert hub.call("POST", PHOTOS, page_token, json={"url": f"{MEDIA}/square.jpg", "published": False}).ok
    assert len(world.journal.entries(method="POST", path="*/photos")) == 2


def test_a_scheduled_photo_waits_for_its_time(world: World, hub: Hub, page_token: str) -> None:
    wish = {"url": f"{MEDIA}/square.jpg", "published": False, "scheduled_publish_time": world.now() + 3600}
    post_id = hub.call("POST", PHOTOS, page_token, json={**wish, "temporary": True}).json()["post_id"]
    assert _read(hub, page_token, post_id, "is_published")["is_published"] is False
    world.clock.advance(3700)
    assert _read(hub, page_token, post_id, "is_published")["is_published"] is True


def test_deleting_the_only_photo_takes_the_post_along(hub: Hub, page_token: str) -> None:
    answer = hub.call("POST", PHOTOS, page_token, json={"url": f"{MEDIA}/square.jpg"}).json()
    assert hub.call("DELETE", f"/{answer['id']}", page_token).json() == {"success": True}
    assert error_of(hub.call("GET", f"/{answer['post_id']}", page_token)) == (400, 100, 33)
    assert error_of(hub.call("DELETE", f"/{answer['id']}", page_token)) == (400, 100, 33)


def test_a_lost_answer_to_a_photo_leaves_the_photo(world: World, hub: Hub, page_token: str) -> None:
    script(world, "meta-photo-lost")
    with pytest.raises(requests.ConnectionError):
        hub.call("POST", PHOTOS, page_token, json={"url": f"{MEDIA}/square.jpg", "caption": "Lost?"})
    assert [item.text for item in world.meta.timeline(demo.BAKERY)] == ["Lost?"]
