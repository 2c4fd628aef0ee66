"""API keys by API and page: shown once, rotated without a pause, never beyond their maker."""

import hmac
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

import pytest
from django.test import Client

from foundation.secret import Secret
from tenants import services
from tenants.models import ApiKey, AuditEntry, Tenant
from tenants.scopes import KEYS_WRITE, POSTS_READ, POSTS_WRITE, SCOPES
from tenants.selectors import api_key_of, live_api_key
from tenants.services import announce_expiring_keys, create_api_key
from tenants.signals import api_key_expiring

KEYS = "/api/api-keys/"


def client_of(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}"})


def post(client: Client, address: str, body: dict[str, Any]) -> Any:
    return client.post(address, body, content_type="application/json")


def key_with(tenant: Tenant, *scopes: str, **said: Any) -> tuple[ApiKey, Secret]:
    return create_api_key(tenant=tenant, name="A key", scopes=scopes, actor="system:test", **said)


def test_a_key_is_made_told_once_and_never_again(api: Client, tenant: Tenant) -> None:
    made = post(api, KEYS, {"name": "Shop", "scopes": [POSTS_READ]})
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    told = made.json()
    assert client_of(told["key"]).get("/api/posts/").status_code == 200
    again = api.get(made["Location"])
    assert again.json() == {**{k: v for k, v in told.items() if k != "key"}, **again.json()}
    assert told["key"] not in again.content.decode() + api.get(KEYS).content.decode()
    assert told["created_by"].startswith("key:swb_")
    assert told["state"] == "live"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "scopes": [POSTS_READ], "digest": "0" * 64}, "digest"),
        ({"name": "x", "scopes": [POSTS_READ], "tenant": "other"}, "tenant"),
        ({"name": "x", "scopes": ["posts:rule"]}, "scopes.0"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": [POSTS_READ], "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"scopes": [POSTS_READ]}, "name"),
    ],
)
def test_a_key_asked_for_wrongly_is_refused_by_field_and_not_made(
    api: Client, api_key: Secret, body: dict[str, Any], field: str
) -> None:
    answer = post(api, KEYS, body)
    assert answer.status_code == (422 if field == "expires_at" else 400)
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert ApiKey.objects.count() == 1


def test_a_key_grants_no_scope_that_it_lacks(tenant: Tenant) -> None:
    maker = client_of(key_with(tenant, KEYS_WRITE, POSTS_READ)[1].reveal())
    refused = post(maker, KEYS, {"name": "More", "scopes": [POSTS_READ, POSTS_WRITE]})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_beyond_own")
    assert POSTS_WRITE in refused.json()["detail"]
    wide, _ = key_with(tenant, *SCOPES)
    assert post(maker, f"{KEYS}{wide.pk}/rotate/", {}).json()["code"] == "scope_beyond_own", (
        "rotating would hand it over"
    )
    assert post(maker, KEYS, {"name": "Less", "scopes": [POSTS_READ]}).status_code == 201


def test_both_keys_of_a_rotation_open_until_the_old_one_ends(api: Client, tenant: Tenant, now: datetime) -> None:
    old, text = key_with(tenant, POSTS_READ)
    made = post(api, f"{KEYS}{old.pk}/rotate/", {})
    assert made.status_code == 201
    successor = made.json()["key"]
    assert (made.json()["name"], made.json()["scopes"]) == (old.name, [POSTS_READ])
    for opens in (text.reveal(), successor):
        assert client_of(opens).get("/api/posts/").status_code == 200
    tomorrow = now + timedelta(hours=24, minutes=5)
    assert live_api_key(text.reveal(), now=now + timedelta(hours=23)) is not None
    assert live_api_key(text.reveal(), now=tomorrow) is None
    assert live_api_key(successor, now=tomorrow) is not None
    assert api.get(f"{KEYS}{old.pk}/").json()["successor"] == made.json()["id"]
    again = post(api, f"{KEYS}{old.pk}/rotate/", {})
    assert (again.status_code, again.json()["code"]) == (409, "key_rotated")
    assert AuditEntry.objects.filter(action="api_key.rotated", subject_id=str(old.pk)).count() == 1


