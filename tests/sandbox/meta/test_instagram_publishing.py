"""Publishing on Instagram: once, in time, within the quota, and found again."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from sandbox import pictures
from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import Hub, error_of
from tests.sandbox.meta.instagram import MEDIA, Instagram
from tests.sandbox.meta.trouble import script

PORTRAIT, REEL = f"{MEDIA}/portrait.jpg", f"{MEDIA}/reel.mp4"


def test_publishing_too_early_is_not_ready(instagram: Instagram) -> None:
    container_id = instagram.made(image_url=PORTRAIT)
    assert error_of(instagram.publish(container_id)) == (400, 9007, 2207027)
    assert instagram.media() == []


def test_a_published_medium_reads_back_and_its_ids_are_all_different(
    instagram: Instagram, session: requests.Session
) -> None:
    container_id = instagram.made(image_url=PORTRAIT, caption="Bonjour #pain", alt_text="A loaf")
    instagram.world.clock.advance(5)
    media_id = instagram.publish(container_id).json()["id"]
    assert media_id != container_id
    seen = instagram.read(media_id, "permalink,shortcode,media_type,media_product_type,timestamp,caption,alt_text")
    assert (seen["media_type"], seen["media_product_type"]) == ("IMAGE", "FEED")
    assert (seen["caption"], seen["alt_text"]) == ("Bonjour #pain", "A loaf")
    assert seen["permalink"] == f"https://www.instagram.com/p/{seen['shortcode']}/"
    assert media_id not in seen["permalink"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", seen["timestamp"])
    assert "Bonjour" in session.get(seen["permalink"]).text
    container = instagram.read(container_id, "status_code,status")
    assert container["status_code"] == "PUBLISHED"
    assert media_id not in str(container)


@pytest.mark.parametrize(
    ("mode", "expected"), [("24/2207008", (400, 24, 2207008)), ("9007/2207027", (400, 9007, 2207027))]
)
def test_a_second_publish_of_a_container_makes_nothing_new(
    instagram: Instagram, world: World, mode: str, expected: tuple[int, int, int]
) -> None:
    world.switches.set({"meta.ig_second_publish": mode})
    container_id = instagram.made(image_url=PORTRAIT)
    world.clock.advance(5)
    assert instagram.publish(container_id).ok
    assert error_of(instagram.publish(container_id)) == expected
    assert len(instagram.media()) == 1


def test_a_lost_answer_leaves_one_post_and_a_published_container(instagram: Instagram, world: World) -> None:
    container_id = instagram.made(image_url=PORTRAIT, caption="Once")
    world.clock.advance(5)
    script(world, "meta-ig-publish-lost")
    with pytest.raises(requests.ConnectionError):
        instagram.publish(container_id)
    assert instagram.status(container_id) == "PUBLISHED"
    assert len(instagram.media()) == 1


def test_blocked_although_live(instagram: Instagram, world: World) -> None:
    container_id = instagram.made(image_url=PORTRAIT)
    world.clock.advance(5)
    script(world, "meta-ig-publish-blocked-after")
    assert error_of(instagram.publish(container_id)) == (400, 4, 2207051)
    assert instagram.status(container_id) == "PUBLISHED"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("meta-ig-not-ready", (400, 9007, 2207027)),
        ("meta-ig-quota", (400, 9, 2207042)),
        ("meta-ig-restricted", (400, 25, 2207050)),
    ],
)
def test_trouble_at_publish_leaves_the_container_as_it_was(
    instagram: Instagram, world: World, name: str, expected: tuple[int, int, int]
) -> None:
    container_id = instagram.made(image_url=PORTRAIT)
    world.clock.advance(5)
    script(world, name)
    assert error_of(instagram.publish(container_id)) == expected
    assert instagram.status(container_id) == "FINISHED"
    assert instagram.publish(container_id).ok


def test_the_quota_counts_publications_of_a_rolling_day(instagram: Instagram, world: World) -> None:
    world.switches.set({"meta.ig_quota_total": 2})

    def limit() -> dict[str, object]:
        edge = f"/{demo.IG_BAKERY}/content_publishing_limit"
        params = {"fields": "quota_usage,config"}
        (row,) = instagram.hub.call("GET", edge, instagram.token, params=params).json()["data"]
        found: dict[str, object] = row
        return found

    assert limit() == {"quota_usage": 0, "config": {"quota_total": 2, "quota_duration": 86_400}}
    for _ in range(2):
        instagram.live(image_url=PORTRAIT)
    third = instagram.made(image_url=PORTRAIT)
    world.clock.advance(5)
    assert error_of(instagram.publish(third)) == (400, 9, 2207042)
    assert limit()["quota_usage"] == 2
    world.clock.advance(86_000)
    assert instagram.status(third) == "FINISHED"
    world.clock.advance(385)
    assert limit()["quota_usage"] == 1
    assert instagram.publish(third).ok


def test_a_carousel_waits_for_its_children_and_counts_once(instagram: Instagram, world: World) -> None:
    children = [
        instagram.made(image_url=f"{MEDIA}/1080x1080-{shade}.jpg", is_carousel_item=True, alt_text=f"No. {shade}")
        for shade in (1, 2)
    ]
    children.append(instagram.made(video_url=REEL, media_type="VIDEO", is_carousel_item=True))
    wish = {"media_type": "CAROUSEL", "children": ",".join(children), "caption": "Three"}
    assert error_of(instagram.create(**wish)) == (400, 9007, 2207027)
    world.clock.advance(10)
    assert error_of(instagram.publish(children[0]))[:2] == (400, 100)
    parent = instagram.made(**wish)
    assert instagram.status(parent) == "IN_PROGRESS"
    world.clock.advance(5)
    media_id = instagram.publish(parent).json()["id"]
    seen = instagram.read(media_id, "media_type,children{id,media_type,alt_text}")
    assert seen["media_type"] == "CAROUSEL_ALBUM"
    shown = [(child["media_type"], child.get("alt_text")) for child in seen["children"]["data"]]
    assert shown == [("IMAGE", "No. 1"), ("IMAGE", "No. 2"), ("VIDEO", None)]
    assert not {child["id"] for child in seen["children"]["data"]} & {*children, parent, media_id}
    assert error_of(instagram.create(**wish)) == (400, 100, 0)


@pytest.mark.parametrize(
    "more",
    [
        {"caption": "No"},
        {"location_id": demo.BAKERY},
        {"collaborators": ["a"]},
        {"is_ai_generated": True},
    ],
)
def test_some_things_belong_to_the_parent(instagram: Instagram, more: dict[str, object]) -> None:
    assert error_of(instagram.create(image_url=PORTRAIT, is_carousel_item=True, **more)) == (400, 100, 0)


def test_a_reel_reads_back_as_a_video(instagram: Instagram) -> None:
    media_id = instagram.live(video_url=REEL, media_type="REELS", share_to_feed=False)
    seen = instagram.read(media_id, "media_type,media_product_type,is_shared_to_feed,permalink")
    assert (seen["media_type"], seen["media_product_type"], seen["is_shared_to_feed"]) == ("VIDEO", "REELS", False)
    assert "/reel/" in seen["permalink"]


def test_a_story_stands_in_its_own_list_for_a_day(instagram: Instagram, world: World) -> None:
    story_id = instagram.live(image_url=f"{MEDIA}/tall.jpg", media_type="STORIES")
    assert instagram.media() == []
    assert [row["id"] for row in instagram.media("stories")] == [story_id]
    world.clock.advance(86_401)
    assert instagram.media("stories") == []


def test_media_come_newest_first_and_obey_since_and_until(instagram: Instagram, world: World) -> None:
    world.clock.freeze(1_800_000_000)
    made = [instagram.live(image_url=PORTRAIT, caption=str(number)) for number in range(4)]
    assert [row["id"] for row in instagram.media()] == made[::-1]
    # Each one took twenty seconds.
    middle = instagram.media(since=1_800_000_040, until=1_800_000_060)
    assert [row["id"] for row in middle] == [made[2], made[1]]
    assert [row["id"] for row in instagram.media(limit=1)] == [made[3]]


def test_a_film_is_uploaded_in_parts(instagram: Instagram, world: World, session: requests.Session) -> None:
    body = pictures.mp4(1080, 1920, 30, size=40_000)
    made = instagram.create(media_type="REELS", upload_type="resumable", caption="By hand").json()
    assert made["uri"] == f"https://rupload.facebook.com/ig-api-upload/v25.0/{made['id']}"
    assert instagram.status(made["id"]) == "IN_PROGRESS"
    said = {"Authorization": f"OAuth {instagram.token}", "file_size": str(len(body))}
    first = session.post(made["uri"], data=body[:10_000], headers={**said, "offset": "0"}, timeout=5)
    assert first.json()["debug_info"]["type"] == "PartialRequestError"
    rest = session.post(made["uri"], data=body[10_000:], headers={**said, "offset": "10000"}, timeout=5)
    assert rest.json()["success"] is True
    container = world.meta.state.instagram.containers.get(made["id"])
    assert container is not None
    assert world.media.kept(container.digest) == body
    world.clock.advance(10)
    assert instagram.publish(made["id"]).ok


def test_a_refused_upload_ends_in_an_error_state(instagram: Instagram, session: requests.Session) -> None:
    made = instagram.create(media_type="REELS", upload_type="resumable").json()
    said = {"Authorization": f"OAuth {instagram.token}", "offset": "0", "file_size": "9"}
    refused = session.post(made["uri"], data=b"not a film", headers={**said, "file_size": "10"}, timeout=5)
    assert refused.json()["debug_info"]["type"] == "ProcessingFailedError"
    assert instagram.status(made["id"]) == "ERROR"
    assert error_of(instagram.create(image_url=PORTRAIT, upload_type="resumable")) == (400, 100, 0)


def test_deleting_takes_a_permission_of_its_own(instagram: Instagram, world: World, hub: Hub) -> None:
    media_id = instagram.live(image_url=PORTRAIT)
    assert error_of(hub.call("DELETE", f"/{media_id}", instagram.token)) == (403, 200, 0)
    world.switches.set({"meta.ig_delete_scope": "instagram_content_publish"})
    assert hub.call("DELETE", f"/{media_id}", instagram.token).json() == {"success": True}
    assert instagram.media() == []
    story_id = instagram.live(image_url=PORTRAIT, media_type="STORIES")
    world.switches.set({"meta.ig_stories_deletable": False})
    assert error_of(hub.call("DELETE", f"/{story_id}", instagram.token)) == (400, 100, 2207073)


def test_a_caption_cannot_be_edited_but_comments_can_be_closed(instagram: Instagram, hub: Hub) -> None:
    media_id = instagram.live(image_url=PORTRAIT, caption="Typpo")
    assert error_of(hub.call("POST", f"/{media_id}", instagram.token, json={"caption": "Typo"})) == (400, 100, 0)
    closed = hub.call("POST", f"/{media_id}", instagram.token, json={"comment_enabled": False})
    assert closed.json() == {"success": True}
    refused = hub.call("POST", f"/{media_id}/comments", instagram.token, json={"message": "First"})
    assert error_of(refused) == (403, 200, 0)


def test_the_first_comment_is_written_answered_hidden_and_removed(instagram: Instagram, hub: Hub) -> None:
    media_id = instagram.live(image_url=PORTRAIT)

    def call(method: str, path: str, **body: object) -> dict[str, Any]:
        answer = hub.call(method, path, instagram.token, json=body or None)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    comment_id = call("POST", f"/{media_id}/comments", message="#pain #matin")["id"]
    reply_id = call("POST", f"/{comment_id}/replies", message="Merci")["id"]
    (listed,) = call("GET", f"/{media_id}/comments")["data"]
    assert (listed["id"], listed["text"]) == (comment_id, "#pain #matin")
    assert instagram.read(str(reply_id), "parent_id,username")["parent_id"] == comment_id
    assert call("POST", f"/{comment_id}", hide=True) == {"success": True}
    assert instagram.read(str(comment_id), "hidden")["hidden"] is True
    assert call("DELETE", f"/{comment_id}") == {"success": True}
    assert instagram.read(media_id, "comments_count")["comments_count"] == 0
