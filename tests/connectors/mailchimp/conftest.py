"""Mailchimp's connector alone: the sandbox or scripted answers on the wire, a key and a journal in memory, no rows."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, BinaryIO

import pytest
import responses
from django.core.cache import cache

from connectors import budgets, http
from connectors.mailchimp.connector import MailchimpConnector
from connectors.manager import get_connector
from connectors.types import ACCESS_TOKEN, Facts, MediaFile, MediaKind, Target
from foundation.secret import Secret
from sandbox.faults import fault_from
from sandbox.mailchimp import demo
from sandbox.world import World
from tests.conftest import GATEWAY
from tests.connectors import kit
from tests.connectors.kit import Ring

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


class Listening(kit.Listening):
    """The sandbox, with an ear on the wire."""

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
