"""A world, a session that reaches it in-process, and a hub's view of the Graph API."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
import requests

from sandbox.adapter import SandboxAdapter
from sandbox.app import Sandbox, create_app
from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import SCOPES, Hub
from tests.sandbox.running import Running, start


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def app(world: World) -> Sandbox:
    return create_app(world)


@pytest.fixture
def session(app: Sandbox) -> requests.Session:
    session = requests.Session()
    for prefix in (
        "https://graph.facebook.com",
        "https://www.facebook.com",
        "https://rupload.facebook.com",
        "https://www.instagram.com",
        "https://media.sandbox.example",
        "http://127.0.0.1:8801",
    ):
        session.mount(prefix, SandboxAdapter(app))
    return session


@pytest.fixture
def hub(session: requests.Session) -> Hub:
    return Hub(session)


@pytest.fixture
def user_token(world: World, hub: Hub) -> str:
    return hub.long_lived(world.meta.consent(scopes=SCOPES)["code"])


@pytest.fixture
def page_token(hub: Hub, user_token: str) -> str:
    return hub.page_token(user_token, demo.BAKERY)


@pytest.fixture
def running() -> Iterator[Callable[..., Running]]:
    """Start sandboxes and end each of them, by its own handle, after the test."""
    with contextlib.ExitStack() as ends:

        def begin(*arguments: str) -> Running:
            one = start(*arguments)
            ends.callback(one.end)
            return one

        yield begin


@pytest.fixture(scope="session")
def shared() -> Iterator[Running]:
    """Start one sandbox for all tests that only talk to it."""
    one = start()
    yield one
    one.end()


@pytest.fixture
def one(shared: Running) -> Running:
    """Give the shared sandbox as on its first day."""
    requests.post(f"{shared.url}/_sandbox/reset", timeout=5)
    return shared
