"""What the platform fetches itself: whose addresses, how, and what becomes of photos and videos that came."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import pictures
from sandbox.fetching import Errand, Fetched
from sandbox.world import World
from tests.sandbox.tiktok.conftest import Connect
from tests.sandbox.tiktok.hub import EVERYONE, EVERYTHING, Hub, error_of, film, pull

OURS = "https://media.sandbox.example"


class Network:
    """A network where the same film lies at every address."""

    def __init__(self) -> None:
        self.asked: list[Errand] = []

    def fetch(self, errand: Errand) -> Fetched:
        """Hand it out."""
        self.asked.append(errand)
        return Fetched(200, film(), "video/mp4")


def _end(world: World, hub: Hub, publish_id: str) -> tuple[str, str]:
    world.clock.advance(4)
    told = hub.status(publish_id)
    return told["status"], told.get("fail_reason", "")


def test_a_video_is_really_fetched_and_kept(world: World, hub: Hub) -> None:
    body = film()
    world.media.plant(f"{OURS}/low-tide.mp4?sig=1", body, "video/mp4")
    data = hub.init(pull(f"{OURS}/low-tide.mp4?sig=1")).json()["data"]
    assert set(data) == {"publish_id"}
    assert data["publish_id"].startswith("v_pub_url~")
    told = hub.status(data["publish_id"])
    assert (told["status"], told["downloaded_bytes"]) == ("PROCESSING_DOWNLOAD", len(body))
    assert _end(world, hub, data["publish_id"]) == ("PUBLISH_COMPLETE", "")
    (item,) = world.tiktok.timeline()
    assert world.media.kept(item.media[0].url.rpartition("/")[2]) == body


@pytest.mark.parametrize(
    "url",
    [
        "http://media.sandbox.example/reel.mp4",
        "ftp://media.sandbox.example/reel.mp4",
        "https://user@media.sandbox.example/reel.mp4",
        "https://media.sandbox.example:8443/reel.mp4",
        "https://[broken/reel.mp4",
        "",
        None,
        7,
    ],
)
def test_an_address_that_is_not_plain_https_is_refused(hub: Hub, url: Any) -> None:
    assert error_of(hub.init(pull(url))) == (400, "invalid_params")


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/v.mp4",
        "https://notsandbox.example/v.mp4",
        "https://sandbox.example.evil.example/v.mp4",
        "https://93.184.216.34/v.mp4",
        "https://[2606:2800:220:1::1]/v.mp4",
        "https://cdn.example/clips-private/v.mp4",
        "https://cdn.example/clips",
        "https://cdn.example/clips/../secret/v.mp4",
        "https://sub.cdn.example/clips/v.mp4",
    ],
)
def test_an_address_of_others_is_refused_and_never_fetched(world: World, hub: Hub, url: str) -> None:
    network = Network()
    world.media.fetcher = network
    hub.lever("apps", {"prefixes": ["https://cdn.example/clips/"]})
    assert error_of(hub.init(pull(url))) == (403, "url_ownership_unverified")
    assert network.asked == []


def test_a_domain_covers_what_is_below_it_and_a_prefix_its_own_path(hub: Hub) -> None:
    hub.lever("apps", {"prefixes": ["https://cdn.example/clips/"], "domains": ["sandbox.example"]})
    for url in ("https://cdn.example/clips/a/v.mp4", "https://sandbox.example/v.mp4", f"{OURS}/reel.mp4"):
        assert hub.init(pull(url)).status_code == 200
    assert (
        hub.session.post(
            "http://127.0.0.1:8801/_sandbox/tiktok/apps", json={"prefixes": ["https://cdn.example/clips"]}
        ).status_code
        == 400
    )


def test_addresses_on_this_machine_pass_until_a_switch_says_otherwise(world: World, hub: Hub) -> None:
    own = "http://127.0.0.1:8801/media.sandbox.example/1080x1920-12s.mp4"
    assert _end(world, hub, hub.init(pull(own)).json()["data"]["publish_id"]) == ("PUBLISH_COMPLETE", "")
    world.switches.set({"tiktok.pull_from_this_machine": False})
    assert error_of(hub.init(pull(own))) == (400, "invalid_params")
    assert error_of(hub.init(pull(own.replace("http:", "https:").replace(":8801", "")))) == (
        403,
        "url_ownership_unverified",
    )


def test_a_redirect_or_a_missing_file_fails_the_pull(world: World, hub: Hub) -> None:
    world.media.plant(f"{OURS}/moved.mp4", b"", status=302, location=f"{OURS}/reel.mp4")
    for path in ("moved.mp4", "nothing.mp4"):
        publish_id = hub.init(pull(f"{OURS}/{path}")).json()["data"]["publish_id"]
        assert _end(world, hub, publish_id) == ("FAILED", "video_pull_failed")
    publish_id = hub.photos([f"{OURS}/square.jpg", f"{OURS}/nothing.jpg"]).json()["data"]["publish_id"]
    assert _end(world, hub, publish_id) == ("FAILED", "photo_pull_failed")


def test_a_call_that_had_to_wait_for_a_file_counts_once(world: World, hub: Hub) -> None:
    for _ in range(6):
        assert hub.photos([f"{OURS}/square.jpg", f"{OURS}/landscape.jpg"]).status_code == 200
    assert error_of(hub.photos([f"{OURS}/square.jpg"])) == (429, "rate_limit_exceeded")
    world.clock.advance(10)
    assert len(list(world.tiktok.timeline())) == 6


def test_photos_are_posted_in_their_order(world: World, hub: Hub) -> None:
    urls = [f"{OURS}/1080x1350-{number}.jpg" for number in range(3)] + [f"{OURS}/picture.webp"]
    publish_id = hub.photos(urls, description="Four of them").json()["data"]["publish_id"]
    assert publish_id.startswith("p_pub_url~")
    assert _end(world, hub, publish_id) == ("PUBLISH_COMPLETE", "")
    (item,) = world.tiktok.timeline()
    assert item.text == "Low tide\n\nFour of them"
    kept = [world.media.kept(shown.url.rpartition("/")[2]) for shown in item.media]
    assert kept == [*(pictures.jpeg(1080, 1350, number) for number in range(3)), pictures.webp(1080, 1080)]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("photo.png", "file_format_check_failed"),
        ("animation.gif", "file_format_check_failed"),
        ("page.html", "file_format_check_failed"),
        ("1081x1081.jpg", "picture_size_check_failed"),
        ("1080x1920.jpg", ""),
        ("square.jpg", ""),
    ],
)
def test_photos_are_jpeg_or_webp_and_at_most_1080_on_the_short_side(
    world: World, hub: Hub, path: str, reason: str
) -> None:
    publish_id = hub.photos([f"{OURS}/{path}"]).json()["data"]["publish_id"]
    assert _end(world, hub, publish_id) == ("FAILED" if reason else "PUBLISH_COMPLETE", reason)


def test_a_png_may_be_refused_at_once(world: World, hub: Hub) -> None:
    world.switches.set({"tiktok.wrong_photo": "init"})
    assert error_of(hub.photos([f"{OURS}/square.jpg", f"{OURS}/photo.png"])) == (400, "invalid_file_upload")
    assert hub.look("publishes")["total"] == 0
    assert hub.photos([f"{OURS}/square.jpg"]).status_code == 200


def test_a_photo_of_more_than_20_megabytes_fails(world: World, hub: Hub) -> None:
    world.media.plant(f"{OURS}/huge.jpg", pictures.jpeg(1080, 1080, 1, at_least=20_000_001), "image/jpeg")
    publish_id = hub.photos([f"{OURS}/huge.jpg"]).json()["data"]["publish_id"]
    assert _end(world, hub, publish_id) == ("FAILED", "file_format_check_failed")


_SOURCE = {"source": "PULL_FROM_URL", "photo_cover_index": 0, "photo_images": [f"{OURS}/square.jpg"]}
_GOOD: dict[str, Any] = {
    "media_type": "PHOTO",
    "post_mode": "DIRECT_POST",
    "post_info": {"title": "t", "privacy_level": EVERYONE},
    "source_info": _SOURCE,
}


@pytest.mark.parametrize(
    "change",
    [
        {"media_type": "VIDEO"},
        {"post_mode": "PUBLISH"},
        {"source_info": {**_SOURCE, "source": "FILE_UPLOAD"}},
        {"source_info": {**_SOURCE, "photo_images": []}},
        {"source_info": {**_SOURCE, "photo_images": [f"{OURS}/square.jpg"] * 36}},
        {"source_info": {**_SOURCE, "photo_cover_index": 1}},
        {"source_info": {name: _SOURCE[name] for name in ("source", "photo_images")}},
        {"post_info": None},
        {"post_info": {"title": "𝄞" * 46, "privacy_level": EVERYONE}},
        {"post_info": {"description": "x" * 4001, "privacy_level": EVERYONE}},
        {"is_aigc": "yes"},
    ],
    ids=str,
)
def test_photos_that_are_announced_wrongly_are_refused(hub: Hub, change: dict[str, Any]) -> None:
    path = "/v2/post/publish/content/init/"
    assert error_of(hub.call(path, {**_GOOD, **change})) == (400, "invalid_params")
    assert hub.call(path, _GOOD | {"post_mode": "DIRECT POST", "is_aigc": True}).status_code == 200
    assert hub.call(path, {**_GOOD, "source_info": {**_SOURCE, "photo_images": [f"{OURS}/square.jpg"] * 35}}).ok


def test_the_mode_of_photos_decides_over_the_scope(world: World, connect: Connect) -> None:
    drafting = connect([scope for scope in EVERYTHING if scope != "video.publish"])
    assert error_of(drafting.photos([f"{OURS}/square.jpg"])) == (401, "scope_not_authorized")
    data = drafting.photos([f"{OURS}/square.jpg"], mode="MEDIA_UPLOAD").json()["data"]
    assert data["publish_id"].startswith("p_inbox_url~")
    assert _end(world, drafting, data["publish_id"]) == ("SEND_TO_USER_INBOX", "")


def test_a_pull_can_be_cancelled_while_it_runs(world: World, connect: Connect) -> None:
    hub, other = connect(), connect(user="oskar.hammer")
    path = "/v2/post/publish/cancel/"
    publish_id = hub.init(pull(f"{OURS}/reel.mp4")).json()["data"]["publish_id"]
    wish = {"publish_id": publish_id}
    assert error_of(hub.call(path, {"publish_id": "v_pub_url~1"})) == (400, "invalid_publish_id")
    assert error_of(other.call(path, wish)) == (400, "token_not_authorized_for_specified_publish_id")
    answer = hub.call(path, wish).json()
    assert (set(answer), answer["error"]["code"]) == ({"error"}, "ok")
    assert _end(world, hub, publish_id) == ("FAILED", "publish_cancelled")
    assert error_of(hub.call(path, wish)) == (400, "publish_not_cancellable")
    uploaded = hub.publish()
    assert error_of(hub.call(path, {"publish_id": uploaded})) == (400, "publish_not_cancellable")
    world.clock.advance(4)
    assert len([item for item in world.tiktok.timeline() if item.live]) == 1


def test_the_town_asks_as_a_robot_without_credentials(world: World, hub: Hub) -> None:
    network = Network()
    world.media.fetcher = network
    hub.init(pull("https://files.sandbox.example/v.mp4"))
    (errand,) = network.asked
    assert (errand.method, [name for name, _ in errand.headers]) == ("GET", ["User-Agent"])
