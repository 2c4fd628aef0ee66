"""Crypto-shredding: what a tenant entrusted to us opens no more, not even from rows that somebody kept."""

import json
from collections.abc import Callable
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from connectors.models import Connection, WebhookAddress
from connectors.types import Refreshed
from foundation.secret import Secret
from tenants.models import AuditEntry
from tests.conftest import House
from tests.vault.conftest import KIND
from vault import datakeys, shredding
from vault import services as vault
from vault.models import DataKey, EncryptedSecret
from vault.shredding import tenant_shredded


def shred(house: House, now: datetime) -> shredding.Shredded:
    return shredding.shred_tenant(tenant=house.tenant, actor="system:test", now=now)


def token_of(connection: Connection) -> str:
    return vault.open_secret(
        tenant_id=connection.tenant_id, connection_id=connection.pk, kind=KIND, purpose="test"
    ).reveal()


@pytest.fixture
def others(make_house: Callable[[str], House], connect: Callable[[House], Connection]) -> Connection:
    return connect(make_house("Bora"))


def test_nothing_of_a_shredded_tenant_opens_even_from_rows_that_somebody_kept(
    house: House, connection: Connection, others: Connection, now: datetime
) -> None:
    locked = vault.lock(tenant_id=house.tenant.pk, place="p", secret=Secret("a token of an upload"))
    kept = list(EncryptedSecret.objects.filter(tenant=house.tenant))
    key_id = DataKey.objects.get(tenant=house.tenant).pk
    told = shred(house, now)
    assert (told.data_keys, told.secrets, told.ended) == (1, len(kept), (str(connection.pk),))
    assert not DataKey.objects.filter(tenant=house.tenant).exists()
    assert not EncryptedSecret.objects.filter(tenant=house.tenant).exists()
    with pytest.raises(vault.SecretMissing):
        token_of(connection)
    # Whoever puts the sealed rows back from a copy gets a new key for them, which opens none.
    fresh = datakeys.live(house.tenant.pk)
    assert fresh.pk != key_id
    for row in kept:
        row.data_key = fresh
        row.save(force_insert=True)
        with pytest.raises(vault.SecretUnreadable):
            vault.open_secret(tenant_id=house.tenant.pk, connection_id=row.connection_id, kind=row.kind, purpose="test")
    with pytest.raises(vault.SecretUnreadable):
        vault.unlock(tenant_id=house.tenant.pk, place="p", locked=locked)
    assert token_of(others), "other tenants see nothing of it"


def test_connections_of_a_shredded_tenant_are_over_with_the_cause_and_it_is_audited(
    house: House, connection: Connection, others: Connection, now: datetime
) -> None:
    shred(house, now)
    connection.refresh_from_db()
    others.refresh_from_db()
    assert (connection.status, connection.status_code) == ("inactive", "keys_destroyed")
    assert "destroyed" in connection.status_cause
    assert connection.status_remedy
    assert not connection.destinations.filter(enabled=True).exists()
    assert not WebhookAddress.objects.filter(destination__connection=connection).exists()
    assert others.status == "active"
    lines = AuditEntry.objects.filter(tenant=house.tenant)
    assert lines.get(action="vault.tenant_shredded").detail["data_keys"] == [1]
    assert lines.filter(action="connection.keys_destroyed").count() == 1


def test_a_refresh_that_was_under_way_stores_nothing(house: House, connection: Connection, now: datetime) -> None:
    from connectors.refreshing import Outcome, _store

    before = Connection.objects.get(pk=connection.pk)
    shred(house, now)
    assert _store(before, Refreshed(access_token=Secret("late")), now=now) is Outcome.FRESH_ALREADY
    assert not EncryptedSecret.objects.filter(tenant=house.tenant).exists()


def test_what_cannot_be_ended_undoes_the_whole(house: House, connection: Connection, now: datetime) -> None:
    def refuse(**kwargs: object) -> None:
        raise RuntimeError("not now")

    tenant_shredded.connect(refuse)
    try:
        with pytest.raises(RuntimeError):
            shred(house, now)
    finally:
        tenant_shredded.disconnect(refuse)
    connection.refresh_from_db()
    assert connection.status == "active"
    assert token_of(connection)


def test_an_account_can_be_connected_again_afterwards(
    house: House, connection: Connection, connect: Callable[[House], Connection], now: datetime
) -> None:
    shred(house, now)
    again = connect(house)
    assert again.pk == connection.pk
    assert again.status == "active"
    assert token_of(again)


def test_the_command_wants_the_slug_twice_and_rehearses(house: House, connection: Connection) -> None:
    def said(*arguments: str) -> str:
        out = StringIO()
        call_command("shred_tenant", *arguments, stdout=out)
        return out.getvalue()

    slug = house.tenant.slug
    assert "would be destroyed" in said(slug, "--dry-run")
    for wrong in ((slug,), (slug, "--confirm", "another"), ("nobody", "--confirm", "nobody")):
        with pytest.raises(CommandError) as told:
            said(*wrong)
        assert told.value.returncode == 2
    assert token_of(connection)
    document = json.loads(said(slug, "--confirm", slug, "--json"))
    assert document["data_keys"] == 1
    assert document["ended"] == [str(connection.pk)]
    assert not EncryptedSecret.objects.exists()
