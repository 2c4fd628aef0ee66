"""What platforms told, through the API: each tenant's own, narrowed and paged, and processed again by who may."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from connectors.models import Connection, WebhookEvent
from tenants.models import AuditEntry
from tenants.services import create_api_key
from tests.conftest import House
from tests.connectors.test_events_in import told

LIST = "/api/platform-events/"


def keys(api: Client, query: str = "") -> list[str]:
    return [row["key"] for row in api.get(LIST + query).json()["results"]]


def reader(house: House, *scopes: str) -> Client:
    _, text = create_api_key(tenant=house.tenant, name="x", scopes=scopes, actor="system:test")
    return Client(headers={"Authorization": f"Bearer {text.reveal()}"})


def test_a_list_tells_the_tenants_own_newest_first_and_not_what_was_said(api: Client, connection: Connection) -> None:
    told("first")
    told("of a place of others", external_id="999")
    told("of another person", external_user_id="somebody else")
    told("second", state="failed", tries=5, error="ValueError: broken")
    (second, first) = api.get(LIST).json()["results"]
    assert (first["key"], first["state"], first["kind"], first["platform"]) == ("first", "processed", "comment", "meta")
    assert (second["state"], second["tries"], second["error"]) == ("failed", 5, "ValueError: broken")
    assert "said" not in first


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=failed", {"failed"}),
        ("?state=failed&state=received", {"failed", "waiting"}),
        ("?kind=mention", {"mention"}),
        ("?platform=tiktok", set()),
        ("?post_id=p-1", {"failed"}),
        ("?external_id=999", set()),
        ("?received_before=2020-01-01T00:00:00Z", set()),
        ("?received_after=2020-01-01T00:00:00Z&kind=mention", {"mention"}),
    ],
)
def test_a_list_is_narrowed(api: Client, connection: Connection, query: str, found: set[str]) -> None:
    told("failed", state="failed", post_id="p-1")
    told("mention", kind="mention")
    waiting = told("waiting")
    WebhookEvent.objects.filter(pk=waiting.pk).update(state="received", due_at=waiting.received_at + timedelta(days=1))
    assert set(keys(api, query)) == found


@pytest.mark.parametrize("query", ["?state=nonsense", "?kind=nonsense", "?received_after=x", "?nonsense=1", "?limit=0"])
def test_a_wrong_filter_is_refused_by_name(api: Client, query: str) -> None:
    answer = api.get(LIST + query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query[1:].partition("=")[0]


def test_pages_neither_skip_nor_repeat(api: Client, connection: Connection) -> None:
    for number in range(5):
        told(f"n{number}")
    page: dict[str, Any] = api.get(LIST + "?limit=2").json()
    seen = [row["key"] for row in page["results"]]
    told("meanwhile")
    while page["next"]:
        page = api.get(page["next"]).json()
        seen += [row["key"] for row in page["results"]]
    assert seen == ["n4", "n3", "n2", "n1", "n0"]


def test_what_a_platform_said_is_for_keys_that_manage_accounts(
    api: Client, connection: Connection, house: House
) -> None:
    event = told("x", raw={"message": "between us"})
    assert api.get(f"{LIST}{event.pk}/").json()["said"] == {"message": "between us"}
    seen = reader(house, "connections:read").get(f"{LIST}{event.pk}/")
    assert (seen.status_code, seen.json()["said"]) == (200, None)
    assert "between us" not in seen.content.decode()


def test_one_event_is_processed_again_once_however_often_it_is_asked_and_who_asked_is_written_down(
    api: Client, connection: Connection, house: House
) -> None:
    event = told("x", state="failed", error="ValueError: broken", tries=5)
    again = f"{LIST}{event.pk}/replay/"
    refused = reader(house, "connections:read").post(again)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    first, second = api.post(again), api.post(again)
    assert (first.status_code, first.json()["state"], first.json()["tries"]) == (200, "received", 0)
    assert first.json()["due_at"] == second.json()["due_at"]
    entry = AuditEntry.objects.get(action="webhook_event.replayed", subject_id=str(event.pk))
    assert entry.actor.startswith("key:")
    assert api.post(f"{LIST}{uuid4()}/replay/").status_code == 404
