"""Every kind of post that a platform takes, sent by API to a hub in processes of its own, and read where people would see it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox import pictures
from tests.journeys.hub import Browser, Hub, wait_for
from tests.media.making import pdf, picture

REST = {"published", "failed", "dlq", "cancelled"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    # One for both: starting it takes longer than most of what it is asked for.
    with Hub(
        tmp_path_factory.mktemp("hub") / "var", PUBLISH_LANDING_SECONDS="1", LINKEDIN_MEDIA_GRACE_SECONDS="2"
    ) as hub:
        hub.wait_until_ready()
        yield hub


class Client:
    """A client app: a hub, its key, the places it may publish to, and the jobs it started."""

    def __init__(self, hub: Hub, platform: str, consent: str) -> None:
        self.hub = hub
        self.platform = platform
        email, password, key = hub.credentials()
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"
        browser = Browser().open(hub.url)
        browser.submit("sign-in", email=email, password=password)
        browser.open(f"{hub.url}/api/oauth/{platform}/start")
        browser.submit(consent, decision="allow")
        assert "/destinations" in browser.url, browser.page[:3000]
        found = [place for place in self.get("destinations/")["results"] if place["platform"] == platform]
        possible = [place for place in found if not place["obstacle"]]
        browser.submit("/destinations", destination=[place["id"] for place in possible])
        self.places = {place["kind"]: place["id"] for place in possible}
        self.jobs: dict[str, dict[str, Any]] = {}

    def get(self, path: str) -> Any:
        answer = self.session.get(f"{self.hub.url}/api/{path}", timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, status: int) -> Any:
        answer = self.session.post(f"{self.hub.url}/api/{path}", json=body, timeout=10)
        assert answer.status_code == status, answer.text
        return answer.json()

    def upload(self, name: str, content: bytes) -> str:
        """Send a file and return its id."""
        answer = self.session.post(f"{self.hub.url}/api/media/", files={"file": (name, content)}, timeout=30)
        assert answer.status_code in {200, 201}, answer.text
        return str(answer.json()["id"])

    def publish(self, name: str, kind: str, files: tuple[str, ...] = (), **said: Any) -> None:
        """Publish to the place of a kind; the post bears its name as text unless something else is said."""
        media = [{"id": one, "alt_text": f"What {name} shows"} for one in files]
        post = {"text": name, "destinations": [self.places[kind]], "media": media, **said}
        self.jobs[name] = self.post("publish", post, 202)["jobs"][0]

    def settle(self) -> None:
        """Wait until no job moves any more, and demand that all are published."""

        def at_rest() -> bool:
            self.jobs = {name: self.get(f"jobs/{job['id']}/") for name, job in self.jobs.items()}
            return all(job["state"] in REST for job in self.jobs.values())

        wait_for("the end of every job", at_rest)
        stuck = {name: job["error"] for name, job in self.jobs.items() if job["state"] != "published"}
        assert not stuck

    def feed(self) -> list[dict[str, Any]]:
        """Return what stands on the platform."""
        everything = requests.get(f"{self.hub.sandbox}/_sandbox/posts", params={"limit": "100"}, timeout=5).json()
        return [post for post in everything["posts"] if post["platform"] == self.platform]

    def seen(self) -> dict[str, list[str]]:
        """Return what stands on the platform by its text: the kinds of its files; a text that stands twice fails."""
        found = self.feed()
        texts = [str(post["message"]) for post in found if post["message"]]
        assert len(texts) == len(set(texts))
        return {str(post["message"]): [one["kind"] for one in post["media"]] for post in found}

    def page_of(self, name: str) -> Browser:
        """Open what people see at the permalink of a post."""
        path = next(post["permalink_path"] for post in self.feed() if (post["message"] or "").split(" for ")[0] == name)
        return Browser().open(f"{self.hub.sandbox}{path}")


def test_a_client_publishes_every_kind_to_a_facebook_page_and_an_instagram_account(hub: Hub) -> None:
    client = Client(hub, "meta", "dialog/oauth")
    page, insta = "facebook_page", "instagram_account"
    square, tall = client.upload("a.jpg", picture(size=(1080, 1080))), client.upload("b.jpg", pictures.jpeg(1080, 1350))
    screen, logo = client.upload("c.jpg", pictures.jpeg(1080, 1920)), client.upload("d.png", pictures.png(1200, 630))
    film, reel = (
        client.upload("e.mp4", pictures.mp4(1280, 720, 8)),
        client.upload("f.mp4", pictures.mp4(1080, 1920, 12)),
    )

    client.publish("page text", page, first_comment="the first under it")
    client.publish("page link", page, link="https://example.com/")
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    client.publish("page text of later", page, publish_at=soon)
    client.publish("page photo", page, (square,))
    client.publish("page photos", page, (logo, square, tall))
    client.publish("page video", page, (film,), settings={page: {"title": "A film"}})
    client.publish("page reel", page, (reel,), settings={page: {"format": "reel"}})
    client.publish("page story", page, (screen,), text="", settings={page: {"format": "story"}})
    client.publish(
        "insta image", insta, (square,), first_comment="a word more",
        settings={insta: {"collaborators": ["cafe.zoe"], "user_tags": [{"username": "cafe.zoe", "x": 0.5, "y": 0.5}]}},
    )  # fmt: skip
    client.publish("insta carousel", insta, (square, tall, film))
    cover = "https://media.sandbox.example/tall.jpg"
    client.publish("insta reel", insta, (reel,), settings={insta: {"format": "reel", "cover_url": cover}})
    client.publish("insta story", insta, (screen,), text="", settings={insta: {"format": "story"}})
    client.settle()

    def expected() -> bool:
        return client.seen() | {"": ["image"]} == {
            "": ["image"],
            "page text": [], "page link": [], "page text of later": [], "page photo": ["image"], "page photos": ["image"] * 3,
            "page video": ["video"], "page reel": ["video"],
            "insta image": ["image"], "insta carousel": ["image", "image", "video"], "insta reel": ["video"],
        }  # fmt: skip

    wait_for("the feed", expected, patience=10)
    assert len(client.feed()) == len(client.jobs)
    wait_for("the comment", lambda: client.page_of("page text").sees("the first under it"), patience=10)
    wait_for("the comment", lambda: client.page_of("insta image").sees("a word more"), patience=10)

    gone = client.jobs["page photo"]
    client.post(f"jobs/{gone['id']}/remove/", {}, 200)
    assert "page photo" not in client.seen()


def test_a_client_publishes_every_kind_to_a_linkedin_profile_and_a_page(hub: Hub) -> None:
    client = Client(hub, "linkedin", "authorization")
    square, tall = client.upload("a.jpg", picture(size=(1080, 1080))), client.upload("b.jpg", pictures.jpeg(1080, 1350))
    film, report = client.upload("c.mp4", pictures.mp4(1280, 720, 8, size=200_000)), client.upload("d.pdf", pdf(3))
    poll = {"question": "Tea?", "options": ["Yes", "No"], "duration": "ONE_DAY"}
    kinds = {"member": "linkedin_member", "page": "linkedin_organization"}

    for who, kind in kinds.items():
        mention = "@[Fundición Ñ](urn:li:organization:2414102)"
        client.publish(f"{who} text", kind, text=f"{who} text for {mention} (all of it) #stars", first_comment="first!")
        client.publish(f"{who} link", kind, link="https://example.com/a", settings={kind: {"article_title": "Read"}})
        client.publish(f"{who} image", kind, (square,))
        client.publish(f"{who} images", kind, (tall, square))
        client.publish(f"{who} video", kind, (film,))
        client.publish(f"{who} document", kind, (report,), settings={kind: {"document_title": "Report"}})
        client.publish(f"{who} poll", kind, settings={kind: {"poll": poll}})
    client.settle()
    client.publish("reshare", kinds["member"], settings={
        kinds["member"]: {"reshare_of": client.jobs["page text"]["external_id"]}
    })  # fmt: skip
    client.settle()

    seen = client.seen()
    for who in kinds:
        assert seen[f"{who} text for Fundición Ñ (all of it) #stars"] == []
        assert (seen[f"{who} link"], seen[f"{who} poll"]) == ([], [])
        assert (seen[f"{who} image"], seen[f"{who} images"]) == (["image"], ["image", "image"])
        assert (seen[f"{who} video"], seen[f"{who} document"]) == (["video"], ["document"])
        assert client.page_of(f"{who} poll").sees("Tea?")
        wait_for("the comment", lambda who=who: client.page_of(f"{who} text").sees("first!"), patience=10)
    assert "reshare" in seen
    assert len(client.feed()) == len(client.jobs)

    changed = client.jobs["page image"]
    client.post(f"jobs/{changed['id']}/edit-live/", {"text": "page image, said better (much)"}, 200)
    assert client.seen()["page image, said better (much)"] == ["image"]


def test_a_client_publishes_every_kind_to_a_tiktok_account(hub: Hub) -> None:
    client = Client(hub, "tiktok", "authorize")
    account = "tiktok_creator"
    chosen = {"privacy_level": "PUBLIC_TO_EVERYONE", "consent": True}
    film = client.upload("a.mp4", pictures.mp4(1080, 1920, 12, size=11_000_000))
    photo, logo = client.upload("b.jpg", pictures.jpeg(1080, 1350)), client.upload("c.png", pictures.png(2400, 1800))

    refused = {"text": "nothing chosen", "destinations": [client.places[account]], "media": [{"id": film}]}
    findings = client.post("publish/check", refused, 200)["findings"]
    assert {one["code"] for one in findings} == {"not_chosen", "no_consent"}

    client.publish("tok video", account, (film,), settings={account: {**chosen, "allow_comment": True}})
    client.publish("tok photo", account, (photo,), settings={account: {**chosen, "title": "A photo"}})
    client.publish("tok photos", account, (photo, logo), settings={account: {**chosen, "cover_index": 1}})
    client.publish("tok for me", account, (film,), settings={account: {**chosen, "privacy_level": "SELF_ONLY"}})
    client.publish("tok draft", account, (film,), text="", settings={account: {"post_mode": "draft"}})
    client.settle()

    live = {str(post["message"]).split("\n\n")[-1]: post for post in client.feed() if post["is_published"]}
    assert {name: [one["kind"] for one in post["media"]] for name, post in live.items()} == {
        "tok video": ["video"], "tok photo": ["image"], "tok photos": ["image", "image"], "tok for me": ["video"],
    }  # fmt: skip
    assert sum(not post["is_published"] for post in client.feed()) == 1, "the draft waits in the inbox"
    assert client.jobs["tok for me"]["permalink"].startswith("https://www.tiktok.com/@")
