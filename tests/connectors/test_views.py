"""Pages of the embassy: connections, platforms, picking destinations, disconnecting."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connection, Destination, Platform
from connectors.services import seal
from connectors.types import ACCESS_TOKEN, REFRESH_TOKEN
from foundation.secret import Secret
from sandbox.world import World
from tenants.models import Membership, Tenant, User
from tenants.services import add_member
from tests.conftest import House

NASTY = [
    "\x00",
    "%",
    "x" * 5000,
    "-1",
    "'\"<b>",
    "😀",
    "../..",
    "eyJ",
    "WyJhIiwxLDJd",
    "WyJhIiwgbnVsbCwgbnVsbF0",
    "NaN",
]


def make_connection(tenant: Tenant, name: str, **fields: object) -> Connection:
    now = timezone.now()
    said = {
        "tenant": tenant,
        "platform_id": "meta",
        "external_user_id": name,
        "display_name": name,
        "status_since": now,
        "connected_at": now,
        "health": "healthy",
        "health_checked_at": now,
    }
    return Connection.objects.create(**{**said, **fields})


@pytest.fixture
def viewer_client(house: House) -> Client:
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=house.tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client = Client()
    client.force_login(user)
    return client


def test_an_empty_house_is_told_to_connect(member_client: Client) -> None:
    page = member_client.get(reverse("connections")).content.decode()
    assert "No account is connected yet" in page


def test_a_connection_shows_its_state_token_and_places(member_client: Client, connection: Connection) -> None:
    row = member_client.get(reverse("connections")).context["connections"][0]
    assert row["state"] == "unknown"
    assert row["state_label"] == "Not checked yet"
    assert row["destinations_enabled"] >= 1
    assert len(row["token_hint"]) == 4


@pytest.mark.parametrize("sort", ["name", "-name", "expires", "-expires", "checked", "-checked"])
def test_paging_shows_every_connection_once_both_ways(member_client: Client, tenant: Tenant, sort: str) -> None:
    now = timezone.now()
    for number in range(60):
        ends = None if number % 3 == 0 else now + timedelta(days=number // 2)
        seen = None if number % 4 == 0 else now - timedelta(hours=number // 3)
        make_connection(tenant, f"Account {number:02d}", access_expires_at=ends, health_checked_at=seen)
    forward: list[list[str]] = []
    address = reverse("connections") + f"?sort={sort}"
    while address:
        context = member_client.get(address).context
        forward.append([row["name"] for row in context["connections"]])
        last, address = address, context["page"]["next_url"]
    names = [name for page in forward for name in page]
    assert len(names) == 60
    assert len(set(names)) == 60
    backward: list[list[str]] = []
    while last:
        context = member_client.get(last).context
        backward.insert(0, [row["name"] for row in context["connections"]])
        last = context["page"]["prev_url"]
    assert backward == forward


def test_filters_narrow_and_count(member_client: Client, tenant: Tenant) -> None:
    make_connection(tenant, "Anna")
    make_connection(tenant, "Bert", status="attention", status_cause="Revoked.")
    make_connection(tenant, "Carl", health="")
    context = member_client.get(reverse("connections") + "?state=attention").context
    assert [row["name"] for row in context["connections"]] == ["Bert"]
    assert {tab["label"]: tab["count"] for tab in context["states"]} == {
        "All": 3,
        "Needs attention": 1,
        "Not checked yet": 1,
        "Healthy": 1,
    }
    assert [row["name"] for row in member_client.get("/connections?query=ann").context["connections"]] == ["Anna"]
    assert "No connection matches" in member_client.get("/connections?query=zzz").content.decode()


@pytest.mark.usefixtures("flags_stay_known")
def test_the_number_of_queries_does_not_grow(member_client: Client, tenant: Tenant) -> None:
    member_client.get(reverse("connections"))  # the first request of a session notes when it was seen
    counts = []
    for number in (2, 15):
        for extra in range(number):
            make_connection(tenant, f"Account {number} {extra}")
        with CaptureQueriesContext(
            database,
        ) as told:
            member_client.get(reverse("connections"))
        counts.append(len(told))
    assert counts[0] == counts[1] <= 14


@pytest.mark.parametrize("name", ["query", "platform", "state", "sort", "cursor"])
def test_no_query_string_crashes_the_list(member_client: Client, tenant: Tenant, name: str) -> None:
    make_connection(tenant, "Anna")
    for nasty in NASTY:
        assert member_client.get(reverse("connections"), {name: nasty}).status_code == 200, nasty


def test_platforms_tell_why_they_cannot_be_connected(member_client: Client, settings: pytest.FixtureRequest) -> None:
    def state() -> str:
        platforms = member_client.get(reverse("connect")).context["platforms"]
        return str(next(entry["state"] for entry in platforms if entry["slug"] == "meta"))

    assert state() == "available"
    settings.META_APP_ID = ""  # type: ignore[attr-defined]
    page = member_client.get(reverse("connect"))
    assert state() == "not_configured"
    assert "META_APP_ID" in page.content.decode()
    Platform.objects.filter(slug="meta").update(enabled=False)
    assert state() == "switched_off"


def test_a_browser_connects_picks_and_goes_on_to_compose(
    member_client: Client, sandbox: object, world: World, tenant: Tenant
) -> None:
    away = member_client.get(reverse("oauth_start", args=["meta"]))
    assert away.status_code == 302
    asked = {key: values[0] for key, values in parse_qs(urlsplit(away["Location"]).query).items()}
    code = world.meta.consent(redirect_uri=asked["redirect_uri"], scopes=asked["scope"].split(","))["code"]
    back = member_client.get(reverse("oauth_callback", args=["meta"]), {"state": asked["state"], "code": code})
    connection = Connection.objects.get(tenant=tenant)
    address = reverse("pick_destinations", args=[connection.pk])
    assert back["Location"] == address
    places = member_client.get(address).context["destinations"]
    chosen = [str(place["id"]) for place in places if place["selectable"]]
    assert chosen
    assert any(place["reason"] for place in places if not place["selectable"])
    saved = member_client.post(address, {"destination": chosen})
    assert saved["Location"] == reverse("compose")
    assert Destination.objects.filter(tenant=tenant, enabled=True).count() == len(chosen)


def test_a_login_that_fails_is_told_on_a_page_with_the_frame(member_client: Client) -> None:
    response = member_client.get(reverse("oauth_callback", args=["meta"]), {"state": "x", "code": "y"})
    page = response.content.decode()
    assert response.status_code == 400
    assert "The account was not connected" in page
    assert reverse("oauth_start", args=["meta"]) in page
    assert "Your menu" in page


def test_picking_goes_back_to_the_page_it_came_from(member_client: Client, connection: Connection) -> None:
    place = connection.destinations.filter(obstacle="").first()
    assert place is not None
    there = reverse("connection", args=[connection.pk])
    address = reverse("pick_destinations", args=[connection.pk])
    response = member_client.post(address, {"destination": str(place.pk), "next": there})
    assert response["Location"] == there
    assert list(connection.destinations.filter(enabled=True)) == [place]
    foreign = member_client.post(address, {"destination": str(place.pk), "next": "https://evil.example/"})
    assert foreign["Location"] == there


def test_a_place_that_cannot_be_picked_is_refused_in_words(member_client: Client, connection: Connection) -> None:
    address = reverse("pick_destinations", args=[connection.pk])
    barred = connection.destinations.exclude(obstacle="").first()
    assert barred is not None
    response = member_client.post(address, {"destination": str(barred.pk)})
    assert response.status_code == 422
    assert barred.name in response.context["error"]
    assert member_client.post(address, {"destination": "no-id\x00"}).status_code == 404


def test_a_list_that_cannot_be_fetched_again_says_so(member_client: Client, tenant: Tenant) -> None:
    gone = make_connection(tenant, "Tokenless", connected_at=timezone.now() - timedelta(days=1))
    page = member_client.get(reverse("pick_destinations", args=[gone.pk]))
    assert page.status_code == 200
    assert "may be out of date" in page.context["problem"]


def test_disconnecting_needs_a_form_and_erases(member_client: Client, connection: Connection) -> None:
    address = reverse("disconnect", args=[connection.pk])
    assert member_client.get(address).status_code == 405
    assert member_client.post(address)["Location"] == reverse("connections")
    connection.refresh_from_db()
    assert connection.status == Connection.Status.INACTIVE
    row = member_client.get(reverse("connections")).context["connections"][0]
    assert (row["state"], row["token_hint"], row["token_note"]) == ("inactive", "", "no longer used")


def test_viewers_see_no_buttons_and_may_not_act(viewer_client: Client, connection: Connection) -> None:
    page = viewer_client.get(reverse("connections"))
    assert page.context["can_manage"] is False
    assert "Disconnect" not in page.content.decode()
    for name in ("pick_destinations", "disconnect"):
        assert viewer_client.post(reverse(name, args=[connection.pk])).status_code == 403
    assert viewer_client.get(reverse("connect")).status_code == 403
    connection.refresh_from_db()
    assert connection.status == Connection.Status.ACTIVE


def test_another_tenants_connection_is_not_there(
    client: Client, connection: Connection, make_house: Callable[[str], House]
) -> None:
    client.force_login(make_house("Other").owner)
    assert client.get(reverse("connections")).context["connections"] == []
    for name in ("pick_destinations", "disconnect"):
        assert client.post(reverse(name, args=[connection.pk])).status_code == 404
    assert client.get(reverse("pick_destinations", args=[connection.pk])).status_code == 404
    assert client.get(reverse("pick_destinations", args=[uuid4()])).status_code == 404


def test_who_renews_a_token_is_told_by_what_is_held_for_it(member_client: Client, tenant: Tenant) -> None:
    ends = timezone.now() + timedelta(days=3)
    renewing = make_connection(tenant, "Renewing", platform_id="linkedin", access_expires_at=ends)
    seal(renewing, ACCESS_TOKEN, Secret("access-token-of-a-test"))
    seal(renewing, REFRESH_TOKEN, Secret("refresh-token-of-a-test"))
    alone = make_connection(tenant, "Alone", platform_id="linkedin", access_expires_at=ends)
    seal(alone, ACCESS_TOKEN, Secret("access-token-of-a-test"))
    over = make_connection(tenant, "Over", platform_id="linkedin", access_expires_at=timezone.now() - timedelta(days=1))
    traded = make_connection(tenant, "Traded", access_expires_at=ends)
    seal(traded, ACCESS_TOKEN, Secret("access-token-of-a-test"))
    rows = {row["id"]: row for row in member_client.get(reverse("connections")).context["connections"]}
    assert rows[renewing.pk]["token_note"] == rows[traded.pk]["token_note"] == "renews by itself"
    assert (rows[alone.pk]["token_note"], rows[over.pk]["token_note"]) == ("reconnect before then", "has expired")
    assert [rows[row.pk]["token_expires_soon"] for row in (renewing, alone)] == [False, True]


def test_a_disconnected_account_is_not_said_to_hold_a_token_for_ever(
    member_client: Client, connection: Connection
) -> None:
    member_client.post(reverse("disconnect", args=[connection.pk]))
    shown = member_client.get(reverse("connection", args=[connection.pk])).content.decode()
    assert "<dt>Expires</dt><dd>no longer used</dd>" in shown


def test_the_cards_name_all_that_can_be_published(member_client: Client) -> None:
    cards = {card["slug"]: card["summary"] for card in member_client.get(reverse("connect")).context["platforms"]}
    assert cards["meta"].startswith("Publish text, links, photos, videos, reels and stories to")
    assert cards["linkedin"].startswith("Publish text, links, photos, videos, documents and polls to")
