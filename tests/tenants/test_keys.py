"""API keys: who holds one may enter, and nobody learns one from us."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection as database
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import Invalid
from foundation.secret import Secret
from tenants.keys import key_digest, key_prefix, new_key_text
from tenants.models import ApiKey, AuditEntry, Tenant
from tenants.scopes import CONNECTIONS_READ, POSTS_READ, POSTS_WRITE, SCOPES
from tenants.selectors import live_api_key
from tenants.services import LAST_USED_STEP, create_api_key, note_key_use, revoke_api_key

ANY = "/api/posts/"


@pytest.fixture
def key(tenant: Tenant) -> tuple[ApiKey, Secret]:
    return create_api_key(tenant=tenant, name="Shop", scopes=[POSTS_READ], actor="system:test")


def status_with(client: Client, text: str) -> int:
    return int(client.get(ANY, headers={"Authorization": f"Bearer {text}"}).status_code)


def test_a_key_holds_256_random_bits_after_its_public_part() -> None:
    made = {new_key_text() for _ in range(200)}
    assert len(made) == 200
    for text in made:
        mark, public, secret = text.split("_", 2)
        assert (mark, len(public), len(secret)) == ("swb", 8, 43)
        assert key_prefix(text) == f"swb_{public}"


@given(st.text())
def test_the_prefix_of_any_text_is_short_and_takes_no_more_than_two_parts(text: str) -> None:
    assert len(key_prefix(text)) <= 16
    assert key_prefix(text).count("_") <= 1


def test_the_prefix_never_reaches_into_the_secret_part() -> None:
    for _ in range(300):
        text = new_key_text()
        assert text.split("_", 2)[2][:4] not in key_prefix(text)


def test_only_the_prefix_and_a_hash_of_a_key_are_stored(key: tuple[ApiKey, Secret]) -> None:
    row, secret = key
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM api_keys")
        stored = "|".join(str(value) for line in cursor.fetchall() for value in line)
        cursor.execute("SELECT * FROM audit_log")
        audited = "|".join(str(value) for line in cursor.fetchall() for value in line)
    hidden = secret.reveal().split("_", 2)[2]
    assert row.prefix in stored
    assert key_digest(secret.reveal()) in stored
    assert hidden not in stored
    assert hidden not in audited
    assert row.digest not in audited


def test_a_key_opens_as_bearer_and_as_x_api_key(client: Client, key: tuple[ApiKey, Secret]) -> None:
    text = key[1].reveal()
    assert client.get(ANY, headers={"Authorization": f"Bearer {text}"}).status_code == 200
    assert client.get(ANY, headers={"Authorization": f"bearer  {text} "}).status_code == 200
    assert client.get(ANY, headers={"X-API-Key": text}).status_code == 200
    assert client.get(ANY).status_code == 401


@pytest.mark.parametrize("text", ["", "swb", "swb_00000000_x", "nonsense", "Bearer", "swb__", "é🥐", "x" * 5000])
def test_a_text_that_is_no_key_of_ours_is_refused(client: Client, key: tuple[ApiKey, Secret], text: str) -> None:
    assert client.get(ANY, headers={"X-API-Key": text.encode().decode("latin-1")}).status_code == 401


def test_the_right_prefix_with_a_wrong_secret_is_refused(client: Client, key: tuple[ApiKey, Secret]) -> None:
    text = key[1].reveal()
    wrong = text[:-1] + ("A" if text[-1] != "A" else "B")
    answer = client.get(ANY, headers={"Authorization": f"Bearer {wrong}"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_api_key"
    assert wrong not in answer.content.decode()


def test_the_digest_itself_is_no_key(client: Client, key: tuple[ApiKey, Secret]) -> None:
    row, _ = key
    assert status_with(client, row.digest) == 401
    assert status_with(client, f"{row.prefix}_{row.digest}") == 401


def test_an_expired_key_is_refused_from_its_very_moment(tenant: Tenant, now: datetime) -> None:
    row, secret = create_api_key(
        tenant=tenant, name="Short", scopes=[POSTS_READ], actor="system:test", expires_at=now + timedelta(hours=1)
    )
    just_before = now + timedelta(hours=1, microseconds=-1)
    assert live_api_key(secret.reveal(), now=just_before) == row
    assert live_api_key(secret.reveal(), now=now + timedelta(hours=1)) is None


def test_a_revoked_key_is_refused_at_once_and_revoking_it_again_changes_nothing(
    client: Client, key: tuple[ApiKey, Secret], now: datetime
) -> None:
    row, secret = key
    assert status_with(client, secret.reveal()) == 200
    revoke_api_key(key=row, actor="user:a@example.com", now=now)
    revoke_api_key(key=row, actor="user:b@example.com", now=now + timedelta(days=1))
    assert status_with(client, secret.reveal()) == 401
    row.refresh_from_db()
    assert row.revoked_at == now
    assert AuditEntry.objects.filter(action="api_key.revoked").count() == 1


def test_the_keys_of_a_suspended_tenant_are_refused(
    client: Client, tenant: Tenant, key: tuple[ApiKey, Secret], now: datetime
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(suspended_at=now)
    answer = client.get(ANY, headers={"Authorization": f"Bearer {key[1].reveal()}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "tenant_suspended")
    Tenant.objects.filter(pk=tenant.pk).update(suspended_at=None)
    assert status_with(client, key[1].reveal()) == 200


def test_the_moment_of_last_use_is_written_at_most_once_a_minute(key: tuple[ApiKey, Secret], now: datetime) -> None:
    row, secret = key

    def used_at(moment: datetime) -> datetime | None:
        found = live_api_key(secret.reveal(), now=moment)
        assert found is not None
        note_key_use(key=found, now=moment)
        row.refresh_from_db()
        return row.last_used_at

    assert used_at(now) == now
    assert used_at(now + LAST_USED_STEP - timedelta(microseconds=1)) == now
    assert used_at(now + LAST_USED_STEP) == now + LAST_USED_STEP


def test_a_request_notes_the_use_of_its_key(client: Client, key: tuple[ApiKey, Secret], now: datetime) -> None:
    _, secret = key
    assert not ApiKey.objects.exclude(last_used_at=None).exists()
    status_with(client, secret.reveal())
    assert ApiKey.objects.filter(last_used_at__gte=now).count() == 1


def test_a_key_does_what_its_scopes_carry_and_the_missing_scope_is_named(
    client: Client, key: tuple[ApiKey, Secret]
) -> None:
    headers = {"Authorization": f"Bearer {key[1].reveal()}"}
    assert client.get("/api/posts/", headers=headers).status_code == 200
    answer = client.post("/api/publish", "{}", content_type="application/json", headers=headers)
    assert answer.status_code == 403
    problem = answer.json()
    assert problem["code"] == "missing_scope"
    assert POSTS_WRITE in problem["detail"]
    assert problem["remedy"]
    answer = client.get("/api/connections/", headers=headers)
    assert answer.status_code == 403
    assert CONNECTIONS_READ in answer.json()["detail"]


def test_every_operation_of_the_api_asks_for_a_scope_and_every_write_for_a_writing_one(
    client: Client, tenant: Tenant
) -> None:
    _, reader = create_api_key(tenant=tenant, name="Reader", scopes=[POSTS_READ, CONNECTIONS_READ], actor="system:test")
    _, nobody = create_api_key(tenant=tenant, name="Nobody", scopes=[], actor="system:test")
    document = client.get("/api/schema/", headers={"Accept": "application/json"}).json()
    writes = 0
    for template, operations in document["paths"].items():
        if template.startswith(("/api/oauth/", "/api/schema/", "/api/limits")):
            continue
        path = re.sub(r"{\w+}", str(uuid4()), template)
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}:
            holders = [nobody] if method == "get" else [nobody, reader]
            writes += method != "get"
            for holder in holders:
                headers = {"Authorization": f"Bearer {holder.reveal()}"}
                answer = client.generic(method.upper(), path, "{}", content_type="application/json", headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope"), (method, path)
            assert client.generic(method.upper(), path).status_code == 401, (method, path)
    assert writes >= 6


def test_an_unknown_scope_is_refused_by_name_and_no_key_is_made(tenant: Tenant) -> None:
    with pytest.raises(Invalid) as refusal:
        create_api_key(tenant=tenant, name="Odd", scopes=[POSTS_READ, "posts:rule"], actor="system:test")
    assert refusal.value.code == "unknown_scope"
    assert "posts:rule" in refusal.value.detail
    assert all(scope in refusal.value.remedy for scope in SCOPES)
    assert not ApiKey.objects.exists()


def test_a_scope_we_no_longer_know_opens_nothing(client: Client, key: tuple[ApiKey, Secret]) -> None:
    row, secret = key
    ApiKey.objects.filter(pk=row.pk).update(scopes=["posts:rule"])
    assert status_with(client, secret.reveal()) == 403


def test_a_key_opens_no_page(client: Client, key: tuple[ApiKey, Secret]) -> None:
    answer = client.get("/connections", headers={"Authorization": f"Bearer {key[1].reveal()}"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in")


def test_a_key_that_does_not_open_is_not_covered_up_by_a_session(member_client: Client) -> None:
    assert member_client.get(ANY).status_code == 200
    assert member_client.get(ANY, headers={"Authorization": "Bearer swb_00000000_wrong"}).status_code == 401
