"""What people see: the feed, a post's page, a member's and a page's; and what the control room tells."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import requests

from sandbox.adapter import SandboxAdapter
from sandbox.app import create_app
from sandbox.world import World
from tests.sandbox.hub import Hub as MetaHub
from tests.sandbox.linkedin.hub import CONTROL, FOUNDRY, OBSERVATORY, SITE, SOLVEIG, Hub, enc, mp4, png

HERE = "http://127.0.0.1:8801"


def test_a_posts_page_shows_text_links_picture_and_comments(hub: Hub, token: str) -> None:
    image = hub.upload(token, OBSERVATORY, png())
    wire = rf"<script\> is cut, @[Fundición Ñ]({FOUNDRY})"
    urn = hub.publish(token, OBSERVATORY, "\\" + wire, content={"media": {"id": image, "altText": 'A "star"'}})
    page = hub.session.get(f"{SITE}/feed/update/{urn.headers['x-restli-id']}/")
    assert page.status_code == 200
    assert "&lt;script&gt; is cut" in page.text
    assert "<strong>Fundición Ñ</strong>" in page.text
    assert 'alt="A &#34;star&#34;"' in page.text
    assert "Not LinkedIn" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_pages_profile_shows_every_kind_and_hides_dark_posts(hub: Hub, token: str) -> None:
    poll = {
        "question": "When?",
        "options": [{"text": "Friday"}, {"text": "Never"}],
        "settings": {"duration": "ONE_DAY"},
    }
    thumbnail = hub.upload(token, OBSERVATORY, png())
    article = {"source": "https://www.stjornuhus.example/a", "title": "Hours", "thumbnail": thumbnail}
    document = hub.upload(token, OBSERVATORY, b"%PDF-1.7", "document")
    video = hub.upload_video(token, OBSERVATORY, mp4())
    first = hub.publish(token, OBSERVATORY, "A poll", content={"poll": poll}).headers["x-restli-id"]
    hub.publish(token, OBSERVATORY, "A link", content={"article": article})
    hub.publish(token, OBSERVATORY, "A paper", content={"media": {"id": document, "title": "Programme.pdf"}})
    hub.publish(token, OBSERVATORY, "A film", content={"media": {"id": video, "title": "Dome"}})
    hub.publish(token, OBSERVATORY, "", reshareContext={"parent": first})
    hub.publish(token, OBSERVATORY, "In the dark", distribution={"feedDistribution": "NONE"})
    page = hub.session.get(f"{SITE}/company/stjornuhus/").text
    for words in (
        "Friday",
        "open for 1 day",
        "Hours",
        "stjornuhus.example",
        "Programme.pdf",
        "<video",
        "8214 followers",
    ):
        assert words in page
    assert "In the dark" not in page
    assert hub.session.get(f"{SITE}/in/solveig-thorsdottir/").status_code == 200
    for nowhere in ("/in/nobody/", "/company/nobody/", "/feed/update/urn:li:share:1/", "/jobs"):
        assert hub.session.get(SITE + nowhere).status_code == 404


def test_the_shared_feed_shows_posts_with_their_media_and_filters_by_author(
    hub: Hub, session: requests.Session, token: str
) -> None:
    image = hub.upload(token, OBSERVATORY, png())
    hub.publish(token, OBSERVATORY, "With a picture", content={"media": {"id": image, "altText": "Stars"}})
    hub.publish(token, SOLVEIG, "Only words")
    feed = session.get(f"{CONTROL}/").text
    assert 'alt="Stars"' in feed
    told = session.get(f"{CONTROL}/posts", params={"page": OBSERVATORY}).json()
    assert told["total"] == 1
    (post,) = told["posts"]
    assert (post["platform"], post["destination_name"]) == ("linkedin", "Stjörnuhús Observatory")
    assert post["media"][0]["kind"] == "image"
    assert session.get(HERE + post["media"][0]["url"]).content == png()
    assert session.get(HERE + post["permalink_path"]).ok
    assert session.get(f"{CONTROL}/posts", params={"page": OBSERVATORY.rpartition(":")[2]}).json()["total"] == 1
    assert session.get(f"{CONTROL}/posts", params={"platform": "linkedin"}).json()["total"] == 2
    assert "Only words" in session.get(f"{CONTROL}/", params={"page": SOLVEIG}).text


def test_media_is_served_with_its_type_and_never_as_a_page(hub: Hub, session: requests.Session, token: str) -> None:
    document = hub.upload(token, OBSERVATORY, b"%PDF-1.7", "document")
    answer = session.get(f"https://media.licdn.com/dms/document/{document.rpartition(':')[2]}")
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    broken = hub.upload(token, OBSERVATORY, b"<html>", "image")
    assert session.get(f"https://media.licdn.com/dms/image/{broken.rpartition(':')[2]}").status_code == 404


def test_everything_is_reached_by_path_as_well_as_by_host(session: requests.Session, token: str) -> None:
    hub = Hub(session, f"{HERE}/api.linkedin.com", f"{HERE}/www.linkedin.com")
    value = hub.initialize(token, OBSERVATORY).json()["value"]
    assert value["uploadUrl"].startswith(f"{HERE}/www.linkedin.com/dms-uploads/")
    image = hub.upload(token, OBSERVATORY, png())
    urn = hub.publish(token, OBSERVATORY, "By path", content={"media": {"id": image}}).headers["x-restli-id"]
    assert hub.call("GET", f"/rest/posts/{enc(urn)}", token).json()["commentary"] == "By path"
    told = session.get(f"{HERE}/www.linkedin.com/oauth/.well-known/openid-configuration").json()
    assert told["userinfo_endpoint"] == f"{HERE}/api.linkedin.com/v2/userinfo"


def test_secrets_never_show_in_calls_or_pages(world: World, session: requests.Session, hub: Hub, token: str) -> None:
    hub.publish(token, SOLVEIG, f"My token is {token[:60]}")
    hub.introspect(token)
    shown = session.get(f"{CONTROL}/calls").text + session.get(f"{CONTROL}/controls").text
    codes = [code for code, _ in world.linkedin.state.codes.items()]
    tokens = [value for value, _ in world.linkedin.state.tokens.items()]
    for secret in ["sandbox-linkedin-plus-secret", *codes, *tokens, token[:60]]:
        assert secret not in shown


def test_calls_are_counted_by_what_they_do(world: World, hub: Hub, token: str) -> None:
    for number in range(3):
        image = hub.upload(token, OBSERVATORY, png())
        urn = hub.publish(token, OBSERVATORY, f"{number}", content={"media": {"id": image}}).headers["x-restli-id"]
        hub.call("DELETE", f"/rest/posts/{urn.replace(':', '%3A')}", token)
    counts = world.journal.counts()
    assert counts["POST api.linkedin.com/rest/posts"] == {"calls": 3, "worked": 3}
    assert counts["DELETE api.linkedin.com/rest/posts/{id}"]["calls"] == 3
    assert counts["PUT www.linkedin.com/dms-uploads/{id}/image/0"]["calls"] == 3


def test_a_reset_brings_back_the_first_day(world: World, session: requests.Session, hub: Hub, token: str) -> None:
    hub.publish(token, SOLVEIG, "Soon forgotten")
    assert session.post(f"{CONTROL}/reset").ok
    assert list(world.linkedin.timeline()) == []
    assert world.linkedin.summary()["organizations"] == 34
    assert world.linkedin.consent(scopes=["openid"])["code"]


def test_two_platforms_share_one_town(world: World, session: requests.Session, token: str) -> None:
    session.mount("https://graph.facebook.com", SandboxAdapter(create_app(world)))
    assert MetaHub(session).call("GET", "/me").status_code == 400
    assert set(session.get(f"{CONTROL}/state").json()["platforms"]) >= {"meta", "linkedin"}


def test_posts_stay_cheap_when_there_are_thousands(world: World, hub: Hub, token: str) -> None:
    """Generous on purpose: this finds a quadratic search, not a slow morning."""

    def seconds_for(numbers: range) -> float:
        began = time.process_time()
        for number in numbers:
            assert hub.publish(token, OBSERVATORY, f"Number {number}").status_code == 201
        return time.process_time() - began

    early = seconds_for(range(300))
    seconds_for(range(300, 1700))
    late = seconds_for(range(1700, 2000))
    assert late < 3 * early + 0.5
    assert sum(1 for _ in world.linkedin.timeline(OBSERVATORY)) == 2000


def test_a_platform_that_is_new_to_a_kept_world_is_built_in_it(tmp_path: Path) -> None:
    path = tmp_path / "town.db"
    before = World(state=path)
    code = before.meta.consent(scopes=["email"])["code"]
    before.close()
    with closing(sqlite3.connect(path)) as file:
        file.execute("DELETE FROM documents WHERE collection LIKE 'linkedin.%' OR key = 'seeded:linkedin'")
        file.commit()
    after = World(state=path)
    assert after.linkedin.consent(scopes=["openid"])["code"]
    assert code in after.meta.state.codes
    after.close()
