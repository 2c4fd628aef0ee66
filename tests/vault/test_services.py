"""The counter of the strongroom: put in, take out, replace, erase; nothing moved or changed opens."""

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from structlog.testing import capture_logs

from foundation.errors import ConfigurationError
from foundation.secret import Secret
from tenants.models import Tenant
from tenants.services import create_tenant
from tests.conftest import House
from vault import checks, datakeys, local
from vault import services as vault
from vault.models import DataKey, EncryptedSecret, MasterKey
from vault.selectors import marks_of

CANARY = "EAAvaultcanary0123456789abcdefghijklmnopWXYZ"
KIND = "access_token"


@pytest.fixture
def place() -> UUID:
    return uuid4()


@pytest.fixture
def fresh_derivations() -> Iterator[None]:
    local._derive.cache_clear()
    yield
    local._derive.cache_clear()


def put(tenant: Tenant, place: UUID, text: str = CANARY, kind: str = KIND) -> EncryptedSecret:
    return vault.put_secret(tenant_id=tenant.pk, connection_id=place, kind=kind, secret=Secret(text))


def take(tenant: Tenant, place: UUID, kind: str = KIND) -> str:
    return vault.open_secret(tenant_id=tenant.pk, connection_id=place, kind=kind, purpose="test").reveal()


class RoundTrips(TestCase):
    """Any text comes back as it went in."""

    tenant: Tenant

    @classmethod
    def setUpTestData(cls) -> None:
        """Make one tenant for all examples."""
        cls.tenant = create_tenant(name="Any")
        put(cls.tenant, uuid4())

    @hypothesis_settings(max_examples=60, deadline=None)
    @given(st.one_of(st.text(), st.just(""), st.just("🥐é\x00\r\n" * 5), st.text(min_size=1).map(lambda x: x * 5_000)))
    def test_any_text_comes_back_as_it_went_in(self, text: str) -> None:
        tenant, place = self.tenant, uuid4()
        put(tenant, place, text)
        assert take(tenant, place) == text


def test_the_same_secret_sealed_twice_looks_different_each_time(tenant: Tenant, place: UUID) -> None:
    seen = set()
    for _ in range(50):
        row = put(tenant, place)
        seen.add((row.iv, row.ciphertext))
    assert len({iv for iv, _ in seen}) == 50
    assert len({ciphertext for _, ciphertext in seen}) == 50


def test_what_is_stored_names_its_algorithm_and_key_and_holds_no_plaintext(tenant: Tenant, place: UUID) -> None:
    row = put(tenant, place)
    row.refresh_from_db()
    assert (row.algorithm, row.format, row.key_version, row.row_version) == ("AES-256-GCM", 1, 1, 1)
    assert (len(bytes(row.iv)), len(bytes(row.auth_tag))) == (12, 16)
    assert row.hint == "WXYZ"
    stored = repr([(field.attname, getattr(row, field.attname)) for field in row._meta.fields])
    assert CANARY not in stored
    assert CANARY.encode() not in bytes(row.ciphertext)
    assert CANARY not in str(row)


def test_a_short_secret_leaves_no_hint(tenant: Tenant, place: UUID) -> None:
    assert put(tenant, place, "short").hint == ""
    assert vault.hints(tenant_id=tenant.pk, connection_id=place) == {KIND: ""}


def test_a_secret_that_is_replaced_keeps_its_row_and_grows_its_version(tenant: Tenant, place: UUID) -> None:
    first = put(tenant, place, "one" * 10)
    second = put(tenant, place, "two" * 10)
    assert second.pk == first.pk
    assert (first.row_version, second.row_version) == (1, 2)
    assert take(tenant, place) == "two" * 10
    assert EncryptedSecret.objects.filter(connection_id=place).count() == 1
    mark = marks_of([place], kind=KIND)[place]
    assert (mark.hint, mark.replaced) == ("otwo", True)


def test_a_replacement_leaves_nothing_of_the_old_ciphertext(tenant: Tenant, place: UUID) -> None:
    def parts(row: EncryptedSecret) -> set[bytes]:
        row.refresh_from_db()
        return {bytes(row.iv), bytes(row.ciphertext), bytes(row.auth_tag)}

    old = parts(put(tenant, place, "one" * 10))
    assert old.isdisjoint(parts(put(tenant, place, "two" * 10)))


