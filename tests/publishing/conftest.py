"""Ways to make posts and trouble."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Destination
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
