"""Logins as a browser goes through them: to Meta's dialog and back, and what is there afterwards."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from connectors.connecting import Callback, redirect_uri, start_connect
from connectors.models import Connection, Destination
from foundation.secret import Secret
from sandbox.world import World
from tenants.models import User
from tenants.principal import Principal
from tests.conftest import META_CALLBACK
from vault.models import EncryptedSecret

BINDING = Secret("a value in the browser's session")


def stock() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Connection, Destination, EncryptedSecret)}


NOTHING = {"Connection": 0, "Destination": 0, "EncryptedSecret": 0}


@dataclass
class Browser:
    """A signed-in browser that goes to Meta and comes back."""

    client: Client
    world: World

    def leave(self, query: str = "") -> str:
        """Begin to connect; returns the address of Meta's dialog."""
        answer = self.client.get(f"/api/oauth/meta/start{query}")
        assert answer.status_code == 302
        return str(answer.headers["Location"])

    def decide(self, dialog: str, **said: Any) -> str:
        """Say yes (or no) in the dialog; returns the way back, path and query."""
        url = urlsplit(self.world.meta.consent({"url": dialog, **said})["redirect_url"])
        assert f"{url.scheme}://{url.netloc}{url.path}" == META_CALLBACK
        return f"{url.path}?{url.query}"

    def come_back(self, path: str) -> Any:
        """Follow the way back."""
        return self.client.get(path)

    def connect(self, **said: Any) -> Connection:
        """Go the whole way."""
        answer = self.come_back(self.decide(self.leave(), **said))
        assert answer.status_code == 302, answer.content.decode()
        found = re.fullmatch(r"/connections/([0-9a-f-]{36})/destinations", answer.headers["Location"])
        assert found is not None
        return Connection.objects.get(pk=found[1])


def refused(answer: Any, code: str, status: int = 400) -> None:
    """See that a person is told, on a page, what went wrong and what to do."""
    page = answer.content.decode()
    assert answer.status_code == status, page
    assert answer.headers["Content-Type"].startswith("text/html")
    assert code in page
    assert EncryptedSecret.objects.count() == 0
    assert stock() == NOTHING


def platform_calls(world: World) -> int:
    return len(world.journal.entries(limit=10_000))


def begun(principal: Principal, user: User, world: World, now: datetime, *, platform: str = "meta") -> Callback:
    """Begin a login and say yes; returns what the browser brings back."""
    url = start_connect(principal=principal, user=user, platform=platform, binding=BINDING, now=now)
    world.meta.add_redirect_uris("", [redirect_uri(platform)])
    said = world.meta.consent({"url": url})
    return Callback(state=said["state"], code=said["code"], error="", error_detail="")
