"""TikTok's connector alone: the sandbox or scripted answers on the wire, keys, a safe and a journal in memory, no rows."""

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import pytest
import requests
import responses
from django.conf import settings

from connectors import http
from connectors.manager import get_connector
from connectors.tiktok.connector import TikTokConnector
from connectors.types import (
    ACCESS_TOKEN,
    REFRESH_TOKEN,
    Attachment,
    Content,
    Facts,
    Grant,
    MediaKind,
    NotThere,
    Processing,
    Published,
    Target,
)
from foundation.secret import Secret
from sandbox import pictures
from sandbox.faults import fault_from
from sandbox.tiktok import demo
from sandbox.tiktok.town import TikTok
from sandbox.world import World
from tests.conftest import GATEWAY
from tests.connectors import kit
from tests.connectors.kit import Ring

CALLBACK = "https://hub.example/api/oauth/tiktok/callback"
API = f"{GATEWAY}/open.tiktokapis.com"
WWW = f"{GATEWAY}/www.tiktok.com"
OPEN_ID = TikTok.destination_id(demo.NAIARA)
SCOPES = ("user.info.basic", "user.info.profile", "user.info.stats", "video.list", "video.upload", "video.publish")
ME = Target("tiktok_creator", OPEN_ID, "Naiara", {"username": "naiara.etxe"}, SCOPES)
#: Nobody says more than this about a post.
CHOSEN = {"privacy_level": "PUBLIC_TO_EVERYONE", "consent": True}
CHUNK = 5_242_880


@dataclass
class Chest:
    """A safe that anybody could open, but that never shows what it holds."""

    changed: bool = False

    def lock(self, secret: Secret) -> str:
        """Turn it around."""
        return base64.b64encode(secret.reveal()[::-1].encode()).decode()

    def unlock(self, locked: str) -> Secret | None:
        """Turn it back."""
        return None if self.changed else Secret(base64.b64decode(locked).decode()[::-1])


@dataclass
class MemoryJournal(kit.MemoryJournal):
    """A journal by the town's clock."""

    world: World | None = None
    announced: datetime | None = None
    #: What happens in the world right after a step.
    upon: dict[str, Callable[[], object]] = field(default_factory=dict)

    @property
    def started_at(self) -> datetime:
        """When the step was announced, else now."""
        return self.announced or self.now

    @property
    def now(self) -> datetime:
        """What the town's clock says."""
        return self.world.clock.moment().astimezone(UTC) if self.world else datetime.now(UTC)

    def announce(self, step: str) -> None:
        """Announce; the first time counts."""
        self.announced = self.announced or self.now
        super().announce(step)

    def stage_of(self, value: Any) -> str:
        """Return the stage, or the bytes sent."""
        return str(value.get("stage") or value.get("bytes", "")) if isinstance(value, dict) else ""

    def _tell(self, what: str) -> None:
        for step in [step for step in self.upon if what.startswith(step)]:
            self.upon.pop(step)()
        super()._tell(what)


@dataclass
class MemoryFile:
    """A file in memory."""

    data: bytes = b""
    kind: MediaKind = MediaKind.VIDEO
    content_type: str = "video/mp4"
    id: str = "0190-film"
    name: str = "film.mp4"
    size: int | None = None
    width: int | None = 1080
    height: int | None = 1920
    duration: timedelta | None = timedelta(seconds=12)
    facts: Facts = field(default_factory=dict)
    public_url: str = "https://media.sandbox.example/ours/1.mp4"
    wanted: list[int | None] = field(default_factory=list)
    jpeg: "MemoryFile | None" = None

    @property
    def size_bytes(self) -> int:
        """How long it is, or is said to be."""
        return len(self.data) if self.size is None else self.size

    def open(self) -> BinaryIO:
        """Return the bytes."""
        return io.BytesIO(self.data)

    def as_jpeg(self, *, longest_side: int | None = None) -> "MemoryFile":
        """Return what the hub would make of it."""
        self.wanted.append(longest_side)
        assert self.jpeg is not None, "it goes as it is"
        return self.jpeg


class Listening(kit.Listening):
    """The sandbox, with an ear on the wire."""

    def __init__(self, world: World) -> None:
        super().__init__(world, passes=world.clock.advance)

    def calls(self, word: str) -> list[requests.PreparedRequest]:
        """Return the requests whose method and address hold a word."""
        return [one for one in self.heard if word in f"{one.method} {one.url}"]


def film(size: int = 90_000, *, seconds: float = 12, **said: Any) -> MemoryFile:
    """A video of exactly so many bytes."""
    data = pictures.mp4(1080, 1920, seconds, size=24_000)
    return MemoryFile(data=data + b"\x00\x00\x00\x08free" + bytes(max(0, size - len(data) - 8)), **said)


def photo(world: World | None = None, width: int = 1080, height: int = 1350, shade: int = 1, **said: Any) -> MemoryFile:
    """A JPEG that the town can fetch."""
    data = pictures.jpeg(width, height, shade)
    file = MemoryFile(data, MediaKind.IMAGE, "image/jpeg", f"photo-{shade}", f"{shade}.jpg", width=width, height=height)
    file = replace(file, duration=None, public_url=f"https://media.sandbox.example/ours/{shade}-{width}.jpg", **said)
    if world is not None:
        world.media.plant(file.public_url, file.data, file.content_type)
    return file


