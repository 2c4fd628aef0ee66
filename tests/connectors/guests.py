"""Somebody without an account here, and what a client app asks for them."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from connectors.models import Connection, Destination
from sandbox.world import World
from vault.models import EncryptedSecret

APP = "https://app.example.com"
BACK = f"{APP}/done?from=hub"


@dataclass
class Guest:
    """A browser of somebody without an account here; it sends no form without its token."""

    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    page: Any = None

    def open(self, url: str) -> Any:
        """Follow an address of ours, with its redirects, as far as it stays with us."""
        self.page = self.client.get(urlsplit(url).path, follow=True)
        return self.page

    def send(self, path: str, **said: Any) -> Any:
        """Send a form of the page that is shown."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.text)
        assert token is not None, self.text
        self.page = self.client.post(path, {"csrfmiddlewaretoken": token[1], **said}, follow=True)
        return self.page

    @property
    def text(self) -> str:
        """What the page says."""
        return str(self.page.content.decode())

    def choose(self, link: str, platform: str) -> Any:
        """Press the button of a platform."""
        return self.send(f"/c/{link}/choose", platform=platform)

    def dialog(self) -> str:
        """Return where the page on the way to a platform leads."""
        found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', self.text)
        assert found is not None, self.text
        return found[1].replace("&amp;", "&")

    def decide(self, world: World, **said: Any) -> str:
        """Say yes, or no, in Meta's dialog; return the way back."""
        url = urlsplit(world.meta.consent({"url": self.dialog(), **said})["redirect_url"])
        return f"{url.path}?{url.query}"

    def come_back(self, path: str) -> Any:
        """Follow the way back."""
        self.page = self.client.get(path, follow=True)
        return self.page

    def way_back(self) -> dict[str, str]:
        """Return what the button to the client's app would tell it."""
        found = re.search(r'<a class="button button--primary button--wide" href="([^"]+)"', self.text)
        assert found is not None, self.text
        url = urlsplit(found[1].replace("&amp;", "&"))
        assert f"{url.scheme}://{url.netloc}{url.path}" == f"{APP}/done"
        return {name: values[0] for name, values in parse_qs(url.query).items()}


def make(api: Client, *, key: str = "", **wish: Any) -> Any:
    """Ask for a link as a client app does."""
    headers = {"Idempotency-Key": key} if key else {}
    return api.post("/api/connect-links/", json.dumps(wish), content_type="application/json", headers=headers)


def told(api: Client, link: str) -> dict[str, Any]:
    """Return what the client app is told of a link."""
    return dict(api.get(f"/api/connect-links/{link}/").json())


def stock() -> int:
    return Connection.objects.count() + Destination.objects.count() + EncryptedSecret.objects.count()


def begun(api: Client, guest: Guest, platform: str = "meta", **wish: Any) -> dict[str, Any]:
    """Open a link and leave for a platform."""
    body = dict(make(api, **wish).json())
    guest.open(body["url"])
    guest.choose(body["id"], platform)
    return body
