"""One tenant never sees or moves what belongs to another: every address with an id is walked with another tenant's ids."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import UUIDConverter
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
from tests.conftest import House


def addresses(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield every address of ours that takes a UUID, with the names of its parameters."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith("admin/"):
            continue
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            names = [name for name, kind in pattern.pattern.converters.items() if isinstance(kind, UUIDConverter)]
            if names:
                yield route, names


def filled(route: str, value: str) -> str:
    return "/" + "".join(
        value if index % 2 else part
        for index, part in enumerate(route.replace("<", "\0").replace(">", "\0").split("\0"))
    )


#: Pages of connect links know no member: who holds no link's cookie sees none of them (tests/connectors/test_connect_links.py).
ROUTES = sorted({route for route, _ in addresses() if not route.startswith("c/")})


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


def send(client: Client, method: str, address: str, body: dict[str, Any], *, as_form: bool) -> Any:
    """Send a body the way the API or a page takes it."""
    if as_form:
        return client.generic(method.upper(), address, urlencode(body, doseq=True), "application/x-www-form-urlencoded")
    return client.generic(method.upper(), address, json.dumps(body), "application/json")


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


def test_there_are_addresses_to_walk() -> None:
    assert len(ROUTES) >= 10


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_another_tenants_ids_are_not_found(
    route: str, method: str, api: Client, member_client: Client, foreign_ids: dict[str, str]
) -> None:
    before = snapshot()
    body = {"ids": [foreign_ids["letter"]], "destinations": [foreign_ids["destination"]], "link": "https://x.example/1"}
    for client in (api, member_client):
        for value in foreign_ids.values():
            answer = send(client, method, filled(route, value), body, as_form=not route.startswith("api/"))
            expected = {404, 405} if route.startswith("api/") else {302, 404, 405}
            assert answer.status_code in expected, (client, value, answer.status_code)
            if answer.status_code == 302:  # a page sends strangers to the sign-in page, never anywhere else
                assert client is api
                assert "sign-in" in answer["Location"]
            assert b"Theirs" not in answer.content
    assert snapshot() == before


@pytest.mark.parametrize(
    "address",
    [
        "posts",
        "jobs",
        "dead-letters",
        "connections",
        "destinations",
        "media",
        "webhook-endpoints",
        "webhook-deliveries",
        "events",
        "platform-events",
        "alerts",
        "connect-links",
    ],
)
def test_lists_of_the_api_hold_nothing_of_another_tenant(
    address: str, api: Client, foreign_ids: dict[str, str]
) -> None:
    assert api.get(f"/api/{address}/").json()["results"] == []


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/api/dead-letters/redrive/", {"ids": ["letter"]}),
        ("/api/dead-letters/discard/", {"ids": ["letter"], "reason": "x"}),
    ],
)
def test_ids_in_a_body_are_another_tenants_as_little_as_ids_in_an_address(
    address: str, body: dict[str, Any], api: Client, foreign_ids: dict[str, str]
) -> None:
    before = snapshot()
    body = {**body, "ids": [foreign_ids[name] for name in body["ids"]]}
    answer = api.post(address, json.dumps(body), content_type="application/json")
    assert answer.status_code == 404
    assert snapshot() == before


def test_another_tenants_destination_cannot_be_published_to(api: Client, foreign_ids: dict[str, str]) -> None:
    body = {"text": "x", "destinations": [foreign_ids["destination"]]}
    answer = api.post("/api/publish", json.dumps(body), content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "unknown_destination"
