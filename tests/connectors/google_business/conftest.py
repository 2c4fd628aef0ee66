"""Google's connector alone: the sandbox or scripted answers on the wire, keys and a journal in memory, no rows."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import responses

from connectors import http
from connectors.google_business.connector import GoogleBusinessConnector
from connectors.manager import get_connector
from connectors.types import ACCESS_TOKEN, REFRESH_TOKEN, Grant
from foundation.secret import Secret
from sandbox.faults import fault_from
from sandbox.google_business import demo
from sandbox.world import World
from tests.conftest import GATEWAY
from tests.connectors.google_business.stage import CALLBACK, Listening
from tests.connectors.kit import Ring


@pytest.fixture(autouse=True)
def _nobody_counts(settings: Any) -> None:
    settings.GOOGLE_BUSINESS_CALLS_PER_MINUTE = 0
    settings.GOOGLE_BUSINESS_EDITS_PER_MINUTE = 0


@pytest.fixture
def google_world() -> World:
    return World(redirect_uris=[CALLBACK])


@pytest.fixture
def wire(google_world: World) -> Iterator[Listening]:
    adapter = Listening(google_world)
    http.mount(GATEWAY, adapter)
    yield adapter
    http.unmount(GATEWAY)


@pytest.fixture
def answers() -> Iterator[responses.RequestsMock]:
    """Scripted answers in the platform's place."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as script:
        yield script


@pytest.fixture
def connector() -> GoogleBusinessConnector:
    made = get_connector("google_business")
    assert isinstance(made, GoogleBusinessConnector)
    return made


@pytest.fixture
def alone(connector: GoogleBusinessConnector) -> GoogleBusinessConnector:
    """A connector with tokens, for scripted answers."""
    ring = Ring({ACCESS_TOKEN: Secret("ya29.scripted-access"), REFRESH_TOKEN: Secret("1//0gscripted-refresh")})
    return GoogleBusinessConnector(app=connector.app, http=connector.http, keys=ring)


@pytest.fixture
def granted(
    connector: GoogleBusinessConnector, wire: Listening, google_world: World, now: datetime
) -> Callable[..., Grant]:
    """Go the whole way from consent to a grant."""

    def make(user: str = demo.INES, **wish: Any) -> Grant:
        url = connector.authorize_url(redirect_uri=CALLBACK, state=Secret("s7ate"))
        code = Secret(str(google_world.google_business.consent({"url": url, "user": user, **wish})["code"]))
        return connector.exchange_code(code=code, redirect_uri=CALLBACK, now=now)

    return make


@pytest.fixture
def holder(connector: GoogleBusinessConnector, granted: Callable[..., Grant]) -> Callable[..., GoogleBusinessConnector]:
    """Make a connector that holds a grant's tokens."""

    def make(user: str = demo.INES) -> GoogleBusinessConnector:
        grant = granted(user)
        assert grant.refresh_token is not None
        ring = Ring({ACCESS_TOKEN: grant.access_token, REFRESH_TOKEN: grant.refresh_token})
        return GoogleBusinessConnector(app=connector.app, http=connector.http, keys=ring)

    return make


@pytest.fixture
def trouble(google_world: World) -> Callable[..., None]:
    """Script trouble for calls to the API that posts."""

    def script(kind: str, **said: Any) -> None:
        google_world.faults.add(fault_from({"kind": kind, "host": "mybusiness.googleapis.com", **said}))

    return script
