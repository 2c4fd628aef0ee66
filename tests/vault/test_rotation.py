"""Keys change while the hub works: nothing is lost to a killed run, a race or a refusal, and what is old goes last."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.utils import timezone

from connectors.models import Connection
from foundation.errors import ConfigurationError
from foundation.secret import Secret
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import PublishJob
from tenants.models import AuditEntry, Tenant
from tenants.services import create_tenant
from tests.conftest import House
from tests.vault.conftest import CANARY, KIND, in_another_process, put, take
from tests.vault.kms import Gate
from vault import datakeys, rotation
from vault import kms as product
from vault import services as vault
from vault.models import DataKey, EncryptedSecret, MasterKey, Rotation

NEW = Secret("a new master key, 32 characters and more 987654321")


class Killed(BaseException):
    """Nothing in the product catches it, as nothing catches SIGKILL."""


def master(**more: Any) -> rotation.Report:
    return rotation.rotate_master_key(actor="system:test", clock=timezone.now, **more)


def data_keys(**more: Any) -> rotation.Report:
    return rotation.rotate_data_keys(actor="system:test", clock=timezone.now, **more)


def erased(now: datetime, *, dry_run: bool = False) -> dict[str, int]:
    return rotation.erase_retired(actor="system:test", now=now, kept_for=timedelta(days=7), dry_run=dry_run)


@pytest.fixture
def tenants(db: None) -> list[Tenant]:
    """Three tenants with four secrets each, at places of their own."""
    made = [create_tenant(name=name) for name in ("Acme", "Bora", "Cleo")]
    for tenant in made:
        for number in range(4):
            put(tenant, tenant.pk, f"{CANARY} {tenant.slug} {number}", kind=f"token:{number}")
    return made


def all_open(tenants: list[Tenant]) -> bool:
    """Open everything as a process would that has kept nothing."""
    datakeys.forget()
    return all(
        take(tenant, tenant.pk, f"token:{number}") == f"{CANARY} {tenant.slug} {number}"
        for tenant in tenants
        for number in range(4)
    )


def changed(settings: Any) -> None:
    """Change the master key in the settings as docs/operations.md says: the one before stays beside the new one."""
    in_another_process(settings, VAULT_MASTER_KEY_PREVIOUS=(settings.VAULT_MASTER_KEY,), VAULT_MASTER_KEY=NEW)


def sealed() -> list[Any]:
    return list(EncryptedSecret.objects.order_by("pk").values_list("pk", "data_key_id", "row_version", "updated_at"))


def test_every_data_key_comes_under_the_new_master_key_and_no_secret_is_touched(
    tenants: list[Tenant], settings: Any
) -> None:
    old, before = settings.VAULT_MASTER_KEY, sealed()
    changed(settings)
    assert all_open(tenants), "processes that know both keys work before the rotation"
    assert rotation.plan(data_keys=False).total == 3
    report = master()
    assert (report.total, report.done, report.finished) == (3, 3, True)
    assert all_open(tenants)
    assert sealed() == before
    first, second = MasterKey.objects.order_by("version")
    assert (first.retired_at is not None, second.retired_at) == (True, None)
    settings.VAULT_MASTER_KEY_PREVIOUS = ()
    assert all_open(tenants), "the key before is needed no more"
    in_another_process(settings, VAULT_MASTER_KEY=old)
    with pytest.raises(ConfigurationError, match="not the one"):
        all_open(tenants)
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"vault.master_key_made", "vault.master_key_retired", "vault.rotated"} <= actions


def test_a_rotation_with_nothing_to_change_changes_nothing(tenants: list[Tenant]) -> None:
    report = master()
    assert (report.total, report.done, report.finished) == (0, 0, True)
    assert MasterKey.objects.count() == 1
    assert master(again=True).done == 3
    assert MasterKey.objects.count() == 2
    assert all_open(tenants)


def test_more_rounds_are_a_reason_for_a_new_version_of_the_same_key(tenants: list[Tenant], settings: Any) -> None:
    settings.VAULT_PBKDF2_ITERATIONS = 1_500
    assert master().done == 3
    assert MasterKey.objects.get(retired_at=None).iterations == 1_500
    assert all_open(tenants)


def test_without_the_key_before_nothing_is_begun(tenants: list[Tenant], settings: Any) -> None:
    in_another_process(settings, VAULT_MASTER_KEY=NEW)
    with pytest.raises(ConfigurationError, match="VAULT_MASTER_KEY_PREVIOUS"):
        master()
    assert not DataKey.objects.exclude(master_key__version=1).exists()


def test_new_tenants_during_a_rotation_are_under_the_new_key_at_once(tenants: list[Tenant], settings: Any) -> None:
    changed(settings)
    late: list[Tenant] = []

    def meanwhile(report: rotation.Report) -> None:
        if not late:
            late.append(create_tenant(name="Dora"))
            put(late[0], late[0].pk)

    assert master(batch=1, progress=meanwhile).finished
    assert DataKey.objects.get(tenant=late[0]).master_key.version == 2


@pytest.mark.parametrize("kind", ["master key", "data keys"])
def test_a_run_killed_at_any_moment_is_gone_on_with_and_everything_opens_all_the_time(
    tenants: list[Tenant], settings: Any, kind: str
) -> None:
    rotate = master if kind == "master key" else data_keys
    if kind == "master key":
        changed(settings)
    kills = 0
    for moment in range(40):
        seen = 0

        def die(report: rotation.Report, at: int = moment % 4 + 1) -> None:
            nonlocal seen
            seen += 1
            if seen == at and not report.finished:
                raise Killed

        try:
            report = rotate(batch=1, progress=die)
        except Killed:
            kills += 1
            assert all_open(tenants)
            continue
        break
    assert kills >= 3
    assert report.finished
    assert all_open(tenants)
    versions = MasterKey.objects if kind == "master key" else DataKey.objects.filter(tenant=tenants[0])
    assert versions.count() == 2, "a run that goes on makes no further keys"
    assert Rotation.objects.filter(finished_at=None).count() == 0


def test_new_data_keys_seal_every_secret_anew_and_people_see_no_difference(tenants: list[Tenant]) -> None:
    before = {row.pk: row for row in EncryptedSecret.objects.all()}
    report = data_keys(batch=3)
    assert (report.total, report.done, report.finished) == (12, 12, True)
    assert all_open(tenants)
    for row in EncryptedSecret.objects.select_related("data_key"):
        old = before[row.pk]
        assert row.data_key_id != old.data_key_id
        assert row.key_version == row.data_key.version == 2
        assert bytes(row.ciphertext) != bytes(old.ciphertext)
        assert row.fingerprint != old.fingerprint
        assert (row.row_version, row.updated_at, row.hint) == (old.row_version, old.updated_at, old.hint)
    again = data_keys()
    assert (again.done, again.resumed) == (12, False), "asked for another time, it is done another time"


def test_one_tenant_alone_is_rotated_alone(tenants: list[Tenant], settings: Any) -> None:
    assert data_keys(tenant=tenants[1]).done == 4
    assert DataKey.objects.filter(retired_at=None, version=2).get().tenant == tenants[1]
    changed(settings)
    report = master(tenant=tenants[1])
    assert (report.done, report.finished, report.facts["left_under_other_master_keys"]) == (2, True, 2)
    assert MasterKey.objects.filter(retired_at=None).count() == 2, "others still stand under the key before"
    assert all_open(tenants)
    assert master().done == 2
    assert MasterKey.objects.filter(retired_at=None).count() == 1


def test_a_token_that_is_refreshed_between_reading_and_writing_is_not_overwritten(
    tenants: list[Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    write, fresh = rotation._write, "a token that came while the old one was sealed anew"

    def raced(lines: list[Any]) -> int:
        if EncryptedSecret.objects.filter(kind="token:2", row_version=1, tenant=tenants[0]).exists():
            put(tenants[0], tenants[0].pk, fresh, kind="token:2")
        return write(lines)

    monkeypatch.setattr(rotation, "_write", raced)
    assert data_keys().finished
    datakeys.forget()
    assert take(tenants[0], tenants[0].pk, "token:2") == fresh
    assert take(tenants[0], tenants[0].pk, "token:1") == f"{CANARY} acme 1"


def test_a_token_sealed_under_the_key_before_by_who_was_slow_is_found_and_sealed_anew(tenants: list[Tenant]) -> None:
    slow: list[DataKey] = [datakeys.live(tenants[2].pk)]

    def late(report: rotation.Report) -> None:
        if report.done >= 12 and slow:
            row = EncryptedSecret.objects.get(tenant=tenants[2], kind="token:0")
            vault._fill(row, slow.pop(), Secret("late"))
            row.row_version += 1
            row.save()

    report = data_keys(progress=late)
    assert report.finished
    assert not EncryptedSecret.objects.filter(data_key__retired_at__isnull=False).exists()
    datakeys.forget()
    assert take(tenants[2], tenants[2].pk, "token:0") == "late"


def test_what_does_not_open_is_named_left_as_it_was_and_holds_up_nothing(tenants: list[Tenant], settings: Any) -> None:
    broken = EncryptedSecret.objects.get(tenant=tenants[0], kind="token:1")
    EncryptedSecret.objects.filter(pk=broken.pk).update(auth_tag=b"\x00" * 16)
    report = data_keys()
    assert (report.done, report.finished, report.unreadable) == (11, False, [f"secret {broken.pk}"])
    assert not data_keys(tenant=tenants[1]).unreadable
    lost = DataKey.objects.get(tenant=tenants[2], retired_at=None)
    DataKey.objects.filter(pk=lost.pk).update(auth_tag=b"\x00" * 16)
    changed(settings)
    report = master()
    assert (report.unreadable, report.finished) == ([f"data key {lost.pk}"], False)
    assert MasterKey.objects.get(version=1).retired_at is None, "what stands under it may be mended from a backup"


def test_what_jobs_under_way_remember_opens_for_days_after_a_rotation_and_then_its_key_goes(
    tenants: list[Tenant], settings: Any, now: datetime
) -> None:
    tenant = tenants[0]
    locked = vault.lock(tenant_id=tenant.pk, place="connection:1", secret=Secret(CANARY))
    data_keys()
    changed(settings)
    master()
    datakeys.forget()
    assert vault.unlock(tenant_id=tenant.pk, place="connection:1", locked=locked).reveal() == CANARY
    assert erased(now) == {"data_keys": 0, "master_keys": 1}
    assert vault.unlock(tenant_id=tenant.pk, place="connection:1", locked=locked).reveal() == CANARY
    later = now + timedelta(days=8)
    assert erased(later, dry_run=True) == {"data_keys": 3, "master_keys": 0}
    assert erased(later) == {"data_keys": 3, "master_keys": 0}
    datakeys.forget()
    with pytest.raises(vault.SecretUnreadable):
        vault.unlock(tenant_id=tenant.pk, place="connection:1", locked=locked)
    assert all_open(tenants)


def test_a_key_that_something_stands_under_cannot_be_deleted_even_in_the_database(tenants: list[Tenant]) -> None:
    def delete() -> None:
        with transaction.atomic(), database.cursor() as cursor:
            cursor.execute("DELETE FROM vault_data_keys")
            database.check_constraints()

    with pytest.raises(IntegrityError):
        delete()


def test_from_the_master_key_to_kms_to_another_kms_key_and_back(
    tenants: list[Tenant], kms: Gate, settings: Any
) -> None:
    secret, first_arn = settings.VAULT_MASTER_KEY, settings.VAULT_KMS_KEY_ID
    datakeys.forget()
    assert all_open(tenants), "rows under the master key open while KMS is the aim"
    assert master().facts["held_by"] == f"KMS key {first_arn}"
    in_another_process(settings, VAULT_MASTER_KEY=None)
    assert all_open(tenants)
    in_another_process(settings, VAULT_KMS_KEY_ID=kms.key())
    assert master().done == 3
    kms.client().schedule_key_deletion(KeyId=first_arn.rpartition("/")[2], PendingWindowInDays=7)
    assert all_open(tenants), "the KMS key before is needed no more"
    in_another_process(settings, VAULT_KEY_PROVIDER="local", VAULT_MASTER_KEY=secret)
    assert master().done == 3
    kms.trouble = (400, "DisabledException")
    assert all_open(tenants), "KMS is needed no more"
    assert MasterKey.objects.filter(retired_at=None).count() == 1


def test_a_kms_that_fails_midway_leaves_what_was_done_and_the_next_run_goes_on(
    tenants: list[Tenant], kms: Gate, settings: Any
) -> None:
    datakeys.forget()

    def fail(report: rotation.Report) -> None:
        if report.done == 1:
            kms.trouble = (500, "KMSInternalException")

    with pytest.raises(vault.VaultUnavailable):
        master(batch=1, progress=fail)
    kms.reset()
    product._resting.clear()
    assert all_open(tenants)
    report = master()
    assert (report.resumed, report.done, report.finished) == (True, 2, True)
    assert all_open(tenants)


@pytest.mark.parametrize("kind", ["master key", "data keys"])
def test_publishing_goes_on_between_any_two_steps_of_a_rotation(
    house: House, connection: Connection, run_due: Callable[[datetime], int], settings: Any, kind: str
) -> None:
    places = [place.pk for place in connection.destinations.filter(enabled=True)]
    for number in range(20):
        put(house.tenant, uuid4(), kind=f"filler:{number}")
    posts = 0

    def publish(report: rotation.Report) -> None:
        nonlocal posts
        datakeys.forget()  # as a worker that has not opened anything yet
        posts += 1
        draft = Draft(text=f"Post {posts}", destinations=(places[posts % len(places)],))
        publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
        run_due(timezone.now())

    if kind == "master key":
        changed(settings)
    report = (master if kind == "master key" else data_keys)(batch=2, progress=publish)
    assert report.finished
    publish(report)
    assert posts >= 3
    assert list(PublishJob.objects.values_list("state", flat=True)) == ["published"] * posts
    connection.refresh_from_db()
    assert connection.status == "active"


def test_the_place_of_a_secret_is_sealed_anew_with_it(tenant: Tenant, place: UUID) -> None:
    put(tenant, place)
    data_keys()
    EncryptedSecret.objects.filter(connection_id=place).update(kind="refresh_token")
    with pytest.raises(vault.SecretUnreadable):
        take(tenant, place, "refresh_token")
    EncryptedSecret.objects.filter(connection_id=place).update(kind=KIND)
    assert take(tenant, place) == CANARY
