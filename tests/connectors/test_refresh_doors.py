"""Renewing by hand, and the history of it: over the API, on the page, in the admin."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connection, TokenRefresh
from sandbox.faults import fault_from
from sandbox.world import World
from tenants.models import AuditEntry, User
from tenants.services import create_api_key
from tests.conftest import House


@pytest.fixture
def api(house: House) -> Callable[..., Client]:
    """Make a client with a key of these scopes."""

    def make(*scopes: str) -> Client:
        _, text = create_api_key(
            tenant=house.tenant, name="Shop", scopes=scopes or ("connections:read", "connections:write"), actor="test"
        )
        return Client(headers={"Authorization": f"Bearer {text.reveal()}"})

    return make


def address(connection: Connection, what: str) -> str:
    return f"/api/connections/{connection.pk}/{what}/"


def test_a_client_app_renews_and_reads_what_became_of_it(connection: Connection, api: Callable[..., Client]) -> None:
    client = api()
    answer = client.post(address(connection, "refresh"))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["outcome"], told["reason"]) == ("refreshed", "asked for")
    assert told["asked_by"].startswith("key:")
    assert AuditEntry.objects.get(action="connection.refreshed").detail == {"outcome": "refreshed"}
    again = client.post(address(connection, "refresh"))
    assert (again.status_code, again.json()["code"]) == (409, "refreshed_just_now")
    TokenRefresh.objects.update(started_at=timezone.now() - timedelta(minutes=2))
    assert client.post(address(connection, "refresh")).status_code == 200
    listed = client.get(address(connection, "refreshes"), {"limit": 1}).json()
    assert [row["outcome"] for row in listed["results"]] == ["refreshed"]
    assert listed["next"]
    shown = client.get(f"/api/connections/{connection.pk}/").json()
    assert shown["refreshed_at"]


def test_what_the_platform_said_is_told_and_no_secret(
    connection: Connection, api: Callable[..., Client], world: World
) -> None:
    where = {"host": "graph.facebook.com", "method": "*", "path": "*/oauth/access_token"}
    world.faults.add(fault_from({"kind": "http_status", "status": 503, **where}))
    client = api()
    told = client.post(address(connection, "refresh")).json()
    assert told["outcome"] == "failed"
    assert told["cause"]
    assert told["platform_reply"]["http_status"] == 503
    connection.refresh_from_db()
    assert connection.status == Connection.Status.ACTIVE
    world.meta.revoke({"user": connection.external_user_id, "subcode": 460})
    TokenRefresh.objects.update(started_at=timezone.now() - timedelta(minutes=2))
    told = client.post(address(connection, "refresh")).json()
    assert told["outcome"] == "ended"
    assert "EAA" not in client.get(address(connection, "refreshes")).content.decode()


def test_scopes_and_tenants_are_kept_apart(
    connection: Connection, api: Callable[..., Client], make_house: Callable[[str], House]
) -> None:
    reader = api("connections:read")
    assert reader.get(address(connection, "refreshes")).status_code == 200
    refused = reader.post(address(connection, "refresh"))
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    _, text = create_api_key(
        tenant=make_house("Other").tenant, name="x", scopes=["connections:read", "connections:write"], actor="test"
    )
    stranger = Client(headers={"Authorization": f"Bearer {text.reveal()}"})
    assert stranger.get(address(connection, "refreshes")).status_code == 404
    assert stranger.post(address(connection, "refresh")).status_code == 404
    assert not TokenRefresh.objects.exists()


def test_what_cannot_be_renewed_says_why_and_what_to_do(
    connection: Connection, api: Callable[..., Client], house: House
) -> None:
    client = api()
    Connection.objects.update(refresh_lease_until=timezone.now() + timedelta(minutes=1))
    assert client.post(address(connection, "refresh")).json()["code"] == "refresh_under_way"
    Connection.objects.update(
        platform="mailchimp", refresh_lease_until=None, next_health_at=timezone.now() + timedelta(hours=5)
    )
    told = client.post(address(connection, "refresh")).json()
    assert (told["code"], told["status"]) == ("nothing_to_refresh", 409)
    connection.refresh_from_db()
    assert connection.next_health_at is not None
    assert connection.next_health_at <= timezone.now(), "where nothing ends, a refresh is a look at the account"
    Connection.objects.update(platform="linkedin")
    assert "Reconnect" in client.post(address(connection, "refresh")).json()["remedy"]


def test_the_page_shows_renewals_and_renews(connection: Connection, house: House) -> None:
    client = Client()
    client.force_login(house.owner)
    page = reverse("connection", args=[connection.pk])
    assert "Not renewed yet" in client.get(page).content.decode()
    after = client.post(reverse("refresh_connection", args=[connection.pk]), follow=True).content.decode()
    assert "renewed" in after
    assert "asked for" in after
    assert house.owner.email in after
    assert "Next renewal" in after
    again = client.post(reverse("refresh_connection", args=[connection.pk]), follow=True).content.decode()
    assert "less than a minute ago" in again


def test_a_worker_that_died_in_the_middle_is_told(connection: Connection, house: House) -> None:
    TokenRefresh.objects.create(
        connection=connection,
        tenant=connection.tenant,
        reason="ends soon",
        outcome=TokenRefresh.OPEN,
        started_at=timezone.now() - timedelta(hours=1),
        took_ms=0,
    )
    client = Client()
    client.force_login(house.owner)
    assert "Never finished" in client.get(reverse("connection", args=[connection.pk])).content.decode()


def test_operators_see_history_and_plans_and_change_neither(connection: Connection, house: House) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "a password for tests"))
    client.force_login(User.objects.get(email="root@example.com"))
    TokenRefresh.objects.create(
        connection=connection, tenant=connection.tenant, reason="ends soon", outcome="failed",
        started_at=timezone.now(), took_ms=12, cause="A cause of its own",
    )  # fmt: skip
    page = client.get(reverse("admin:connectors_tokenrefresh_changelist"), {"outcome__exact": "failed"})
    assert "A cause of its own" in page.content.decode()
    assert client.get(reverse("admin:connectors_tokenrefresh_add")).status_code == 403
    plans = client.get(reverse("admin:connectors_tokenplan_changelist"))
    assert connection.display_name in plans.content.decode()
    assert client.get(reverse("admin:connectors_tokenplan_add")).status_code == 403
