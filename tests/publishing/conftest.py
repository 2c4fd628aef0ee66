"""Ways to make posts and trouble."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from django.utils import timezone

from connectors.meta.connector import MetaConnector
from connectors.models import Destination
from connectors.types import Capability, Content, Journal, NotThere, Published, Target
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import PublishJob
from sandbox.faults import fault_from
from sandbox.world import World
from tenants.principal import Principal

Publish = Callable[..., PublishJob]
Trouble = Callable[..., None]
SETTLED: Final = timedelta(minutes=3)


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
    """Let Meta's connector comment, edit and delete as the contract says, in the plainest way."""

    def comment(self: MetaConnector, text: str, target: Target, *, parent: str, journal: Journal) -> Published:
        journal.announce("comment")
        answer = self._graph.post(
            f"{parent}/comments",
            {"message": text},
            token=self._page_token(target),
            operation="comment",
            last_moment=journal.last_moment,
        )
        return Published(str(answer["id"]))

    def find_comment(
        self: MetaConnector, text: str, target: Target, *, parent: str, journal: Journal, now: datetime
    ) -> Published | NotThere:
        listed = self._graph.pages(
            f"{parent}/comments",
            token=self._page_token(target),
            operation="find_comment",
            query={"fields": "id,message"},
        )
        found = [item for item in listed if item["message"] == text]
        return Published(str(found[0]["id"])) if found else NotThere(final=now - journal.started_at > SETTLED)

    def edit_post(self: MetaConnector, external_id: str, content: Content, target: Target) -> None:
        self._graph.post(external_id, {"message": content.text}, token=self._page_token(target), operation="edit")

    def delete_post(self: MetaConnector, external_id: str, target: Target) -> None:
        self._graph.delete(external_id, token=self._page_token(target), operation="delete")

    more = {Capability.FIRST_COMMENT, Capability.EDIT_POST, Capability.DELETE_POST}
    monkeypatch.setattr(MetaConnector, "capabilities", MetaConnector.capabilities | more)
    for verb in (comment, find_comment, edit_post, delete_post):
        monkeypatch.setattr(MetaConnector, verb.__name__, verb)
