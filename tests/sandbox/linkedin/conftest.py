"""A world whose clock stands on one day, sessions that reach it, and tokens of each kind of app."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import requests

from sandbox.adapter import SandboxAdapter
from sandbox.app import Sandbox, create_app
from sandbox.linkedin import demo
from sandbox.world import World
from tests.sandbox.linkedin.hub import COMMUNITY, PLUS, PROFILE, Hub

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()

Grant = Callable[..., str]


@pytest.fixture
def world() -> World:
    world = World()
    world.clock.freeze(NOON)
    world.switches.set({"linkedin.image_processing_s": 0, "linkedin.video_processing_s": 0})
    return world


@pytest.fixture
def app(world: World) -> Sandbox:
    return create_app(world)


@pytest.fixture
def session(app: Sandbox) -> requests.Session:
    session = requests.Session()
    for prefix in (
        "https://api.linkedin.com",
        "https://www.linkedin.com",
        "https://media.licdn.com",
        "http://127.0.0.1:8801",
    ):
        session.mount(prefix, SandboxAdapter(app))
    return session


@pytest.fixture
def hub(session: requests.Session) -> Hub:
    return Hub(session)


@pytest.fixture
def grant(world: World, hub: Hub) -> Grant:
    """Connect a member through an app and return the access token."""

    def connect(scopes: list[str] = PLUS, *, user: str = demo.SOLVEIG, app_id: str = demo.DEFAULT_APP_ID) -> str:
        code = world.linkedin.consent(scopes=scopes, user=user, app_id=app_id)["code"]
        token: str = hub.redeem(code, app_id).json()["access_token"]
        return token

    return connect


@pytest.fixture
def token(grant: Grant) -> str:
    """A token of the app with sign-in, sharing and pages."""
    return grant()


@pytest.fixture
def member_token(grant: Grant) -> str:
    """A token of the self-serve app, which may share and nothing else."""
    return grant(PROFILE, app_id=demo.PROFILE_APP_ID)


@pytest.fixture
def community_token(grant: Grant) -> str:
    """A token of the app with Community Management."""
    return grant(COMMUNITY, app_id=demo.COMMUNITY_APP_ID)