def test_a_fingerprint_tells_equal_secrets_of_one_tenant_and_nothing_across_tenants(
    tenant: Tenant, place: UUID
) -> None:
    other = create_tenant(name="Bora")
    same = [put(tenant, place).fingerprint, put(tenant, uuid4()).fingerprint]
    assert same[0] == same[1]
    assert put(tenant, uuid4(), CANARY + "x").fingerprint != same[0]
    assert put(other, uuid4()).fingerprint != same[0]


def test_erasing_leaves_nothing_and_touches_nothing_else(tenant: Tenant, place: UUID) -> None:
    kept, other = uuid4(), create_tenant(name="Bora")
    for kind in (KIND, "refresh_token", "destination_token:1"):
        put(tenant, place, kind=kind)
    put(tenant, kept)
    assert vault.erase_secrets(tenant_id=other.pk, connection_id=place) == 0
    vault.erase_secret(tenant_id=tenant.pk, connection_id=place, kind="refresh_token")
    assert set(vault.hints(tenant_id=tenant.pk, connection_id=place)) == {KIND, "destination_token:1"}
    assert vault.erase_secrets(tenant_id=tenant.pk, connection_id=place) == 2
    assert take(tenant, kept) == CANARY
    with pytest.raises(vault.SecretMissing):
        take(tenant, place)


@pytest.mark.parametrize("column", ["iv", "ciphertext", "auth_tag"])
def test_bytes_of_another_row_do_not_open(tenant: Tenant, place: UUID, column: str) -> None:
    put(tenant, place)
    stranger = put(tenant, uuid4(), "another secret of the same tenant")
    EncryptedSecret.objects.filter(connection_id=place).update(**{column: getattr(stranger, column)})
    with pytest.raises(vault.SecretUnreadable):
        take(tenant, place)


def test_a_whole_ciphertext_copied_into_another_row_does_not_open(tenant: Tenant, place: UUID) -> None:
    mine, victim = uuid4(), put(tenant, place)
    put(tenant, mine, "something of my own")
    EncryptedSecret.objects.filter(connection_id=mine).update(
        iv=victim.iv, ciphertext=victim.ciphertext, auth_tag=victim.auth_tag
    )
    with pytest.raises(vault.SecretUnreadable):
        take(tenant, mine)
    assert take(tenant, place) == CANARY


def move_row_id(row: EncryptedSecret, other: Tenant) -> UUID:
    EncryptedSecret.objects.filter(pk=row.pk).update(id=uuid4())
    return row.connection_id


def move_connection(row: EncryptedSecret, other: Tenant) -> UUID:
    moved = uuid4()
    EncryptedSecret.objects.filter(pk=row.pk).update(connection_id=moved)
    return moved


def move_kind(row: EncryptedSecret, other: Tenant) -> UUID:
    EncryptedSecret.objects.filter(pk=row.pk).update(kind="refresh_token")
    return row.connection_id


def change_algorithm(row: EncryptedSecret, other: Tenant) -> UUID:
    EncryptedSecret.objects.filter(pk=row.pk).update(algorithm="AES-256-CBC")
    return row.connection_id


def change_format(row: EncryptedSecret, other: Tenant) -> UUID:
    EncryptedSecret.objects.filter(pk=row.pk).update(format=2)
    return row.connection_id


def change_key_version(row: EncryptedSecret, other: Tenant) -> UUID:
    EncryptedSecret.objects.filter(pk=row.pk).update(key_version=2)
    return row.connection_id


def change_data_key(row: EncryptedSecret, other: Tenant) -> UUID:
    EncryptedSecret.objects.filter(pk=row.pk).update(data_key=DataKey.objects.get(tenant=other))
    return row.connection_id


@pytest.mark.parametrize(
    "move",
    [
        move_row_id,
        move_connection,
        move_kind,
        change_algorithm,
        change_format,
        change_key_version,
        change_data_key,
    ],
)
def test_a_secret_that_was_moved_does_not_open_and_the_refusal_is_logged_without_it(
    tenant: Tenant, place: UUID, move: Callable[[EncryptedSecret, Tenant], UUID]
) -> None:
    other = create_tenant(name="Bora")
    put(other, uuid4())
    row = put(tenant, place)
    where = move(row, other)
    kind = "refresh_token" if move is move_kind else KIND
    with capture_logs() as logs, pytest.raises(vault.SecretUnreadable) as refusal:
        take(tenant, where, kind)
    entry = next(entry for entry in logs if entry["event"] == "vault.open_refused")
    assert entry["log_level"] == "error"
    assert (entry["connection_id"], entry["kind"], entry["purpose"]) == (str(where), kind, "test")
    assert CANARY not in f"{logs}{refusal.value!r}"
    assert refusal.value.__cause__ is None


