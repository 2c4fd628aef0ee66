"""LinkedIn's connector alone: the sandbox or scripted answers on the wire, keys and a journal in memory, no rows."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO

import pytest
import responses
from django.conf import settings

from connectors import http
from connectors.linkedin import auth
from connectors.linkedin.connector import LinkedInConnector
from connectors.manager import get_connector
from connectors.types import ACCESS_TOKEN, REFRESH_TOKEN, Facts, Grant, MediaFile, MediaKind, Target
from foundation.secret import Secret
from sandbox.faults import fault_from
from sandbox.linkedin import demo
from sandbox.world import World
from tests.conftest import GATEWAY
from tests.connectors import kit
from tests.connectors.kit import Ring

CALLBACK = "http://testserver/api/oauth/linkedin/callback"
API = f"{GATEWAY}/api.linkedin.com"
WWW = f"{GATEWAY}/www.linkedin.com"
APP_SECRET = Secret(demo.DEFAULT_APP_SECRET)
MEMBER = Target(
    "linkedin_member", f"urn:li:person:{demo.SOLVEIG}", "Sólveig", {}, ("w_member_social", "openid", "profile", "email")
)
PAGE = Target(
    "linkedin_organization",
    f"urn:li:organization:{demo.OBSERVATORY}",
    "Stjörnuhús Observatory",
    {"member": MEMBER.external_id, "roles": ["ADMINISTRATOR"]},
    (
        "w_member_social",
        "w_organization_social",
        "r_organization_social",
        "rw_organization_admin",
        "r_basicprofile",
    ),
)
BLIND_PAGE = Target(PAGE.kind, PAGE.external_id, PAGE.name, PAGE.facts, ("w_organization_social",))


class MemoryJournal(kit.MemoryJournal):
    """A journal that names steps by the state of what was noted."""

    def stage_of(self, value: Any) -> str:
        """Return the state."""
        return str(value.get("state", "")) if isinstance(value, dict) else ""


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
    opened: int = 0

    @property
    def size_bytes(self) -> int:
        """How long it is, or is said to be."""
        return len(self.data) if self.size is None else self.size

    def open(self) -> BinaryIO:
        """Return the bytes."""
        self.opened += 1
        return io.BytesIO(self.data)

    def as_jpeg(self, *, longest_side: int | None = None) -> MediaFile:
        """Nothing for LinkedIn is turned into anything."""
        raise AssertionError("LinkedIn gets pictures as they are")


class Listening(kit.Listening):
    """The sandbox, with an ear on the wire."""

    def paths(self) -> list[str]:
        """Return method, path and query of every request, without the gateway."""
        return [f"{request.method} {str(request.url)[len(GATEWAY) + 1 :]}" for request in self.heard]


@pytest.fixture(autouse=True)
def _no_real_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "SETTLING_PAUSES", (0.0, 0.0, 0.0, 0.0))


@pytest.fixture
def linkedin_world() -> World:
    return World(redirect_uris=[CALLBACK])


@pytest.fixture
def wire(linkedin_world: World) -> Iterator[Listening]:
    adapter = Listening(linkedin_world)
    http.mount(GATEWAY, adapter)
    yield adapter
    http.unmount(GATEWAY)


@pytest.fixture
def answers() -> Iterator[responses.RequestsMock]:
    """Scripted answers in the platform's place."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as script:
        yield script


class Lockbox:
    """A safe whose locked text shows nothing of the secret, and that opens what it locked itself."""

    def __init__(self) -> None:
        self._kept: dict[str, Secret] = {}

    def lock(self, secret: Secret) -> str:
        """Keep it; return its number."""
        number = f"locked-{len(self._kept)}"
        self._kept[number] = secret
        return number

    def unlock(self, locked: str) -> Secret | None:
        """Return what has this number."""
        return self._kept.get(locked)


@pytest.fixture
def connector() -> LinkedInConnector:
    made = get_connector("linkedin")
    assert isinstance(made, LinkedInConnector)
    return made


@pytest.fixture
def alone(connector: LinkedInConnector) -> LinkedInConnector:
    """A connector with a token, for scripted answers."""
    ring = Ring({ACCESS_TOKEN: Secret("AQscripted-access"), REFRESH_TOKEN: Secret("AQscripted-refresh")})
    return LinkedInConnector(app=connector.app, http=connector.http, keys=ring, safe=Lockbox())


@pytest.fixture
def granted(
    connector: LinkedInConnector, wire: Listening, linkedin_world: World, now: datetime
) -> Callable[..., Grant]:
    """Go the whole way from consent to a grant."""

    def make(user: str = demo.SOLVEIG) -> Grant:
        allowed = linkedin_world.linkedin.consent(
            user=user, scopes=connector.scopes(), redirect_uri=CALLBACK, app_id=settings.LINKEDIN_APP_ID
        )
        code = Secret(str(allowed["code"]))
        return connector.exchange_code(code=code, redirect_uri=CALLBACK, now=now)

    return make


@pytest.fixture
def holder(connector: LinkedInConnector, granted: Callable[..., Grant]) -> Callable[..., LinkedInConnector]:
    """Make a connector that holds a grant's tokens."""

    def make(user: str = demo.SOLVEIG) -> LinkedInConnector:
        grant = granted(user)
        ring = Ring({ACCESS_TOKEN: grant.access_token})
        if grant.refresh_token:
            ring.secrets[REFRESH_TOKEN] = grant.refresh_token
        return LinkedInConnector(app=connector.app, http=connector.http, keys=ring, safe=Lockbox())

    return make


@pytest.fixture
def trouble(linkedin_world: World) -> Callable[..., None]:
    """Script trouble for calls to the API."""

    def script(kind: str, **said: Any) -> None:
        linkedin_world.faults.add(fault_from({"kind": kind, "host": "api.linkedin.com", **said}))

    return script


@pytest.fixture
def as_profile_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be the app that has sign-in and Share on LinkedIn alone."""
    monkeypatch.setattr(settings, "LINKEDIN_APP_ID", demo.PROFILE_APP_ID)
    monkeypatch.setattr(settings, "LINKEDIN_APP_SECRET", Secret(demo.PROFILE_APP_SECRET))
    monkeypatch.setattr(settings, "LINKEDIN_MODE", "p")


@pytest.fixture
def as_community_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be the app that has Community Management alone, with the scope for a member's numbers."""
    monkeypatch.setattr(settings, "LINKEDIN_APP_ID", demo.COMMUNITY_APP_ID)
    monkeypatch.setattr(settings, "LINKEDIN_APP_SECRET", Secret(demo.COMMUNITY_APP_SECRET))
    monkeypatch.setattr(settings, "LINKEDIN_MODE", "c")
    monkeypatch.setattr(settings, "LINKEDIN_DEVELOPER_APP_ID", "5550002")
    monkeypatch.setattr(settings, "LINKEDIN_EXTRA_SCOPES", ("r_member_postAnalytics", "r_member_profileAnalytics"))
