"""Connecting by an API key: tried at once, sealed, told to nobody; the account behind it is what makes a connection."""

import json
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from connectors.connecting_by_key import connect_by_key
from connectors.manager import credentials, get_connector
from connectors.models import Connection, Destination, Platform
from connectors.services import choose_destinations, disconnect
from connectors.types import ACCESS_TOKEN
from foundation.errors import ConfigurationError, Forbidden
from foundation.secret import Secret
from tenants.models import AuditEntry, Membership, Tenant, User
from tenants.principal import Principal
from tenants.services import add_member, create_api_key
from tests.conftest import House
from tests.connectors.keyhole import GOOD, OTHER_ACCOUNT, SAME_ACCOUNT, Keyhole
from vault.models import EncryptedSecret
from vault.services import open_secret

pytestmark = pytest.mark.usefixtures("keyhole")


def send(client: Client, key: Any = GOOD, platform: str = "keyhole", **more: Any) -> Any:
    """Connect as a client app does."""
    body = json.dumps({"platform": platform, "api_key": key, **more})
    return client.post("/api/connections/", body, content_type="application/json")


def stored_key(connection: Connection) -> str:
    return open_secret(
        tenant_id=connection.tenant_id, connection_id=connection.pk, kind=ACCESS_TOKEN, purpose="test"
    ).reveal()


def everything_stored() -> str:
    """Every row that a connection leaves, as text."""
    models: tuple[type[Model], ...] = (Connection, Destination, EncryptedSecret, AuditEntry)
    return "\n".join(str(list(model._default_manager.values())) for model in models)


def test_a_key_connects_the_account_it_opens_with_all_its_places(api: Client, tenant: Tenant) -> None:
    answer = send(api)
    assert answer.status_code == 201, answer.content
    connection = Connection.objects.get()
    assert answer["Location"] == f"/api/connections/{connection.pk}/"
    assert (answer.json()["platform"], answer.json()["display_name"], answer.json()["status"]) == (
        "keyhole",
        "Anna",
        "active",
    )
    assert connection.tenant == tenant
    assert sorted(connection.destinations.values_list("external_id", flat=True)) == ["anna-news", "anna-sales"]
    assert not connection.destinations.filter(enabled=True).exists(), "nothing is chosen for anybody"
    assert connection.next_health_at is not None
    assert stored_key(connection) == GOOD
    assert get_connector("keyhole", connection).keys.open(ACCESS_TOKEN).reveal() == GOOD


def test_a_key_is_written_nowhere_but_sealed_and_told_nowhere(api: Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = send(api)
    assert GOOD not in answer.content.decode()
    assert GOOD not in everything_stored()
    refused = send(api, key="kh-nobody-777")
    assert refused.status_code == 422
    assert "kh-nobody-777" not in refused.content.decode()
    assert GOOD not in caplog.text
    assert "kh-nobody-777" not in caplog.text


def test_a_new_key_of_the_same_account_renews_it_and_keeps_its_places(
    api: Client, tenant: Tenant, principal: Principal
) -> None:
    send(api)
    connection = Connection.objects.get()
    news = connection.destinations.get(external_id="anna-news")
    choose_destinations(principal=principal, connection=connection, chosen=[news.pk])
    answer = send(api, SAME_ACCOUNT)
    assert answer.status_code == 200, answer.content
    assert answer.json()["id"] == str(connection.pk)
    assert list(Destination.objects.filter(enabled=True)) == [news]
    assert stored_key(connection) == SAME_ACCOUNT
    entries = AuditEntry.objects.filter(tenant=tenant, subject_id=str(connection.pk)).order_by("id")
    told = [entry.action for entry in entries]
    assert told == ["connection.created", "connection.destinations_chosen", "connection.renewed"]
    assert all(entry.actor.startswith("key:") or entry.actor == principal.actor for entry in entries)


def test_the_key_of_another_account_is_a_connection_of_its_own(api: Client) -> None:
    send(api)
    assert send(api, OTHER_ACCOUNT).status_code == 201
    assert sorted(Connection.objects.values_list("external_user_id", flat=True)) == ["anna", "bert"]


def test_two_tenants_may_connect_the_same_account(
    house: House, api: Client, make_house: Any, principal: Principal, now: Any
) -> None:
    send(api)
    other = make_house("Other")
    connect_by_key(principal=other.principal, platform="keyhole", key=Secret(SAME_ACCOUNT), now=now)
    assert [stored_key(row) for row in Connection.objects.order_by("id")] == [GOOD, SAME_ACCOUNT]


@pytest.mark.parametrize(
    ("key", "status", "code", "cause", "remedy"),
    [
        ("nonsense", 422, "key_malformed", "no key of Keyhole's", "Copy the whole key"),
        ("kh-nobody-777", 422, "key_refused", "does not know this key", "Make a new key"),
    ],
)
def test_a_key_that_is_none_is_refused_with_cause_and_remedy(
    api: Client, key: str, status: int, code: str, cause: str, remedy: str
) -> None:
    answer = send(api, key)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code)
    assert cause in told["detail"]
    assert remedy in told["remedy"]
    assert key not in answer.content.decode()
    assert not Connection.objects.exists()
    assert not EncryptedSecret.objects.exists()


