"""Another tenant's belongings, of every kind, for tests that hold its ids up to the hub; and what shows that nothing was moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from connectors.connect_links import Wish, create_link
from connectors.models import Connection, ConnectLink, ReturnOrigin, WebhookEvent
from media.models import Media, Upload
from monitoring.alerting.rows import Alert
from outbox.endpoints import create_endpoint, ping
from outbox.models import WebhookDelivery, WebhookEndpoint
from outbox.sorting import sort
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import DeadLetter, PublishJob, Watch
from tenants.models import Tenant

if TYPE_CHECKING:
    from tests.conftest import House


@pytest.fixture
def foreign_ids(make_house: Callable[[str], House], connect: Callable[[House], Connection]) -> dict[str, str]:
    """The id of everything that another tenant has."""
    other = make_house("Other")
    connection = connect(other)
    place = connection.destinations.filter(enabled=True).first()
    assert place is not None
    draft = Draft(text="Theirs", destinations=(place.pk,))
    post, _ = publish_post(principal=other.principal, draft=draft, idempotency_key=None, now=timezone.now())
    job = post.jobs.get()
    PublishJob.objects.filter(pk=job.pk).update(state="dlq", ready=False, due_at=None, announced_at=timezone.now())
    letter = DeadLetter.objects.create(
        job=job, tenant=other.tenant, platform_id="meta", fingerprint="f", kind="k", cause="c", who="operator",
        opened_at=timezone.now(),
    )  # fmt: skip
    Watch.objects.create(job=job, tenant=other.tenant, platform_id="meta", state="rejected", reason="Theirs")
    media = Media.objects.create(
        tenant=other.tenant, sha256="0" * 64, kind="image", content_type="image/jpeg", name="Theirs.jpg", size_bytes=1,
        storage_name="theirs", created_by="x", last_used_at=timezone.now(),
    )  # fmt: skip
    upload = Upload.objects.create(
        tenant=other.tenant, name="Theirs", size_bytes=9, created_by="x", expires_at=timezone.now() + timedelta(days=1)
    )
    origin = ReturnOrigin.objects.create(tenant=other.tenant, origin="https://theirs.example", created_by="x")
    link, _, _ = create_link(
        principal=other.principal, wish=Wish(brand_name="Theirs"), idempotency_key=None, now=timezone.now()
    )
    endpoint, _ = create_endpoint(principal=other.principal, url="http://127.0.0.1:1/Theirs", now=timezone.now())
    delivery = ping(principal=other.principal, endpoint=endpoint, now=timezone.now())
    sort(now=timezone.now())
    alert = Alert.objects.create(
        tenant=other.tenant, rule="tokens_expired", severity="bad", value=1, title="Theirs", cause="Theirs",
        since=timezone.now(), seen_at=timezone.now(), raised_at=timezone.now(),
    )  # fmt: skip
    told = WebhookEvent.objects.create(
        platform_id="meta", key="Theirs", kind="comment", external_id=place.external_id, received_at=timezone.now(),
        state="processed", raw={"message": "Theirs"},
    )  # fmt: skip
    return {
        "alert": str(alert.pk),
        "told": str(told.pk),
        "endpoint": str(endpoint.pk),
        "delivery": str(delivery.pk),
        "event": str(delivery.event_id),
        "media": str(media.pk),
        "upload": str(upload.pk),
        "connection": str(connection.pk),
        "destination": str(place.pk),
        "post": str(post.pk),
        "job": str(job.pk),
        "letter": str(letter.pk),
        "link": str(link.pk),
        "origin": str(origin.pk),
        "tenant": str(other.tenant.pk),
    }


def snapshot() -> list[Any]:
    return [
        list(PublishJob.objects.order_by("pk").values()),
        list(DeadLetter.objects.order_by("pk").values()),
        list(Watch.objects.order_by("pk").values()),
        list(Connection.objects.order_by("pk").values()),
        list(Tenant.objects.order_by("pk").values()),
        list(Media.objects.order_by("pk").values()),
        list(Upload.objects.order_by("pk").values()),
        list(ConnectLink.objects.order_by("pk").values()),
        list(ReturnOrigin.objects.order_by("pk").values()),
        list(WebhookEndpoint.objects.order_by("pk").values()),
        list(WebhookDelivery.objects.order_by("pk").values()),
        list(Alert.objects.order_by("pk").values()),
        list(WebhookEvent.objects.order_by("pk").values()),
    ]
