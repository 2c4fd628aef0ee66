"""A Mailchimp town whose clock stands on one day, and keys of people with each role."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests

from sandbox.adapter import SandboxAdapter
from sandbox.app import Sandbox, create_app
from sandbox.mailchimp import demo
from sandbox.world import World
from tests.sandbox.mailchimp.hub import FREE_API, Hub, Receiver

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def world() -> World:
    world = World()
    world.clock.freeze(NOON)
    return world


@pytest.fixture
def app(world: World) -> Sandbox:
    return create_app(world)


@pytest.fixture
def session(app: Sandbox) -> requests.Session:
    session = requests.Session()
    for prefix in ("https://", "http://"):
        session.mount(prefix, SandboxAdapter(app))
    return session


@pytest.fixture
def hub(session: requests.Session) -> Hub:
    return Hub(session)


@pytest.fixture
def free(session: requests.Session) -> Hub:
    """Lucie's bookshop, on the free plan and in another data centre."""
    return Hub(session, demo.FREE_OWNER.key, FREE_API)


@pytest.fixture
def premium(session: requests.Session) -> Hub:
    """The agency on the largest plan."""
    return Hub(session, demo.PREMIUM_OWNER.key)


@pytest.fixture
def receiver(world: World) -> Receiver:
    receiver = Receiver()
    world.media.fetcher = receiver
    return receiver
