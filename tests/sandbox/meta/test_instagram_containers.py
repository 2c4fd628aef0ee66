"""Containers: what goes in, what is refused and how, and how they stand as time passes."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from sandbox import pictures
from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import THIRTEEN, Hub, error_of
from tests.sandbox.meta.instagram import MEDIA, Instagram

PORTRAIT = f"{MEDIA}/portrait.jpg"
REEL = f"{MEDIA}/reel.mp4"


def test_a_picture_is_in_progress_for_a_moment_and_then_finished(instagram: Instagram, world: World) -> None:
    container_id = instagram.made(image_url=PORTRAIT, caption="Bon matin #pain")
    assert instagram.status(container_id) == "IN_PROGRESS"
    world.clock.advance(3)
    assert instagram.read(container_id, "status_code,status") == {
        "id": container_id,
        "status_code": "FINISHED",
        "status": "Finished: Media has been uploaded and it is ready to be published.",
    }


def test_the_bytes_behind_the_address_are_kept(instagram: Instagram, world: World) -> None:
    body = pictures.jpeg(1000, 1000, 5)
    world.media.plant("https://hub.example/p.jpg", body, "image/jpeg")
    container = world.meta.state.instagram.containers.get(instagram.made(image_url="https://hub.example/p.jpg"))
    assert container is not None
    assert container.digest == hashlib.sha256(body).hexdigest()
    assert world.media.kept(container.digest) == body


@pytest.mark.parametrize(
    ("wish", "code", "subcode"),
    [
        ({"image_url": f"{MEDIA}/nine-megabytes.jpg"}, 36000, 2207004),
        ({"image_url": f"{MEDIA}/photo.png"}, 36001, 2207005),
        ({"image_url": f"{MEDIA}/picture.webp"}, 36001, 2207005),
        ({"image_url": f"{MEDIA}/tall.jpg"}, 36003, 2207009),
        ({"image_url": f"{MEDIA}/wide.jpg"}, 36003, 2207009),
        ({"image_url": f"{MEDIA}/missing.jpg"}, 9004, 2207052),
        ({"image_url": f"{MEDIA}/moved.jpg"}, 9004, 2207052),
        ({"image_url": f"{MEDIA}/page.html"}, 9004, 2207052),
        ({"image_url": f"{MEDIA}/brötchen.jpg"}, 9004, 2207052),
        ({"video_url": f"{MEDIA}/missing.mp4", "media_type": "REELS"}, 9004, 2207052),
        ({"image_url": PORTRAIT, "caption": "x" * 2_201}, 36004, 2207010),
        ({"image_url": PORTRAIT, "caption": "#a " * 31}, 100, 0),
        ({"image_url": PORTRAIT, "caption": "@a " * 21}, 100, 2207040),
        ({"image_url": PORTRAIT, "media_type": "POSTER"}, 100, 2207023),
        ({"image_url": PORTRAIT, "alt_text": "x" * 1_001}, 100, 0),
        ({"image_url": PORTRAIT, "share_to_feed": True}, 100, 0),
        ({"image_url": PORTRAIT, "location_id": "1"}, 100, 0),
        ({"image_url": PORTRAIT, "collaborators": ["a", "b", "c", "d"]}, 100, 0),
        ({"image_url": PORTRAIT, "user_tags": [{"username": "a"}]}, 100, 0),
        ({"image_url": PORTRAIT, "user_tags": [{"username": "a", "x": 1.5, "y": 0}]}, 100, 0),
        ({"image_url": PORTRAIT, "product_tags": [{"product_id": "1"}]}, 100, 2207035),
        ({"image_url": PORTRAIT, "colour": "blue"}, 100, 0),
        ({"video_url": REEL}, 100, 0),
        ({"video_url": REEL, "media_type": "VIDEO"}, 100, 0),
        ({"video_url": REEL, "media_type": "REELS", "alt_text": "x"}, 100, 0),
        ({"video_url": REEL, "media_type": "REELS", "user_tags": [{"username": "a", "x": 0.1, "y": 0.1}]}, 100, 0),
        ({"video_url": REEL, "media_type": "REELS", "cover_url": f"{MEDIA}/photo.png"}, 36001, 2207005),
        ({"video_url": REEL, "media_type": "REELS", "trial_params": {"graduation_strategy": "MANUAL"}}, 100, 2207081),
        ({"image_url": PORTRAIT, "video_url": REEL, "media_type": "STORIES"}, 100, 0),
        ({"image_url": PORTRAIT, "media_type": "STORIES", "collaborators": ["a"]}, 100, 0),
        ({"media_type": "CAROUSEL", "children": ["1"]}, 100, 2207028),
        ({"caption": "Words alone"}, 100, 0),
    ],
)
def test_what_instagram_refuses_is_refused_with_its_numbers(
    instagram: Instagram, wish: dict[str, Any], code: int, subcode: int
) -> None:
    assert error_of(instagram.create(**wish)) == (400, code, subcode)


def test_the_useful_words_stand_in_the_message_for_people(instagram: Instagram) -> None:
    error = instagram.create(image_url=f"{MEDIA}/tall.jpg").json()["error"]
    assert "4:5" in error["error_user_msg"]
    assert "4:5" not in error["message"]


@pytest.mark.parametrize("name", ["square.jpg", "portrait.jpg", "landscape.jpg"])
def test_the_ratios_at_the_edge_pass(instagram: Instagram, name: str) -> None:
    assert instagram.create(image_url=f"{MEDIA}/{name}").ok


def test_a_story_may_have_any_ratio(instagram: Instagram) -> None:
    assert instagram.create(image_url=f"{MEDIA}/tall.jpg", media_type="STORIES").ok


@pytest.mark.parametrize("name", ["blink.mp4", "long.mp4", "old-codec.mp4", "broken.mp4"])
def test_a_wrong_film_shows_in_the_status_with_its_subcode(instagram: Instagram, world: World, name: str) -> None:
    container_id = instagram.made(video_url=f"{MEDIA}/{name}", media_type="REELS")
    assert instagram.status(container_id) == "IN_PROGRESS"
    world.clock.advance(10)
    seen = instagram.read(container_id, "status_code,status")
    assert seen["status_code"] == "ERROR"
    assert "2207026" in seen["status"]


def test_the_strict_reading_of_the_reference_is_a_switch(instagram: Instagram, world: World) -> None:
    for mode, status in (("basic", "FINISHED"), ("documented", "ERROR")):
        world.switches.set({"meta.ig_video_checks": mode})
        made = [
            instagram.made(video_url=f"{MEDIA}/{name}.mp4", media_type="REELS") for name in ("moov-last", "edit-list")
        ]
        world.clock.advance(10)
        assert [instagram.status(one) for one in made] == [status, status]


def test_a_thumbnail_beyond_the_end_of_the_film_fails(instagram: Instagram, world: World) -> None:
    container_id = instagram.made(video_url=REEL, media_type="REELS", thumb_offset=99_000)
    world.clock.advance(10)
    assert "2207057" in instagram.read(container_id, "status")["status"]


def test_a_reel_takes_cover_collaborators_tags_and_a_place(instagram: Instagram) -> None:
    answer = instagram.create(
        video_url=REEL,
        media_type="reels",
        caption="Fold",
        cover_url=f"{MEDIA}/tall.jpg",
        share_to_feed=False,
        collaborators=["cafe.zoe"],
        user_tags=[{"username": "cafe.zoe"}],
        location_id=demo.BAKERY,
        audio_name="Oven",
    )
    assert answer.ok, answer.text


def test_a_form_carries_lists_as_json_text(instagram: Instagram, hub: Hub) -> None:
    form = {
        "image_url": PORTRAIT,
        "user_tags": json.dumps([{"username": "a", "x": 0.5, "y": 0.5}]),
        "collaborators": json.dumps(["b"]),
    }
    assert hub.call("POST", f"/{demo.IG_BAKERY}/media", instagram.token, data=form).ok


@pytest.mark.parametrize(("fate", "status"), [("fails", "ERROR"), ("stalls", "IN_PROGRESS")])
def test_processing_can_fail_or_never_end(instagram: Instagram, world: World, fate: str, status: str) -> None:
    world.switches.set({"meta.ig_fate": fate})
    container_id = instagram.made(image_url=PORTRAIT)
    world.clock.advance(3600)
    assert instagram.status(container_id) == status


def test_a_container_lives_for_a_day(instagram: Instagram, world: World) -> None:
    container_id = instagram.made(image_url=PORTRAIT)
    world.clock.advance(86_401)
    assert instagram.status(container_id) == "EXPIRED"
    assert error_of(instagram.publish(container_id)) == (400, 24, 2207008)


def test_an_account_makes_only_so_many_containers_a_day(instagram: Instagram, world: World) -> None:
    world.switches.set({"meta.ig_containers_per_day": 3})
    for _ in range(3):
        instagram.made(image_url=PORTRAIT)
    assert error_of(instagram.create(image_url=PORTRAIT))[1] == 9
    world.clock.advance(86_401)
    assert instagram.create(image_url=PORTRAIT).ok


def test_stories_are_for_business_accounts_alone(world: World, hub: Hub, user_token: str) -> None:
    creator = Instagram(world, hub, hub.page_token(user_token, demo.CAFE), demo.IG_CAFE)
    assert error_of(creator.create(image_url=PORTRAIT, media_type="STORIES")) == (400, 100, 0)
    assert creator.create(image_url=PORTRAIT).ok


def test_containers_can_be_hidden_from_the_pages_token(
    instagram: Instagram, world: World, hub: Hub, user_token: str
) -> None:
    world.switches.set({"meta.ig_page_token_reads": False})
    container_id = instagram.made(image_url=PORTRAIT)
    assert error_of(hub.call("GET", f"/{container_id}", instagram.token)) == (400, 100, 33)
    assert hub.call("GET", f"/{container_id}", user_token, params={"fields": "status_code"}).ok


def test_a_user_token_may_create_too(hub: Hub, user_token: str) -> None:
    assert hub.call("POST", f"/{demo.IG_BAKERY}/media", user_token, json={"image_url": PORTRAIT}).ok


def test_a_container_belongs_to_one_account(world: World, hub: Hub, instagram: Instagram, user_token: str) -> None:
    container_id = instagram.made(image_url=PORTRAIT)
    world.clock.advance(5)
    elsewhere = Instagram(world, hub, hub.page_token(user_token, demo.CAFE), demo.IG_CAFE)
    assert error_of(elsewhere.publish(container_id)) == (400, 24, 2207008)
    assert error_of(hub.call("GET", f"/{container_id}", elsewhere.token)) == (400, 100, 33)
    assert error_of(hub.call("POST", f"/{demo.IG_CAFE}/media", instagram.token, json={})) == (400, 100, 33)


def test_without_the_task_or_the_scope_nothing_is_made(world: World, hub: Hub) -> None:
    scopes = [scope for scope in THIRTEEN if scope != "instagram_content_publish"]
    token = hub.page_token(hub.long_lived(world.meta.consent(scopes=scopes)["code"]), demo.BAKERY)
    refused = hub.call("POST", f"/{demo.IG_BAKERY}/media", token, json={"image_url": PORTRAIT})
    assert error_of(refused) == (403, 200, 0)


def test_a_create_call_returns_the_fields_it_asks_for(instagram: Instagram) -> None:
    answer = instagram.create(image_url=PORTRAIT, fields="id,status_code").json()
    assert answer["status_code"] == "IN_PROGRESS"
    assert error_of(instagram.create(image_url=PORTRAIT, fields="id,colour")) == (400, 100, 0)


def test_a_cover_is_looked_at_before_the_film_arrives(instagram: Instagram) -> None:
    wish = {"media_type": "REELS", "upload_type": "resumable"}
    assert error_of(instagram.create(**wish, cover_url=f"{MEDIA}/photo.png")) == (400, 36001, 2207005)
    assert instagram.create(**wish, cover_url=f"{MEDIA}/tall.jpg").ok