def test_a_rotation_may_end_the_old_key_at_once_and_never_lengthens_its_life(
    api: Client, tenant: Tenant, now: datetime
) -> None:
    old, text = key_with(tenant, POSTS_READ)
    assert post(api, f"{KEYS}{old.pk}/rotate/", {"overlap_hours": 0}).status_code == 201
    assert client_of(text.reveal()).get("/api/posts/").status_code == 401
    short, _ = key_with(tenant, POSTS_READ, expires_at=now + timedelta(hours=2))
    made, _ = services.rotate_api_key(key=short, actor="system:test", now=now)
    short.refresh_from_db()
    assert short.expires_at == now + timedelta(hours=2)
    assert made.expires_at is not None
    assert made.expires_at - now <= timedelta(hours=2)


def test_a_revoked_key_opens_nothing_and_has_no_successor(api: Client, tenant: Tenant) -> None:
    row, text = key_with(tenant, POSTS_READ)
    for _ in range(2):
        assert api.delete(f"{KEYS}{row.pk}/").status_code == 204
    assert client_of(text.reveal()).get("/api/posts/").status_code == 401
    assert api.get(f"{KEYS}{row.pk}/").json()["state"] == "revoked"
    assert post(api, f"{KEYS}{row.pk}/rotate/", {}).json()["code"] == "key_ended"


def test_the_last_use_tells_a_network_and_no_address(tenant: Tenant) -> None:
    row, text = key_with(tenant, POSTS_READ)
    client_of(text.reveal()).get("/api/posts/", REMOTE_ADDR="203.0.113.77")
    row.refresh_from_db()
    assert row.last_used_from == "203.0.113.0/24"
    assert row.last_used_at is not None


def test_a_keys_end_is_announced_once_a_week_ahead(tenant: Tenant, now: datetime) -> None:
    soon, _ = key_with(tenant, POSTS_READ, expires_at=now + timedelta(days=6))
    key_with(tenant, POSTS_READ, expires_at=now + timedelta(days=8))
    key_with(tenant, POSTS_READ)
    revoked, _ = key_with(tenant, POSTS_READ, expires_at=now + timedelta(days=1))
    services.revoke_api_key(key=revoked, actor="system:test", now=now)
    rotated, _ = key_with(tenant, POSTS_READ)
    services.rotate_api_key(key=rotated, actor="system:test", now=now)
    told: list[Any] = []

    def listen(**kwargs: Any) -> None:
        told.append((kwargs["key_id"], kwargs["tenant_id"]))

    api_key_expiring.connect(listen)
    try:
        assert (announce_expiring_keys(now=now), announce_expiring_keys(now=now)) == (1, 0)
    finally:
        api_key_expiring.disconnect(listen)
    assert told == [(soon.pk, tenant.pk)]


def test_a_wrong_secret_costs_the_same_steps_as_an_unknown_key(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    row, text = key_with(tenant, POSTS_READ)
    wrong_late = text.reveal()[:-1] + ("A" if text.reveal()[-1] != "A" else "B")
    wrong_early = f"{row.prefix}_{'A' * 43}"
    compared: list[tuple[int, int]] = []

    def counted(known: str, said: str) -> bool:
        compared.append((len(known), len(said)))
        return compare_digest(known, said)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    for said in (wrong_late, wrong_early, f"swb_00000000_{'A' * 43}"):
        assert api_key_of(said) is None
    # Digests are compared whole and in constant time, also where no key was found: the time tells nothing.
    assert compared == [(64, 64)] * 3


def test_the_page_shows_a_key_once_and_lists_rotates_and_revokes(member_client: Client, tenant: Tenant) -> None:
    made = member_client.post("/settings/api-keys/new", {"name": "Robot", "scopes": [POSTS_READ], "days": "30"})
    page = made.content.decode()
    row = tenant.api_keys.get()
    assert f'value="{row.prefix}_' in page
    assert "no-store" in made["Cache-Control"]
    listed = member_client.get("/settings/api-keys").content.decode()
    assert "Robot" in listed
    assert f"{row.prefix}_" not in listed
    rotated = member_client.post(f"/settings/api-keys/{row.pk}/rotate").content.decode()
    assert "24 hours more" in rotated
    assert member_client.post(f"/settings/api-keys/{row.pk}/revoke").status_code == 302
    assert "Revoked" in member_client.get("/settings/api-keys").content.decode()
    assert tenant.api_keys.filter(revoked_at=None).count() == 1


def test_the_form_refuses_what_it_does_not_know(member_client: Client, tenant: Tenant) -> None:
    for body in (
        {"name": "x", "scopes": [POSTS_READ], "days": "30", "tenant": "other"},
        {"name": "x", "scopes": ["posts:rule"], "days": "30"},
        {"name": "x", "days": "30"},
    ):
        assert member_client.post("/settings/api-keys/new", body).status_code == 422
    assert not tenant.api_keys.exists()
