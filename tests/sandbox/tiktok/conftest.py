"""A world whose clock stands on one day, a session that reaches it, and tokens of each kind of app."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import requests

from sandbox.adapter import SandboxAdapter
from sandbox.app import Sandbox, create_app
from sandbox.tiktok import demo
from sandbox.world import World
from tests.sandbox.tiktok.hub import EVERYTHING, Hub, Receiver

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()

Connect = Callable[..., Hub]


@pytest.fixture
def world() -> World:
    world = World()
    world.clock.freeze(NOON)
    world.switches.set({"tiktok.audience": "quiet"})
    return world


@pytest.fixture
def app(world: World) -> Sandbox:
    return create_app(world)


@pytest.fixture
def session(app: Sandbox) -> requests.Session:
    session = requests.Session()
    for prefix in ("https://", "http://127.0.0.1:8801"):
        session.mount(prefix, SandboxAdapter(app))
    return session


@pytest.fixture
def connect(world: World, session: requests.Session) -> Connect:
    """Connect a creator through an app."""

    def go(scopes: list[str] = EVERYTHING, *, user: str = demo.NAIARA, app_key: str = demo.DEFAULT_APP_KEY) -> Hub:
        hub = Hub(session, app_key)
        hub.redeem(world.tiktok.consent(scopes=scopes, user=user, app_key=app_key)["code"])
        return hub

    return go


@pytest.fixture
def hub(connect: Connect) -> Hub:
    """A hub that Naiara, whose account is public, allowed everything; its app is audited."""
    return connect()


@pytest.fixture
def receiver(world: World) -> Receiver:
    """Somebody who listens where the app's events go, and nobody else on the network."""
    receiver = Receiver()
    world.media.fetcher = receiver
    return receiver
