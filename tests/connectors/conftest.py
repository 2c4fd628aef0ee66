"""What the tests of the embassy share: a small platform of keys beside the real ones."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from connectors import http
from connectors.models import Connection, Destination, Platform
from connectors.registry import CONNECTORS
from connectors.services import store_grant
from connectors.types import Grant
from foundation.secret import Secret
from sandbox.app import Sandbox
from sandbox.world import World
from tests.conftest import House
from tests.connectors.guests import APP, Guest
from tests.connectors.keyhole import API, GOOD, HourlyConnector, Keyhole, KeyholeConnector
from tests.connectors.logins import Browser


@pytest.fixture
def keyhole(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keyhole]:
    """A platform that is connected by API keys, registered like any other."""
    monkeypatch.setitem(CONNECTORS, KeyholeConnector.slug, KeyholeConnector)
    Platform.objects.create(slug=KeyholeConnector.slug, name=KeyholeConnector.name)
    town = Keyhole()
    http.mount(API, town)
    yield town
    http.unmount(API)


@pytest.fixture
def hourly(keyhole: Keyhole, monkeypatch: pytest.MonkeyPatch) -> Keyhole:
    """The same platform with tokens that live for an hour."""
    monkeypatch.setitem(CONNECTORS, HourlyConnector.slug, HourlyConnector)
    return keyhole


@pytest.fixture
def granted(house: House, now: datetime) -> Callable[..., Connection]:
    """Store a grant on a platform, as a login brings it."""

    def make(
        platform: str, life: timedelta | None, *, person: str = "person", refresh: str = "r0", **more: Any
    ) -> Connection:
        at = more.pop("at", now)
        grant = Grant(
            external_user_id=person,
            display_name=person.title(),
            access_token=Secret("a0"),
            access_expires_at=None if life is None else at + life,
            refresh_token=Secret(refresh) if refresh else None,
            refresh_expires_at=more.pop("refresh_expires_at", None),
            scopes_granted=more.pop("scopes", ("one", "two")),
        )
        return store_grant(
            tenant=more.pop("tenant", house.tenant), platform=platform, grant=grant, actor="test", now=at
        )

    return make


@pytest.fixture
def browser(member_client: Client, sandbox: Sandbox, world: World) -> Browser:
    return Browser(member_client, world)


@pytest.fixture
def guest() -> Guest:
    return Guest()


@pytest.fixture
def listed(api: Client) -> str:
    """The client app's origin, listed."""
    answer = api.post("/api/return-origins/", json.dumps({"origin": APP}), content_type="application/json")
    assert answer.status_code == 201, answer.content
    return APP


@pytest.fixture
def anna(api: Client, keyhole: Keyhole) -> Connection:
    """An account by key, with one place chosen, that needs its person."""
    body = json.dumps({"platform": "keyhole", "api_key": GOOD})
    assert api.post("/api/connections/", body, content_type="application/json").status_code == 201
    connection = Connection.objects.get()
    Destination.objects.filter(name="News").update(enabled=True)
    Connection.objects.update(status="attention", status_code="x", status_cause="The key is gone.")
    return connection
