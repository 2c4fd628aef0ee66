"""Photos by address: really fetched, measured, kept byte for byte, and refused in Google's bands of codes."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import pictures
from sandbox.google_business import demo, hosts
from sandbox.world import World
from tests.sandbox.google_business.hub import BAKERY, CONTROL, PHOTO, Hub, flaws_of, photo

GALLERY = f"/v4/{BAKERY}/media"
PLANTED = "https://cdn.example.com/a.jpg"
NOT_FETCHED = [(1000, "")]


def test_the_photo_is_fetched_kept_and_shown(world: World, hub: Hub, token: str) -> None:
    body = pictures.jpeg(1200, 900, 3)
    digest = world.media.plant(PLANTED, body, "image/jpeg")
    told = hub.publish(token, "Olá", media=photo(PLANTED)).json()
    assert "sourceUrl" not in str(told)
    shown = hub.session.get(told["media"][0]["googleUrl"])
    assert (shown.content, shown.headers["Content-Type"]) == (body, "image/jpeg")
    kept = hub.session.get(f"{CONTROL}/google_business/photos", params={"post": told["name"]}).json()["photos"]
    assert [(one["digest"], one["size"]) for one in kept] == [(digest, "1200x900")]


def test_a_redirect_is_followed(world: World, hub: Hub, token: str) -> None:
    assert hub.publish(token, "Olá", media=photo("https://media.sandbox.example/moved.jpg")).status_code == 200
    world.media.plant("https://a.example/loop", b"", status=302, location="/loop")
    assert flaws_of(hub.publish(token, "Olá", media=photo("https://a.example/loop"))) == NOT_FETCHED


@pytest.mark.parametrize(
    "url",
    [
        "https://media.sandbox.example/nothing.jpg",
        "https://media.sandbox.example/page.html",
        "https://media.sandbox.example/clip.mp4",
        "https://192.0.2.1/a.jpg",
        "http://127.0.0.1:1/a.jpg",
    ],
)
def test_what_cannot_be_fetched_or_is_no_picture_is_code_1000(hub: Hub, token: str, url: str) -> None:
    refused = hub.publish(token, "Olá", media=photo(url))
    assert flaws_of(refused) == NOT_FETCHED
    detail = refused.json()["error"]["details"][0]["errorDetails"][0]
    assert detail == {"code": 1000, "message": "Fetching image failed."}
    assert hub.posts(token) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (pictures.jpeg(399, 1200, at_least=20_000), "too small"),
        (pictures.jpeg(1200, 299, at_least=20_000), "too small"),
        (pictures.png(600, 400), "too small"),
        (pictures.jpeg(1200, 900, at_least=6 << 20), "too large"),
        (pictures.webp(1200, 900) + bytes(20_000), "Unsupported"),
        (pictures.gif(1200, 900) + bytes(20_000), "Unsupported"),
        (bytes(27 << 20), "Media fetch response bytes too large (max: 26214400B)."),
    ],
    ids=["narrow", "low", "few bytes", "many bytes", "webp", "gif", "beyond the fetch"],
)
def test_a_photo_that_does_not_fit_is_refused_in_the_band_of_photos(
    world: World, hub: Hub, token: str, body: bytes, words: str
) -> None:
    world.media.plant(PLANTED, body, "image/jpeg")
    refused = hub.publish(token, "Olá", media=photo(PLANTED))
    ((code, _),) = flaws_of(refused)
    assert 1000 < code < 1100
    assert words in refused.json()["error"]["details"][0]["errorDetails"][0]["message"]


def test_the_floor_is_a_switch(world: World, hub: Hub, token: str) -> None:
    world.media.plant(PLANTED, pictures.jpeg(260, 260, at_least=20_000), "image/jpeg")
    assert hub.publish(token, "Olá", media=photo(PLANTED)).status_code == 400
    world.switches.set({"google_business.photo_floor": "250x250"})
    assert hub.publish(token, "Olá", media=photo(PLANTED)).status_code == 200


@pytest.mark.parametrize(
    "item",
    [
        {"mediaFormat": "PHOTO"},
        {"sourceUrl": PHOTO},
        {"mediaFormat": "VIDEO", "sourceUrl": "https://media.sandbox.example/clip.mp4"},
        {"mediaFormat": "PHOTO", "dataRef": {"resourceName": "x"}},
        {"mediaFormat": "PHOTO", "sourceUrl": PHOTO, "dataRef": {"resourceName": "x"}},
        {"mediaFormat": "PHOTO", "sourceUrl": PHOTO, "locationAssociation": {"category": "ADDITIONAL"}},
        {"mediaFormat": "PHOTO", "sourceUrl": "file:///etc/passwd"},
    ],
)
def test_a_post_takes_nothing_but_a_photo_by_its_address(hub: Hub, token: str, item: dict[str, Any]) -> None:
    ((_, where),) = flaws_of(hub.publish(token, "Olá", media=[item]))
    assert where.startswith("media[0]")


def test_several_photos_are_fetched_and_too_many_are_not(hub: Hub, token: str) -> None:
    several = [one for number in range(3) for one in photo(f"https://media.sandbox.example/1200x900-{number}.jpg")]
    assert len(hub.publish(token, "Olá", media=several).json()["media"]) == 3
    assert flaws_of(hub.publish(token, "Olá", media=photo() * 11))[0][1] == "media"


def test_a_call_that_waits_for_the_network_counts_once(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"google_business.limit_writes": 1, "google_business.limit_minute": 1})
    assert hub.publish(token, "Olá", media=photo()).status_code == 200
    assert hub.publish(token, "Olá").status_code == 429


def test_the_gallery_of_a_location_takes_addresses_and_bytes(world: World, hub: Hub, token: str) -> None:
    item = {"mediaFormat": "PHOTO", "locationAssociation": {"category": "INTERIOR"}}
    by_url = hub.call("POST", hosts.POSTS, GALLERY, token, json={**item, "sourceUrl": PHOTO}).json()
    place = hub.call("POST", hosts.POSTS, f"{GALLERY}:startUpload", token).json()["resourceName"]
    reference = {**item, "dataRef": {"resourceName": place}}
    assert hub.call("POST", hosts.POSTS, GALLERY, token, json=reference).status_code == 400
    body = pictures.jpeg(800, 600, at_least=12_000)
    sent = hub.call("POST", hosts.POSTS, f"/upload/v1/media/{place}?upload_type=media", token, data=body)
    assert sent.json() == {"resourceName": place}
    by_bytes = hub.call("POST", hosts.POSTS, GALLERY, token, json=reference).json()
    assert by_bytes["dimensions"] == {"widthPixels": 800, "heightPixels": 600}
    assert hub.session.get(by_bytes["googleUrl"]).content == body
    listed = hub.call("GET", hosts.POSTS, GALLERY, token).json()
    assert [one["name"] for one in listed["mediaItems"]] == [by_bytes["name"], by_url["name"]]
    assert listed["totalMediaItemCount"] == 2
    assert hub.call("DELETE", hosts.POSTS, f"/v4/{by_url['name']}", token).json() == {}
    assert hub.call("GET", hosts.POSTS, f"/v4/{by_url['name']}", token).status_code == 404


def test_the_gallery_wants_a_category_and_a_verified_location(hub: Hub, token: str) -> None:
    item = {"mediaFormat": "PHOTO", "sourceUrl": PHOTO}
    assert flaws_of(hub.call("POST", hosts.POSTS, GALLERY, token, json=item))[0][1] == "location_association"
    path = f"/v4/accounts/{demo.BAKERIES}/locations/{demo.SUSPENDED}/media"
    item = {**item, "locationAssociation": {"category": "LOGO"}}  # type: ignore[dict-item]
    assert hub.call("POST", hosts.POSTS, path, token, json=item).status_code == 403
