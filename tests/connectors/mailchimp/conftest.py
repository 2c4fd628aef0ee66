"""Mailchimp's connector alone: the sandbox or scripted answers on the wire, a key and a journal in memory, no rows."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import pytest
import requests
import responses
from django.core.cache import cache

from connectors import budgets, http
from connectors.errors import ReconnectRequired
from connectors.mailchimp.connector import MailchimpConnector
from connectors.manager import get_connector
from connectors.types import ACCESS_TOKEN, Facts, MediaFile, MediaKind, Target
from foundation.secret import Secret
from sandbox.adapter import SandboxAdapter
from sandbox.app import create_app
from sandbox.faults import fault_from
from sandbox.mailchimp import demo
from sandbox.world import World
from tests.conftest import GATEWAY

#: Of the form of a key, and nobody's.
HEX = "0123456789abcdef" * 2
KEY = f"{HEX}-us19"
ROOT = f"{GATEWAY}/us19.api.mailchimp.com/3.0"
FACTS: Facts = {
    "account_id": demo.ROASTERY,
    "login_id": str(demo.GRETA),
    "dc": "us19",
    "role": "owner",
    "plan": "monthly",
    "from_name": "Rösterei Großmann",
    "from_email": "post@grossmann-kaffee.test",
    "double_optin": False,
}
LETTER = Target("audience", demo.LETTER, "Rösterei-Brief", FACTS)


class WorkerDied(BaseException):
    """The process was killed: nothing of the connector's may catch this."""


@dataclass
class Ring:
    """The secrets of one connection, in memory."""

    secrets: dict[str, Secret] = field(default_factory=dict)

    def open(self, kind: str) -> Secret:
        """Return the secret, or say that there is none."""
        if kind not in self.secrets:
            raise ReconnectRequired("There is no token for this account.", remedy="Reconnect it.")
        return self.secrets[kind]


@dataclass
class MemoryJournal:
    """A journal in memory that can be made to die at a step, as a killed worker would."""

    notes: dict[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    dies_after: str = ""

    def recall(self, key: str) -> Any:
        """Return what was noted."""
        return self.notes.get(key)

    def note(self, key: str, value: Any) -> None:
        """Note, and die if this is the step to die after."""
        self.notes[key] = value
        self._tell(f"note {key}")

    def announce(self, step: str) -> None:
        """Announce."""
        self._tell(f"announce {step}")

    def last_moment(self) -> None:
        """Let the bytes leave."""
        self._tell("last moment")

    def renew(self) -> None:
        """Hold the job for longer."""

    def belongs_to_other_job(self, external_id: str) -> bool:
        """There is one job."""
        return False

    def _tell(self, what: str) -> None:
        self.told.append(what)
        if self.dies_after and what.startswith(self.dies_after):
            self.dies_after = ""
            raise WorkerDied(what)


@dataclass
class MemoryFile:
    """A file in memory."""

    data: bytes = b"\x89PNG"
    kind: MediaKind = MediaKind.IMAGE
    content_type: str = "image/png"
    id: str = "0190-file"
    name: str = "picture.png"
    size: int | None = None
    width: int | None = 800
    height: int | None = 600
    duration: timedelta | None = None
    facts: Facts = field(default_factory=dict)
    public_url: str = "https://hub.example/media/1"

    @property
    def size_bytes(self) -> int:
        """How long it is, or is said to be."""
        return len(self.data) if self.size is None else self.size

    def open(self) -> BinaryIO:
        """Return the bytes."""
        return io.BytesIO(self.data)

    def as_jpeg(self, *, longest_side: int | None = None) -> MediaFile:
        """Return something like it."""
        return replace(self, data=b"\xff\xd8JPEG", content_type="image/jpeg", name="picture.jpg", size=None)


class Listening(SandboxAdapter):
    """The sandbox, with an ear on the wire."""

    def __init__(self, world: World) -> None:
        super().__init__(create_app(world))
        self.heard: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Note a request, and pass it on."""
        self.heard.append(request)
        return super().send(request, *args, **kwargs)

    def calls(self) -> list[str]:
        """Return method and path of every call, without the gateway, the host and the query."""
        return [f"{one.method} {str(one.url).partition('/3.0')[2].partition('?')[0]}" for one in self.heard]


@pytest.fixture(autouse=True)
def _budgets_of_nobody() -> Iterator[None]:
    """What one test learnt of limits, no other knows."""
    yield
    cache.clear()
    budgets._tight.clear()
    budgets._glances.clear()


@pytest.fixture
def town() -> World:
    world = World()
    world.switches.set({"mailchimp.audience": "quiet"})
    return world


@pytest.fixture
def wire(town: World) -> Iterator[Listening]:
    adapter = Listening(town)
    http.mount(GATEWAY, adapter)
    yield adapter
    http.unmount(GATEWAY)


@pytest.fixture
def answers() -> Iterator[responses.RequestsMock]:
    """Scripted answers in the platform's place."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as script:
        yield script


def holding(key: str) -> MailchimpConnector:
    """Return a connector with a sealed key."""
    blank = get_connector("mailchimp")
    return MailchimpConnector(app=blank.app, http=blank.http, keys=Ring({ACCESS_TOKEN: Secret(key)}))


@pytest.fixture
def alone() -> MailchimpConnector:
    """A connector with a key that has the form of one, for scripted answers."""
    return holding(KEY)


@pytest.fixture
def greta(wire: Listening) -> MailchimpConnector:
    """The connector with the key of an owner on the Standard plan."""
    return holding(demo.OWNER.key)


@pytest.fixture
def trouble(town: World) -> Callable[..., None]:
    """Script trouble for calls to the API."""

    def script(kind: str, **said: Any) -> None:
        town.faults.add(fault_from({"kind": kind, "host": "us19.api.mailchimp.com", **said}))

    return script
