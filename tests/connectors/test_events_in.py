"""The page of what platforms told: each tenant sees its own, shown safely, and may have it processed again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connection, Destination, WebhookEvent
from sandbox.meta import demo
from tenants.models import AuditEntry, Membership, User
from tenants.services import add_member
from tests.conftest import House

LIST = "/events-in"


def told(key: str, **more: Any) -> WebhookEvent:
    fields: dict[str, Any] = {
        "platform_id": "meta", "key": key, "kind": "comment", "external_id": demo.BAKERY, "received_at": timezone.now(),
        "state": "processed", "raw": {"value": {"message": f"said {key}"}}, **more,
    }  # fmt: skip
    return WebhookEvent.objects.create(**fields)


def keys(client: Client, **query: str) -> set[str]:
    rows = client.get(LIST, query).context["events"]
    return set(WebhookEvent.objects.filter(pk__in=[row["id"] for row in rows]).values_list("key", flat=True))


def viewer_of(house: House) -> Client:
    user = User.objects.create_user(f"viewer@{house.tenant.slug}.example", "correct horse battery")
    add_member(tenant=house.tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client = Client()
    client.force_login(user)
    return client


def test_an_empty_page_says_what_will_come_and_who_tells_nothing(member_client: Client) -> None:
    page = member_client.get(LIST).content.decode()
    assert "No platform has told anything yet" in page
    assert "Google Business Profile tells nothing by webhook" in page


def test_a_tenant_sees_what_is_told_of_its_chosen_places_and_its_people_and_nothing_else(
    member_client: Client, connection: Connection, now: datetime, make_house: Callable[[str], House]
) -> None:
    told("chosen")
    told("of its person", kind="deauthorized", external_id="", external_user_id=connection.external_user_id)
    told("of another person", external_user_id="somebody else")
    told("of a place of others", external_id="999")
    told("the same id elsewhere", platform_id="linkedin")
    told("of nobody", external_id="")
    told("from before", received_at=now - timedelta(days=9))
    left = connection.destinations.filter(enabled=False).first()
    assert left is not None
    told("of a place left out", external_id=left.external_id)
    assert keys(member_client) == {"chosen", "of its person"}
    stranger = Client()
    stranger.force_login(make_house("Other").owner)
    assert stranger.get(LIST).context["events"] == []
    for event in WebhookEvent.objects.all():
        assert stranger.get(reverse("event_in", args=[event.pk])).status_code == 404
        assert stranger.post(reverse("replay_event", args=[event.pk])).status_code == 404
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"processed"}


def test_events_are_filtered_and_paged(member_client: Client, connection: Connection) -> None:
    for number in range(30):
        told(f"n{number}", post_id=f"p{number}")
    told("failed", state="failed", error="ValueError: broken")
    assert len(keys(member_client)) == 25
    page = member_client.get(LIST)
    assert len(member_client.get(page.context["page"]["next_url"]).context["events"]) == 6
    assert keys(member_client, state="failed") == {"failed"}
    assert keys(member_client, query="p7") == {"n7"}
    assert keys(member_client, platform="tiktok") == set()
    assert [tab["count"] for tab in page.context["states"]] == [31, 0, 30, 1]
    for nasty in ("\x00", "%", "x" * 5000, "😀"):
        for name in ("cursor", "state", "query", "platform", "sort"):
            assert member_client.get(LIST, {name: nasty}).status_code == 200


def test_what_a_platform_said_is_shown_as_text_to_who_manages_the_accounts(
    member_client: Client, connection: Connection, house: House
) -> None:
    nasty = "<script>alert(1)</script> </pre> {{ 7 }} é \u202e"
    event = told("x", raw={"message": nasty, "zzz": "y" * 30_000})
    address = reverse("event_in", args=[event.pk])
    page = member_client.get(address)
    text = page.content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &lt;/pre&gt; {{ 7 }} é" in text
    assert len(page.context["event"]["said"]) == 20_000
    assert "Cut off here" in text
    seen = viewer_of(house).get(address).content.decode()
    assert "alert(1)" not in seen
    assert "Shown to those who manage the accounts" in seen
    assert "Process again" not in seen


def test_an_event_is_processed_again_by_an_owner_once_however_often_it_is_clicked(
    member_client: Client, connection: Connection, house: House
) -> None:
    event = told("x", state="failed", error="ValueError: broken", tries=5)
    again = reverse("replay_event", args=[event.pk])
    assert viewer_of(house).post(again).status_code == 403
    assert member_client.get(again).status_code == 405
    first, second = (member_client.post(again, follow=True) for _ in range(2))
    assert "It is processed again." in first.content.decode()
    assert "It waits already" in second.content.decode()
    event.refresh_from_db()
    assert (event.state, event.tries, event.error) == ("received", 0, "")
    assert AuditEntry.objects.filter(action="webhook_event.replayed", subject_id=str(event.pk)).count() == 1
    assert member_client.get(reverse("event_in", args=[uuid4()])).status_code == 404


def test_the_number_of_queries_does_not_grow(member_client: Client, connection: Connection) -> None:
    member_client.get(LIST)  # the first request of a session notes when it was seen
    counted = []
    for number in range(12):
        told(f"n{number}")
        with CaptureQueriesContext(database) as queries:
            member_client.get(LIST)
        counted.append(len(queries))
    assert counted[0] == counted[-1] <= 16


@pytest.mark.parametrize("place", ["disconnected", "deselected"])
def test_a_place_that_was_given_up_shows_nothing_any_more(
    member_client: Client, connection: Connection, now: datetime, place: str
) -> None:
    told("x")
    assert keys(member_client) == {"x"}
    if place == "disconnected":
        Connection.objects.update(status="inactive", disconnected_at=now)
    else:
        Destination.objects.update(enabled=False)
    assert keys(member_client) == set()
