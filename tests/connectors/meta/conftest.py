"""Meta's connector alone: the sandbox on the wire, a ring of keys in memory, no rows."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors import http
from connectors.manager import get_connector
from connectors.meta.accounts import INSTAGRAM_KIND, PAGE_KIND
from connectors.meta.connector import MetaConnector
from connectors.types import ACCESS_TOKEN, Grant, Target, destination_token
from foundation.secret import Secret
from sandbox.faults import fault_from
from sandbox.meta import demo
from sandbox.world import World
from tests.conftest import GATEWAY, META_CALLBACK
from tests.connectors import kit
from tests.connectors.kit import Ring
from tests.connectors.meta.stage import Stage

Allow = Callable[..., Secret]
Trouble = Callable[..., None]


class Listening(kit.Listening):
    """The sandbox, with an ear on the wire."""

    def queries(self) -> list[tuple[str, dict[str, str]]]:
        """Return the path and the query of every request."""
        urls = [urlsplit(str(request.url)) for request in self.heard]
        return [(url.path, dict(parse_qsl(url.query))) for url in urls]


@pytest.fixture
def wire(world: World) -> Iterator[Listening]:
    adapter = Listening(world)
    http.mount(GATEWAY, adapter)
    yield adapter
    http.unmount(GATEWAY)


@pytest.fixture
def connector(wire: Listening) -> MetaConnector:
    made = get_connector("meta")
    assert isinstance(made, MetaConnector)
    return made


@pytest.fixture
def allow(world: World, connector: MetaConnector) -> Allow:
    """Let a person say yes in Meta's dialog; returns the code."""

    def make(user: str = demo.AMELIE, **said: Any) -> Secret:
        asked = {"scopes": list(connector.scopes()), "redirect_uri": META_CALLBACK, **said}
        return Secret(world.meta.consent(user=user, **asked)["code"])

    return make


@pytest.fixture
def granted(connector: MetaConnector, allow: Allow, now: datetime) -> Callable[..., Grant]:
    """Go the whole way from consent to a grant."""

    def make(user: str = demo.AMELIE, **said: Any) -> Grant:
        return connector.exchange_code(code=allow(user, **said), redirect_uri=META_CALLBACK, now=now)

    return make


@pytest.fixture
def trouble(world: World) -> Trouble:
    """Script trouble for calls to Graph."""

    def script(kind: str, **said: Any) -> None:
        world.faults.add(fault_from({"kind": kind, "host": "graph.facebook.com", **said}))

    return script


@pytest.fixture
def holder(connector: MetaConnector, granted: Callable[..., Grant]) -> Callable[..., MetaConnector]:
    """Make a connector that holds the tokens of a grant and of its Pages."""

    def make(user: str = demo.AMELIE, **said: Any) -> MetaConnector:
        grant = granted(user, **said)
        places = connector.fetch_accounts(access_token=grant.access_token)
        ring = Ring({ACCESS_TOKEN: grant.access_token})
        ring.secrets |= {destination_token(place.external_id): place.token for place in places if place.token}
        return MetaConnector(app=connector.app, http=connector.http, keys=ring)

    return make


@pytest.fixture
def page(holder: Callable[..., MetaConnector], world: World, wire: Listening) -> Stage:
    """A Page to publish to, with a wire that has heard nothing yet."""
    made = Stage(holder(), Target(PAGE_KIND, demo.BAKERY, "Boulangerie Éclair 🥐"), world)
    wire.heard.clear()
    return made


@pytest.fixture
def instagram(holder: Callable[..., MetaConnector], world: World, wire: Listening) -> Stage:
    """An Instagram account to publish to, with a wire that has heard nothing yet."""
    target = Target(INSTAGRAM_KIND, demo.IG_BAKERY, "Boulangerie Éclair", {"page_id": demo.BAKERY})
    made = Stage(holder(), target, world)
    wire.heard.clear()
    return made