def post(*files: MemoryFile, text: str = "Tide pools 🌊 #slow", **chosen: Any) -> Content:
    """A post that everybody may see, unless something else is chosen."""
    return Content(text=text, media=tuple(Attachment(file) for file in files), settings={**CHOSEN, **chosen})


def draft(*files: MemoryFile, text: str = "", **chosen: Any) -> Content:
    """A draft."""
    return Content(
        text=text, media=tuple(Attachment(file) for file in files), settings={"post_mode": "draft", **chosen}
    )


def through(connector: TikTokConnector, content: Content, journal: MemoryJournal) -> Published:
    """Publish as the hub does, letting the town's time pass where it is told to look again."""
    assert journal.world is not None
    for _ in range(80):
        result = connector.publish(content, ME, journal)
        journal.announced = None
        if isinstance(result, Published):
            return result
        journal.world.clock.advance(result.look_again_after.total_seconds())
    raise AssertionError("it never came to an end")


def found(connector: TikTokConnector, content: Content, journal: MemoryJournal) -> Published | NotThere:
    """Look after an unknown outcome, as often as it takes, and settle what was announced."""
    assert journal.world is not None
    for _ in range(400):
        result = connector.find_published(content, ME, journal, now=journal.now)
        if isinstance(result, Published) or (isinstance(result, NotThere) and result.final):
            journal.announced = None
            return result
        assert isinstance(result, NotThere), result
        journal.world.clock.advance(15)
    raise AssertionError("nobody ever knew")


def stages(journal: MemoryJournal) -> list[str]:
    """Return what was announced."""
    return [line for line in journal.told if line.startswith("announce")]


@pytest.fixture(autouse=True)
def _no_limits_of_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's clock counts our calls, and stands nearly still while the town's runs."""
    from connectors.tiktok import api

    monkeypatch.setattr(api, "OF_ACCOUNT", dict.fromkeys(api.OF_ACCOUNT, 10_000))
    monkeypatch.setattr(settings, "TIKTOK_POSTS_PER_DAY", 0)
    monkeypatch.setattr(settings, "TIKTOK_DRAFTS_PER_DAY", 0)


@pytest.fixture
def town() -> World:
    world = World(redirect_uris=[CALLBACK])
    world.switches.set({"tiktok.audience": "quiet", "tiktok.limit_daily_posts": 0})
    return world


@pytest.fixture
def wire(town: World) -> Iterator[Listening]:
    adapter = Listening(town)
    http.mount(GATEWAY, adapter)
    yield adapter
    http.unmount(GATEWAY)
    assert [violation.what for violation in town.tiktok.state.violations] == []


@pytest.fixture
def answers() -> Iterator[responses.RequestsMock]:
    """Scripted answers in the platform's place."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as script:
        yield script


@pytest.fixture
def bare() -> TikTokConnector:
    """A connector that belongs to nobody."""
    made = get_connector("tiktok")
    assert isinstance(made, TikTokConnector)
    return made


@pytest.fixture
def alone(bare: TikTokConnector) -> TikTokConnector:
    """A connector with tokens, for scripted answers."""
    ring = Ring({ACCESS_TOKEN: Secret("act.scripted"), REFRESH_TOKEN: Secret("rft.scripted")})
    return TikTokConnector(app=bare.app, http=bare.http, keys=ring, safe=Chest())


@pytest.fixture
def granted(bare: TikTokConnector, wire: Listening, town: World) -> Callable[..., Grant]:
    """Go the whole way from consent to a grant."""

    def make(user: str = demo.NAIARA, **more: Any) -> Grant:
        url = bare.authorize_url(redirect_uri=CALLBACK, state=Secret("state"))
        back = town.tiktok.consent({"url": url, "user": user, **more})
        return bare.exchange_code(code=Secret(str(back["code"])), redirect_uri=CALLBACK, now=datetime.now(UTC))

    return make


@pytest.fixture
def connector(bare: TikTokConnector, granted: Callable[..., Grant]) -> TikTokConnector:
    """A connector that holds the tokens of the first creator."""
    grant = granted()
    assert grant.refresh_token is not None
    ring = Ring({ACCESS_TOKEN: grant.access_token, REFRESH_TOKEN: grant.refresh_token})
    return TikTokConnector(app=bare.app, http=bare.http, keys=ring, safe=Chest())


@pytest.fixture
def journal(town: World) -> MemoryJournal:
    return MemoryJournal(world=town)


@pytest.fixture
def trouble(town: World) -> Callable[..., None]:
    """Script trouble for TikTok's hosts; without a host for the API."""

    def script(kind: str, **said: Any) -> None:
        town.faults.add(fault_from({"kind": kind, "host": "open.tiktokapis.com", **said}))

    return script


@pytest.fixture
def unaudited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be the app that has not passed the audit."""
    monkeypatch.setattr(settings, "TIKTOK_APP_ID", demo.UNAUDITED_APP_KEY)
    monkeypatch.setattr(settings, "TIKTOK_APP_SECRET", Secret(demo.UNAUDITED_APP_SECRET))
    monkeypatch.setattr(settings, "TIKTOK_AUDITED", False)


def is_processing(result: object) -> Processing:
    """Return a result that says to look again."""
    assert isinstance(result, Processing), result
    return result
