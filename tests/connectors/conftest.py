"""What the tests of the embassy share: a small platform of keys beside the real ones."""

from collections.abc import Iterator

import pytest

from connectors import http
from connectors.models import Platform
from connectors.registry import CONNECTORS
from tests.connectors.keyhole import API, HourlyConnector, Keyhole, KeyholeConnector


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
