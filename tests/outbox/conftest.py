"""Receivers, endpoints, and sending in the test's own thread, so that its transaction sees everything."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Destination
from outbox import endpoints, sending, sorting, telling
from outbox.events import EventType
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from outbox.services import announce
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import PublishJob
from tenants.principal import Principal
from tests.outbox.receiver import Receiver, receiving
from tests.village import village, well  # noqa: F401

Send = Callable[..., int]
Publish = Callable[..., PublishJob]


@pytest.fixture(autouse=True)
def _an_empty_list() -> Iterator[None]:
    """What one test's jobs came to is no news of the next."""
    telling._waiting.clear()
    yield
    telling._waiting.clear()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def listen(principal: Principal) -> Callable[..., tuple[WebhookEndpoint, str]]:
    """Make an endpoint; return it with its secret."""

    def make(url: str, *types: str, who: Principal = principal) -> tuple[WebhookEndpoint, str]:
        since = timezone.now() - timedelta(minutes=1)
        endpoint, secret = endpoints.create_endpoint(principal=who, url=url, event_types=types, now=since)
        return endpoint, secret.reveal()

    return make


@pytest.fixture
def send() -> Send:
    """Hand on what is new and send what is due at a moment, here and now."""

    def out(at: datetime | None = None) -> int:
        now = at or timezone.now()
        sorting.sort(now=now)
        made = 0
        for endpoint_id in list(sending.due_endpoints(now=now).values_list("pk", flat=True)):
            for claimed in sending.claim(endpoint_id, now=now, limit=100, slow_room=100):
                sending.send(claimed, clock=lambda: now)
                made += 1
        return made

    return out


@pytest.fixture
def happen(principal: Principal) -> Callable[..., OutgoingEvent]:
    """Let something happen."""

    def make(kind: EventType = EventType.CONNECTION_RENEWED, **data: Any) -> OutgoingEvent:
        return announce(tenant_id=principal.tenant.pk, kind=kind, data=data, now=timezone.now())

    return make


@pytest.fixture
def publish(principal: Principal, destination: Destination) -> Publish:
    """Accept a post for the first destination and return its job."""

    def make(text: str = "Hello", **said: Any) -> PublishJob:
        draft = Draft(text=text, destinations=(destination.pk,))
        post, _ = publish_post(principal=principal, draft=draft, idempotency_key=said.get("key"), now=timezone.now())
        return post.jobs.get()

    return make


def only_delivery(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """The one delivery of an endpoint."""
    return WebhookDelivery.objects.select_related("event", "endpoint").get(endpoint=endpoint)