def test_what_cannot_be_a_key_is_never_sent(api: Client, keyhole: Keyhole) -> None:
    for key in ("nonsense", " ", "", "x" * 501, 7, None, ["kh-anna-1"], "kh-\x00anna-1"):
        assert send(api, key).status_code in {400, 422}, key
    assert keyhole.heard == []


def test_blanks_around_a_key_are_no_part_of_it(api: Client) -> None:
    assert send(api, f" {GOOD}\n").status_code == 201
    assert stored_key(Connection.objects.get()) == GOOD


def test_a_platform_that_is_out_of_order_says_nothing_of_the_key(api: Client, keyhole: Keyhole) -> None:
    keyhole.broken = True
    answer = send(api)
    assert (answer.status_code, answer.json()["code"]) == (503, "connect_transient")
    assert answer.json()["remedy"]
    assert not Connection.objects.exists()


def test_connecting_by_key_needs_the_scope_and_the_role(house: House, keyhole: Keyhole) -> None:
    _, key = create_api_key(tenant=house.tenant, name="x", scopes=["connections:read"], actor="system:test")
    answer = send(Client(headers={"Authorization": f"Bearer {key.reveal()}"}))
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    viewer = add_member(tenant=house.tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    with pytest.raises(Forbidden):
        connect_by_key(
            principal=Principal.of_member(viewer), platform="keyhole", key=Secret(GOOD), now=house.tenant.created_at
        )
    assert keyhole.heard == []


def test_a_platform_that_is_switched_off_connects_nobody(api: Client, keyhole: Keyhole) -> None:
    Platform.objects.filter(slug="keyhole").update(enabled=False)
    assert send(api).json()["code"] == "platform_disabled"
    assert keyhole.heard == []


def test_each_way_of_connecting_says_so_where_it_is_the_wrong_one(api: Client, member_client: Client) -> None:
    told = send(api, platform="meta").json()
    assert told["code"] == "not_by_key"
    assert "/api/oauth/meta/start" in told["remedy"]
    assert send(api, platform="nowhere").status_code == 404
    asked = member_client.get("/api/oauth/keyhole/start", headers={"Accept": "application/json"})
    assert (asked.status_code, asked.json()["code"]) == (422, "not_by_login")
    for path in ("/api/oauth/keyhole/start", "/api/oauth/keyhole/callback?state=x&code=y"):
        page = member_client.get(path)
        assert page.status_code == 422, path
        assert "connected by an API key" in page.content.decode()
        assert "Try again" not in page.content.decode(), "it cannot help"


def test_a_platform_of_keys_needs_no_app_of_ours_and_one_of_logins_does(settings: Any) -> None:
    assert credentials("keyhole").client_id == ""
    settings.META_APP_ID = ""
    with pytest.raises(ConfigurationError, match="META_APP_ID"):
        credentials("meta")


def test_a_key_that_only_its_owner_can_end_is_destroyed_here(api: Client, principal: Principal, now: Any) -> None:
    send(api)
    connection = Connection.objects.get()
    disconnect(principal=principal, connection=connection, now=now)
    assert not EncryptedSecret.objects.exists()
    (entry,) = AuditEntry.objects.filter(action="connection.disconnected")
    assert "only the person can end it" in str(entry.detail)


# --- the page -----------------------------------------------------------------------------------------------------------


def test_the_page_asks_for_a_key_and_leads_to_the_choice_of_places(member_client: Client) -> None:
    page = member_client.get(reverse("connect")).content.decode()
    assert "API key of Keyhole" in page
    assert "Under Account, Keys." in page
    assert 'href="https://keyhole.example/keys"' in page
    assert 'type="password"' in page
    assert "/api/oauth/keyhole/start" not in page
    assert "/api/oauth/meta/start" in page
    answer = member_client.post(reverse("connect_by_key", args=["keyhole"]), {"api_key": GOOD})
    connection = Connection.objects.get()
    assert answer.headers["Location"] == reverse("pick_destinations", args=[connection.pk])


@pytest.mark.parametrize("key", ["nonsense", "kh-nobody-777", ""])
def test_the_page_tells_what_is_wrong_with_a_key_and_never_shows_it(member_client: Client, key: str) -> None:
    answer = member_client.post(reverse("connect_by_key", args=["keyhole"]), {"api_key": key})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert 'aria-invalid="true"' in page
    assert not key or key not in page
    assert not Connection.objects.exists()


def test_a_stranger_and_a_viewer_connect_nothing_on_the_page(client: Client, house: House, keyhole: Keyhole) -> None:
    address = reverse("connect_by_key", args=["keyhole"])
    assert client.post(address, {"api_key": GOOD}).status_code == 302
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=house.tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client.force_login(user)
    assert client.post(address, {"api_key": GOOD}).status_code == 403
    assert keyhole.heard == []


def test_reconnecting_leads_to_the_form(member_client: Client, api: Client) -> None:
    send(api)
    Connection.objects.update(status="attention", status_cause="Gone.")
    connection = Connection.objects.get()
    form = reverse("reconnect", args=[connection.pk])
    for page in (reverse("connections"), reverse("connection", args=[connection.pk])):
        assert f'href="{form}"' in member_client.get(page).content.decode()
    assert 'id="connect-keyhole"' in member_client.get(reverse("connect")).content.decode()
