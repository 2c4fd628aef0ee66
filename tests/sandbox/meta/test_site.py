"""The pages people see: Pages with their media, Instagram profiles, and the feed over all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from sandbox import pictures
from sandbox.adapter import SandboxAdapter
from sandbox.app import create_app
from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import THIRTEEN, Hub
from tests.sandbox.meta.instagram import MEDIA, Instagram

HERE = "http://127.0.0.1:8801"


@pytest.fixture
def shown(instagram: Instagram, world: World, hub: Hub, page_token: str) -> Instagram:
    photos = f"/{demo.BAKERY}/photos"
    hub.call(
        "POST", photos, page_token, json={"url": f"{MEDIA}/square.jpg", "caption": "A loaf", "alt_text_custom": "Loaf"}
    )
    hub.call("POST", f"/{demo.BAKERY}/videos", page_token, json={"file_url": f"{MEDIA}/clip.mp4", "title": "Kneading"})
    story = hub.call("POST", photos, page_token, json={"url": f"{MEDIA}/tall.jpg", "published": False}).json()["id"]
    hub.call("POST", f"/{demo.BAKERY}/photo_stories", page_token, json={"photo_id": story})
    instagram.live(image_url=f"{MEDIA}/portrait.jpg", caption="Grid one", alt_text="One")
    instagram.live(video_url=f"{MEDIA}/reel.mp4", media_type="REELS", caption="Grid two")
    instagram.live(image_url=f"{MEDIA}/tall.jpg", media_type="STORIES")
    return instagram


def _pictures(html: str) -> list[str]:
    return re.findall(r'<(?:img|video) src="([^"]+)"', html)


@pytest.mark.parametrize(
    ("path", "words", "count"),
    [
        ("/_sandbox/", ["A loaf", "Kneading", "Grid one", "Instagram reel", "Facebook story"], 6),
        (f"/www.facebook.com/{demo.BAKERY}", ["A loaf", "@boulangerie.eclair on Instagram", "Stories"], 3),
        ("/www.instagram.com/boulangerie.eclair/", ["2210", "Boulangerie Éclair", "Stories", "Business account"], 3),
    ],
)
def test_a_page_shows_media_that_open_and_loads_them_from_here_alone(
    shown: Instagram, session: requests.Session, path: str, words: list[str], count: int
) -> None:
    answer = session.get(f"{HERE}{path}")
    assert answer.status_code == 200
    for word in words:
        assert word in answer.text
    assert "media-src 'self'" in answer.headers["Content-Security-Policy"]
    found = _pictures(answer.text)
    assert len(found) == count
    for url in found:
        assert url.startswith("/media.sandbox.example/kept/")
        assert session.get(f"{HERE}{url}").headers["Content-Type"] in ("image/jpeg", "video/mp4")


def test_the_posts_of_the_control_room_carry_their_media(shown: Instagram, session: requests.Session) -> None:
    posts = session.get(f"{HERE}/_sandbox/posts", params={"page": demo.IG_BAKERY}).json()["posts"]
    assert [post["message"] for post in posts] == ["", "Grid two", "Grid one"]
    assert posts[2]["media"][0]["alt"] == "One"
    assert session.get(f"{HERE}{posts[2]['permalink_path']}").status_code == 200


def test_a_private_or_unknown_profile_is_not_shown(session: requests.Session) -> None:
    for name in ("choeur.prive", "nobody"):
        assert session.get(f"https://www.instagram.com/{name}/").status_code == 404


def test_hidden_comments_are_not_shown(shown: Instagram, session: requests.Session, hub: Hub) -> None:
    media_id = shown.media()[0]["id"]
    comment = hub.call("POST", f"/{media_id}/comments", shown.token, json={"message": "Look here"}).json()["id"]
    permalink = shown.read(media_id, "permalink")["permalink"]
    assert "Look here" in session.get(permalink).text
    hub.call("POST", f"/{comment}", shown.token, json={"hide": True})
    assert "Look here" not in session.get(permalink).text


def test_everything_that_was_published_survives_a_restart(tmp_path: Path) -> None:
    first = World(state=tmp_path / "town.db")
    session = requests.Session()
    for prefix in ("https://graph.facebook.com", "https://www.instagram.com"):
        session.mount(prefix, SandboxAdapter(create_app(first)))
    hub = Hub(session)
    token = hub.page_token(hub.long_lived(first.meta.consent(scopes=THIRTEEN)["code"]), demo.BAKERY)
    instagram = Instagram(first, hub, token, demo.IG_BAKERY)
    hub.call("POST", f"/{demo.BAKERY}/photos", token, json={"url": f"{MEDIA}/square.jpg", "caption": "Photo"})
    hub.call("POST", f"/{demo.BAKERY}/videos", token, json={"file_url": f"{MEDIA}/clip.mp4", "description": "Film"})
    instagram.live(image_url=f"{MEDIA}/square.jpg", caption="Grid")
    waiting = instagram.made(image_url=f"{MEDIA}/square.jpg", caption="After the restart")
    first.close()
    second = World(state=tmp_path / "town.db")
    assert {item.text for item in second.meta.timeline()} == {"Photo", "Film", "Grid"}
    for item in second.meta.timeline():
        assert second.media.kept(item.media[0].url.rpartition("/")[2])
    session.mount("https://graph.facebook.com", SandboxAdapter(create_app(second)))
    second.clock.advance(10)
    assert instagram.publish(waiting).ok
    second.close()


def test_media_survive_a_restart_and_no_reset(tmp_path: Path) -> None:
    path = tmp_path / "town.db"
    body = pictures.jpeg(64, 64)
    first = World(state=path)
    with first.changing():
        digest = first.media.keep(body)
    first.close()
    second = World(state=path)
    assert second.media.kept(digest) == body
    second.reset()
    assert second.media.kept(digest) is None
    second.close()
