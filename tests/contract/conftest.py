"""The town with a way to the hub's media door, and a stage for each case."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from connectors import http
from connectors.registry import CONNECTORS
from sandbox.adapter import SandboxAdapter
from sandbox.app import Sandbox, create_app
from sandbox.fetching import Errand, Fetched
from sandbox.world import World
from tests.conftest import GATEWAY, House
from tests.contract.cases import Case
from tests.contract.stage import Stage, begin

CALLBACKS = [f"http://testserver/api/oauth/{slug}/callback" for slug in CONNECTORS]
#: Where platforms reach the hub that insist on https.
HUB = "https://hub.example"
MakeStage = Callable[..., Stage]


class HubFetcher:
    """The town's way to the hub: its public addresses, answered in this process."""

    def fetch(self, errand: Errand) -> Fetched:
        """Fetch what platforms fetch: files behind signed addresses."""
        parts = urlsplit(errand.url)
        if parts.netloc not in {"testserver", urlsplit(HUB).netloc}:
            return Fetched(problem="the host is not on this machine, and the sandbox goes nowhere else")
        answer = Client().get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        kind = str(answer.headers.get("Content-Type", "")).partition(";")[0]
        return Fetched(answer.status_code, body, kind, str(answer.headers.get("Location", "")))


@pytest.fixture
def world() -> World:
    return World(redirect_uris=CALLBACKS, fetcher=HubFetcher())


@pytest.fixture
def sandbox(world: World) -> Iterator[Sandbox]:
    app = create_app(world)
    http.mount(GATEWAY, SandboxAdapter(app))
    yield app
    http.unmount(GATEWAY)


@pytest.fixture
def make_stage(
    house: House, sandbox: Sandbox, world: World, member_client: Client, settings: Any, tmp_path: Path
) -> Iterator[MakeStage]:
    """Make stages with the account connected; the clock of hub and town stands still until a case moves it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with begin() as hands:

        def make(case: Case, *, connected: bool = True) -> Stage:
            stage = Stage(case, house, world, member_client, hands)
            stage.adapter.prepare(world)
            world.switches.set(dict(stage.adapter.switches()))
            for name, value in stage.adapter.hub_settings().items():
                setattr(settings, name, value)
            if connected:
                stage.connect()
            return stage

        yield make


@pytest.fixture
def stage(make_stage: MakeStage, case: Case) -> Stage:
    """The stage of a parametrised case, connected."""
    return make_stage(case)