def test_a_secret_handed_to_another_tenant_does_not_open_for_either(tenant: Tenant, place: UUID) -> None:
    other = create_tenant(name="Bora")
    row = put(tenant, place)
    with pytest.raises(vault.SecretUnreadable):
        take(other, place)
    EncryptedSecret.objects.filter(pk=row.pk).update(tenant=other)
    with pytest.raises(vault.SecretUnreadable):
        take(other, place)
    own_key = put(other, uuid4()).data_key
    EncryptedSecret.objects.filter(pk=row.pk).update(tenant=other, data_key=own_key)
    with pytest.raises(vault.SecretUnreadable):
        take(other, place)


def test_a_data_key_handed_to_another_tenant_opens_nothing(tenant: Tenant, place: UUID) -> None:
    other = create_tenant(name="Bora")
    put(tenant, place)
    DataKey.objects.update(tenant=other)
    EncryptedSecret.objects.update(tenant=other)
    with pytest.raises(vault.SecretUnreadable):
        take(other, place)
    with pytest.raises(ConfigurationError, match="vault_data_keys"):
        put(other, uuid4())


def test_one_tenants_secret_cannot_be_overwritten_by_another(tenant: Tenant, place: UUID) -> None:
    put(tenant, place)
    with pytest.raises(vault.SecretUnreadable):
        put(create_tenant(name="Bora"), place, "mine now")
    assert take(tenant, place) == CANARY


def test_two_tenants_have_two_data_keys_and_each_only_one(tenant: Tenant, place: UUID) -> None:
    other = create_tenant(name="Bora")
    rows = [put(tenant, place), put(tenant, uuid4()), put(other, uuid4())]
    assert rows[0].data_key_id == rows[1].data_key_id != rows[2].data_key_id
    opened = {datakeys.unwrap(key, tenant_id=key.tenant_id) for key in DataKey.objects.select_related("master_key")}
    assert len(opened) == DataKey.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        DataKey.objects.filter(tenant=other).update(tenant=tenant, version=2)


def test_erasing_a_tenants_data_key_makes_its_secrets_unreadable_for_good(tenant: Tenant, place: UUID) -> None:
    put(tenant, place)
    DataKey.objects.update(ciphertext=b"\x00" * 32)
    datakeys.forget()  # as every process does within minutes
    with pytest.raises(vault.SecretUnreadable):
        take(tenant, place)


def test_another_master_key_is_told_with_the_remedy_and_opens_nothing(
    tenant: Tenant, place: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tenant, place)
    with monkeypatch.context() as patched:
        patched.setattr(settings, "VAULT_MASTER_KEY", Secret("another master key, long enough 0123456789"))
        with pytest.raises(ConfigurationError) as told:
            vault.verify_master_key()
        assert "not the one this database was sealed with" in told.value.detail
        assert "VAULT_MASTER_KEY_FILE" in told.value.remedy
        with capture_logs() as logs, pytest.raises(ConfigurationError, match="not the one"):
            take(tenant, place)
        with pytest.raises(ConfigurationError):
            put(create_tenant(name="Bora"), uuid4())
    assert CANARY not in str(logs)
    assert take(tenant, place) == CANARY, "with the right key back, everything opens again"


@pytest.mark.parametrize("known", [True, False])
def test_nothing_is_sealed_while_the_master_key_is_wrong_and_the_operator_is_told(
    tenant: Tenant, place: UUID, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tenant, place)
    somebody = tenant if known else create_tenant(name="Bora")
    monkeypatch.setattr(settings, "VAULT_MASTER_KEY", Secret("another master key, long enough 0123456789"))
    with pytest.raises(ConfigurationError) as told:
        put(somebody, uuid4())
    assert "VAULT_MASTER_KEY_FILE" in told.value.remedy
    assert MasterKey.objects.count() == DataKey.objects.count() == EncryptedSecret.objects.count() == 1


def test_a_tenants_key_that_was_changed_is_told_to_the_operator_when_something_is_to_be_sealed(
    tenant: Tenant, place: UUID
) -> None:
    put(tenant, place)
    DataKey.objects.update(ciphertext=b"\x00" * 32)
    with pytest.raises(ConfigurationError, match="vault_data_keys"):
        put(tenant, uuid4())
    assert EncryptedSecret.objects.count() == 1


