"""Ways to make posts and trouble."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from connectors.meta.connector import MetaConnector
from connectors.models import Destination
from connectors.types import Capability, Content, Target, destination_token
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import PublishJob
from sandbox.faults import fault_from
from sandbox.world import World
from tenants.principal import Principal

Publish = Callable[..., PublishJob]
Trouble = Callable[..., None]


@pytest.fixture
def publish(principal: Principal, destination: Destination) -> Publish:
    """Accept a post for the first destination and return its job."""

    def make(text: str = "Hello", **said: Any) -> PublishJob:
        draft = Draft(text=text, destinations=(said.pop("to", destination.pk),), **said)
        post, _ = publish_post(principal=principal, draft=draft, idempotency_key=None, now=timezone.now())
        return post.jobs.get()

    return make


@pytest.fixture
def trouble(world: World) -> Trouble:
    """Script trouble for the publishing call."""

    def script(kind: str, **said: Any) -> None:
        where = {"host": "graph.facebook.com", "method": "POST", "path": "*/feed"}
        world.faults.add(fault_from({"kind": kind, **where, **said}))

    return script


@pytest.fixture
def live_posts(world: World) -> Callable[[], list[str]]:
    """What stands on the sandbox's Pages: the texts, newest first."""

    def read() -> list[str]:
        return [item.text for item in world.meta.timeline()]

    return read


@pytest.fixture
def able(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Meta's connector edit live posts as the contract says, in the plainest way; Meta could, and we do not."""

    def edit_post(self: MetaConnector, external_id: str, content: Content, target: Target) -> None:
        self._graph.post(
            external_id,
            {"message": content.text},
            token=self.keys.open(destination_token(target.external_id)),
            operation="edit",
        )

    monkeypatch.setattr(MetaConnector, "capabilities", MetaConnector.capabilities | {Capability.EDIT_POST})
    monkeypatch.setattr(MetaConnector, "edit_post", edit_post)
