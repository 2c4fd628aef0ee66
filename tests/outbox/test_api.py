"""What client apps do with endpoints, deliveries and events through the API."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from outbox import sorting
from outbox.events import EventType
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from outbox.purging import purge
from outbox.services import announce
from tenants.models import AuditEntry, Membership, Tenant
from tenants.principal import Principal
from tenants.scopes import WEBHOOKS_READ
from tenants.services import create_api_key
from tests.conftest import House
from tests.outbox.conftest import Send
from tests.outbox.receiver import Receiver, receiving
from vault.models import EncryptedSecret

JSON = "application/json"
URL = "http://127.0.0.1:1/hook"


def made(api: Client, url: str = URL, **said: Any) -> Any:
    answer = api.post("/api/webhook-endpoints/", {"url": url, **said}, JSON)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_an_endpoint_is_made_shown_changed_and_deleted_and_its_secret_told_once(api: Client) -> None:
    told = made(api, description="Shop", event_types=["job.published"])
    assert told["secret"].startswith("whsec_")
    path = f"/api/webhook-endpoints/{told['id']}/"
    shown = api.get(path)
    assert "secret" not in shown.json()
    assert told["secret"] not in shown.content.decode() + api.get("/api/webhook-endpoints/").content.decode()

    changed = api.patch(path, {"description": "Till", "enabled": False}, JSON).json()
    assert (changed["description"], changed["enabled"], changed["disabled_reason"]) == ("Till", False, "by_hand")
    assert changed["event_types"] == ["job.published"]
    assert api.patch(path, {"enabled": True}, JSON).json()["enabled"] is True
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert not EncryptedSecret.objects.filter(connection_id=told["id"]).exists()
    actions = set(AuditEntry.objects.filter(subject_id=told["id"]).values_list("action", flat=True))
    assert actions == {f"webhook_endpoint.{what}" for what in ("created", "changed", "disabled", "enabled", "deleted")}
    purge(now=timezone.now())
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize(
    ("said", "status", "field", "code"),
    [
        ({"url": "ftp://x.example/"}, 422, "url", "url_not_allowed"),
        ({"url": "https://10.1.2.3/"}, 422, "url", "url_not_allowed"),
        ({"url": URL, "event_types": ["job.exploded"]}, 422, "event_types", "unknown_event_type"),
        ({"url": URL, "event_types": ["ping"]}, 422, "event_types", "unknown_event_type"),
        ({"url": URL, "color": "red"}, 400, "color", "unknown_field"),
        ({"url": ["https://x.example"]}, 400, "url", "invalid"),
        ({}, 400, "url", "required"),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused_by_field(
    api: Client, said: Any, status: int, field: str, code: str
) -> None:
    answer = api.post("/api/webhook-endpoints/", said, JSON)
    assert answer.status_code == status
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]
    assert not WebhookEndpoint.objects.exists()


def test_who_may_only_read_changes_nothing_and_is_told_which_scope_is_missing(tenant: Tenant, api: Client) -> None:
    told = made(api)
    _, key = create_api_key(tenant=tenant, name="Reader", scopes=[WEBHOOKS_READ], actor="system:test")
    reader = Client(headers={"Authorization": f"Bearer {key.reveal()}"})
    path = f"/api/webhook-endpoints/{told['id']}/"
    assert reader.get(path).status_code == 200
    for answer in (
        reader.post("/api/webhook-endpoints/", {"url": URL}, JSON),
        reader.patch(path, {}, JSON),
        reader.delete(path),
        reader.post(f"{path}ping/"),
        reader.post(f"{path}rotate-secret/"),
        reader.post(f"{path}replay/", {"failed": True}, JSON),
    ):
        assert (answer.status_code, "webhooks:write" in answer.json()["detail"]) == (403, True)


def test_another_tenants_rows_look_as_if_they_were_not_there(
    api: Client, make_house: Callable[[str], House], listen: Any, send: Send, receiver: Receiver
) -> None:
    other = make_house("Other")
    endpoint, _ = listen(receiver.url, who=other.principal)
    event = announce(tenant_id=other.tenant.pk, kind=EventType.ALERT_RAISED, data={}, now=timezone.now())
    send()
    delivery = WebhookDelivery.objects.get(event=event)
    for path in (f"webhook-endpoints/{endpoint.pk}", f"webhook-deliveries/{delivery.pk}", f"events/{event.pk}"):
        assert api.get(f"/api/{path}/").status_code == 404
    for path in ("webhook-endpoints", "webhook-deliveries", "events"):
        assert api.get(f"/api/{path}/").json()["results"] == []
    assert api.post(f"/api/webhook-deliveries/{delivery.pk}/replay/").status_code == 404


def test_a_ping_is_delivered_to_this_endpoint_alone_and_its_delivery_tells_all(
    api: Client, receiver: Receiver, send: Send
) -> None:
    told, _ = made(api, receiver.url, event_types=["job.published"]), made(api, receiver.url + "/other")
    delivery = api.post(f"/api/webhook-endpoints/{told['id']}/ping/").json()
    send()
    (got,) = receiver.got
    assert got.verified(told["secret"])["type"] == "ping"
    whole = api.get(f"/api/webhook-deliveries/{delivery['id']}/").json()
    assert (whole["state"], whole["last_status"], whole["tries"]) == ("delivered", 204, 1)
    assert whole["attempts"][0]["took_ms"] >= 0
    assert whole["request_headers"]["webhook-id"] == got.id
    assert "webhook-signature" not in whole["request_headers"]
    assert whole["request_body"].encode() == got.body


def test_a_rotation_tells_the_new_secret_and_how_long_the_old_one_signs(api: Client) -> None:
    told = made(api)
    answer = api.post(f"/api/webhook-endpoints/{told['id']}/rotate-secret/")
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["secret"] != told["secret"]
    assert api.get(f"/api/webhook-endpoints/{told['id']}/").json()["previous_secret_until"] is not None


def test_a_client_that_was_down_reads_on_from_its_number_and_misses_nothing(api: Client, tenant: Tenant) -> None:
    for number in range(25):
        announce(tenant_id=tenant.pk, kind=EventType.ALERT_RAISED, data={"n": number}, now=timezone.now())
    assert api.get("/api/events/").json()["results"] == [], "without a number yet"
    sorting.sort(now=timezone.now())
    read: list[int] = []
    path: str | None = "/api/events/?after=3&limit=10"
    while path:
        page = api.get(path).json()
        read += [event["sequence"] for event in page["results"]]
        path = page["next"]
    assert read == list(range(4, 26))
    assert [event["sequence"] for event in api.get("/api/events/?limit=2").json()["results"]] == [25, 24]
    for wrong in ("after=x", "after=-1", "after=1.5", f"after={2**53}", "limit=AAA", "limit=0", "limit=101"):
        assert api.get(f"/api/events/?{wrong}").status_code == 400, wrong
    assert api.get("/api/events/?type=alert.cleared").json()["results"] == []


def test_what_failed_is_replayed_under_its_id_and_only_counted_when_asked_to(
    api: Client, happen: Callable[..., OutgoingEvent], send: Send
) -> None:
    with receiving(answer=500) as receiver:
        told = made(api, receiver.url)
        event = happen()
        send()
        WebhookDelivery.objects.update(state="failed", due_at=None, lease_token=None)
        path = f"/api/webhook-endpoints/{told['id']}/replay/"
        assert api.post(path, {"failed": True, "dry_run": True}, JSON).json() == {"count": 1, "more": False}
        assert send() == 0
        receiver.answer = 200
        assert api.post(path, {"failed": True}, JSON).json()["count"] == 1
        WebhookEndpoint.objects.update(failures_in_row=0)
        assert send() == 1
        assert receiver.ids() == [str(event.pk)] * 2
        delivery = WebhookDelivery.objects.get()
        again = api.post(f"/api/webhook-deliveries/{delivery.pk}/replay/")
        assert (again.status_code, again.json()["state"]) == (202, "waiting")
        assert send() == 1
    for wrong in ({}, {"failed": True, "since": "2026-01-01T00:00:00Z"}):
        assert api.post(path, wrong, JSON).status_code == 400
    future = (timezone.now() + timedelta(days=1)).isoformat()
    assert api.post(path, {"since": future}, JSON).json()["code"] == "since_in_future"
    assert api.post(path, {"since": "2020-01-01T00:00:00Z"}, JSON).json()["code"] == "since_too_old"


def test_a_replay_since_a_moment_reaches_back_before_the_endpoint_was_there(
    api: Client, tenant: Tenant, receiver: Receiver, send: Send
) -> None:
    now = timezone.now()
    for hours in (5, 3, 1):
        announce(tenant_id=tenant.pk, kind=EventType.ALERT_RAISED, data={"h": hours}, now=now - timedelta(hours=hours))
    announce(tenant_id=tenant.pk, kind=EventType.ALERT_CLEARED, data={}, now=now)
    sorting.sort(now=now)
    told = made(api, receiver.url, event_types=["alert.raised"])
    send()
    assert receiver.got == []
    since = (now - timedelta(hours=4)).isoformat()
    assert api.post(f"/api/webhook-endpoints/{told['id']}/replay/", {"since": since}, JSON).json()["count"] == 2
    send()
    send()
    assert sorted(json.loads(got.body)["data"]["h"] for got in receiver.got) == [1, 3]


def test_nothing_is_replayed_to_or_pinged_at_an_endpoint_that_is_off(api: Client, happen: Any, send: Send) -> None:
    told = made(api)
    api.patch(f"/api/webhook-endpoints/{told['id']}/", {"enabled": False}, JSON)
    for path, said in (("ping", {}), ("replay", {"failed": True})):
        answer = api.post(f"/api/webhook-endpoints/{told['id']}/{path}/", said, JSON)
        assert (answer.status_code, answer.json()["code"]) == (409, "endpoint_disabled")


def test_a_member_who_edits_sees_endpoints_and_may_not_make_any(
    tenant: Tenant, principal: Principal, make_house: Any, client: Client
) -> None:
    from tenants.models import User
    from tenants.services import add_member

    user = User.objects.create_user("e@example.org", "correct horse battery")
    add_member(tenant=tenant, user=user, role=Membership.Role.EDITOR, actor="system:test")
    client.force_login(user)
    assert client.get("/webhook-endpoints").status_code == 200
    assert client.get("/webhook-endpoints/new").status_code == 403