@pytest.mark.parametrize("secret", [None, Secret("short"), Secret("x" * 64), Secret("abc" * 20)])
def test_a_missing_or_weak_master_key_fails_the_check_at_start_up(
    secret: Secret | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "VAULT_MASTER_KEY", secret)
    messages = checks.master_key_is_there()
    assert [message.id for message in messages] == ["vault.E001"]
    assert messages[0].hint
    assert not secret or secret.reveal() not in f"{messages[0].msg}{messages[0].hint}"
    with pytest.raises(ConfigurationError) as told:
        vault.verify_master_key()
    assert told.value.remedy


def test_a_good_master_key_passes_the_check(db: None) -> None:
    assert checks.master_key_is_there() == []
    vault.verify_master_key()
    vault.verify_master_key()
    assert MasterKey.objects.get().version == 1


def test_a_master_key_of_an_unknown_provider_is_told_to_the_operator(tenant: Tenant, place: UUID) -> None:
    put(tenant, place)
    MasterKey.objects.update(provider="moonbase")
    datakeys.forget()
    with pytest.raises(ConfigurationError, match="moonbase") as told:
        take(tenant, place)
    assert told.value.remedy


def test_the_key_is_derived_once_per_process_however_many_secrets_are_opened(
    house: House, place: UUID, fresh_derivations: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []

    def counted(algorithm: hashes.HashAlgorithm, length: int, salt: bytes, iterations: int) -> PBKDF2HMAC:
        rounds.append(iterations)
        return PBKDF2HMAC(algorithm, length, salt, iterations)

    monkeypatch.setattr(local, "PBKDF2HMAC", counted)
    vault.verify_master_key()
    for number in range(20):
        put(house.tenant, place, kind=f"destination_token:{number}")
    for number in range(20):
        take(house.tenant, place, f"destination_token:{number}")
    vault.verify_master_key()
    put(create_tenant(name="Bora"), uuid4())
    assert rounds == [settings.VAULT_PBKDF2_ITERATIONS]


def test_the_rounds_of_an_existing_key_stay_as_they_were_made(
    tenant: Tenant, place: UUID, fresh_derivations: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tenant, place)
    monkeypatch.setattr(settings, "VAULT_PBKDF2_ITERATIONS", 2_000)
    local._derive.cache_clear()
    assert take(tenant, place) == CANARY
    assert MasterKey.objects.get().iterations == 1_000


def test_a_new_installation_derives_with_600_000_rounds_of_sha256() -> None:
    from config import settings as shipped

    assert shipped.VAULT_PBKDF2_ITERATIONS == 600_000
    # Known answer: https://www.rfc-editor.org/rfc/rfc7914#section-11
    known = local._derive("passwd", b"salt", 1)
    assert known.hex() == "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"


def test_opening_a_secret_costs_one_query(
    tenant: Tenant, place: UUID, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    put(tenant, place)
    take(tenant, place)  # the tenant's key is unwrapped once
    with django_assert_num_queries(1):
        take(tenant, place)


def test_what_is_locked_opens_for_its_tenant_at_its_place_and_nowhere_else(tenant: Tenant) -> None:
    other = create_tenant(name="Other")
    locked = vault.lock(tenant_id=tenant.pk, place="connection:1", secret=Secret(CANARY))
    assert CANARY not in locked
    assert vault.unlock(tenant_id=tenant.pk, place="connection:1", locked=locked).reveal() == CANARY
    assert vault.lock(tenant_id=tenant.pk, place="connection:1", secret=Secret(CANARY)) != locked
    for tenant_id, place in ((other.pk, "connection:1"), (tenant.pk, "connection:2")):
        with pytest.raises(vault.SecretUnreadable):
            vault.unlock(tenant_id=tenant_id, place=place, locked=locked)


@pytest.mark.parametrize("locked", ["", "1", "1.x.y.z.w", "a" * 300, "1.{key}.AAAA.AAAA.AAAA", "1.{key}.AAAA"])
def test_what_is_no_lock_of_ours_is_unreadable_and_no_crash(tenant: Tenant, locked: str) -> None:
    key = vault.lock(tenant_id=tenant.pk, place="p", secret=Secret(CANARY)).split(".")[1]
    with pytest.raises(vault.SecretUnreadable):
        vault.unlock(tenant_id=tenant.pk, place="p", locked=locked.replace("{key}", key))
