"""What a connector does on Instagram, in a few lines."""

from __future__ import annotations

from typing import Any

import requests

from sandbox.world import World
from tests.sandbox.hub import Hub

MEDIA = "https://media.sandbox.example"


class Instagram:
    """One account behind a Page's token."""

    def __init__(self, world: World, hub: Hub, token: str, account_id: str) -> None:
        self.world, self.hub, self.token, self.account_id = world, hub, token, account_id

    def create(self, **params: Any) -> requests.Response:
        """Make a container."""
        return self.hub.call("POST", f"/{self.account_id}/media", self.token, json=params)

    def made(self, **params: Any) -> str:
        """Make a container that has to come about, and return its id."""
        answer = self.create(**params)
        assert answer.ok, answer.text
        return str(answer.json()["id"])

    def status(self, container_id: str) -> str:
        """Return how a container stands."""
        return str(self.read(container_id, "status_code")["status_code"])

    def read(self, node: str, fields: str) -> dict[str, Any]:
        """Read fields of anything."""
        answer = self.hub.call("GET", f"/{node}", self.token, params={"fields": fields})
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def publish(self, container_id: str) -> requests.Response:
        """Publish a container."""
        return self.hub.call(
            "POST", f"/{self.account_id}/media_publish", self.token, json={"creation_id": container_id}
        )

    def live(self, **params: Any) -> str:
        """Publish something at once, waiting by the clock, and return the media id."""
        container_id = self.made(**params)
        self.world.clock.advance(20)
        answer = self.publish(container_id)
        assert answer.ok, answer.text
        return str(answer.json()["id"])

    def media(self, edge: str = "media", **params: Any) -> list[dict[str, Any]]:
        """List media."""
        answer = self.hub.call("GET", f"/{self.account_id}/{edge}", self.token, params=params)
        assert answer.ok, answer.text
        rows: list[dict[str, Any]] = answer.json()["data"]
        return rows
