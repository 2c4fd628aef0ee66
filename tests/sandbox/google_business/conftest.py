"""A world whose clock stands on one day, a session that reaches it, and tokens of both people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from sandbox.adapter import SandboxAdapter
from sandbox.app import Sandbox, create_app
from sandbox.google_business import demo
from sandbox.google_business.hosts import ALL
from sandbox.world import World
from tests.sandbox.google_business.hub import Hub

NOON = datetime(2026, 11, 22, 12, 0, 0, 603_421, tzinfo=UTC).timestamp()

Connect = Callable[..., dict[str, Any]]


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
    for prefix in (*(f"https://{host}" for host in ALL), "http://127.0.0.1:8801"):
        session.mount(prefix, SandboxAdapter(app))
    return session


@pytest.fixture
def hub(session: requests.Session) -> Hub:
    return Hub(session)


@pytest.fixture
def connect(world: World, hub: Hub) -> Connect:
    """Connect somebody through a client and return what the token endpoint said."""

    def run(user: str = demo.INES, app_id: str = demo.DEFAULT_APP_ID, **wish: Any) -> dict[str, Any]:
        code = world.google_business.consent(user=user, app_id=app_id, **wish)["code"]
        answer = hub.redeem(code, app_id)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    return run


@pytest.fixture
def token(connect: Connect) -> str:
    """Give a token of Inês."""
    return str(connect()["access_token"])
