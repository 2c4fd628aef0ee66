"""Who opened what, when and what for: counted without a write for each, failures written at once, memory bounded."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.models import Tenant, User
from tests.vault.conftest import KIND, put, take
from vault import accesses, rotation
from vault import services as vault
from vault.models import Access, EncryptedSecret
from vault.selectors import accesses as written_down


def test_openings_are_counted_by_connection_kind_purpose_and_minute_and_written_together(
    tenant: Tenant, place: UUID, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    put(tenant, place)
    put(tenant, place, kind="refresh_token")
    for _ in range(30):
        take(tenant, place)
    vault.open_secrets({(place, KIND): tenant.pk, (place, "refresh_token"): tenant.pk}, purpose="publish")
    assert not Access.objects.exists(), "nothing is written while secrets are opened"
    with django_assert_num_queries(1):
        accesses.flush()
    counts = {(row.kind, row.purpose): row.count for row in written_down(connection_id=place)}
    assert sum(count for (_, purpose), count in counts.items() if purpose == "test") == 30
    assert (counts[KIND, "publish"], counts["refresh_token", "publish"]) == (1, 1)
    row = written_down(tenant_id=tenant.pk)[0]
    assert str(row.process).split(":")[-1].isdecimal()
    assert row.minute.second == 0


def test_more_openings_of_one_minute_are_added_to_the_same_row(
    tenant: Tenant, place: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vault.accesses.time.time", lambda: 1_800_000_000.0)
    put(tenant, place)
    for _ in range(3):
        take(tenant, place)
        accesses.flush()
    assert Access.objects.get().count == 3
    monkeypatch.setattr("vault.accesses.time.time", lambda: 1_800_000_060.0)
    take(tenant, place)
    accesses.flush()
    assert sorted(Access.objects.values_list("count", flat=True)) == [1, 3]


def test_what_was_counted_waits_for_a_database_that_is_away(
    tenant: Tenant, place: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tenant, place)
    take(tenant, place)
    with monkeypatch.context() as patched:

        def away(batch: Any) -> None:
            raise DatabaseError

        patched.setattr(accesses, "_add", away)
        assert accesses.flush() == 0
    take(tenant, place)
    accesses.flush()
    assert sum(Access.objects.values_list("count", flat=True)) == 2


def test_memory_is_bounded_and_what_does_not_fit_is_told(
    tenant: Tenant, place: UUID, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(accesses, "MOST_COUNTS", 10)
    for number in range(25):
        accesses.note("test", [(tenant.pk, place, f"kind {number}")])
    assert len(accesses._counts) == 10
    accesses.flush()
    assert Access.objects.count() == 10
    assert "vault.accesses_dropped" in caplog.text


def test_counting_can_be_switched_off_and_failures_are_written_all_the_same(
    tenant: Tenant, place: UUID, settings: Any
) -> None:
    settings.VAULT_ACCESS_LOG = False
    put(tenant, place)
    take(tenant, place)
    assert not accesses._counts
    EncryptedSecret.objects.update(auth_tag=b"\x00" * 16)
    with pytest.raises(vault.SecretUnreadable):
        take(tenant, place)
    assert Access.objects.get().outcome == "refused"


def test_a_failure_is_written_at_once_with_who_asked_and_why(tenant: Tenant, place: UUID) -> None:
    row = put(tenant, place)
    EncryptedSecret.objects.update(auth_tag=b"\x00" * 16)
    with pytest.raises(vault.SecretUnreadable):
        take(tenant, place)
    assert vault.open_secrets({(place, KIND): tenant.pk}, purpose="publish") == {}
    second, first = written_down(refused=True)
    assert (first.tenant_id, first.connection_id, first.kind, first.purpose) == (tenant.pk, place, KIND, "test")
    assert str(row.pk) in first.detail
    assert second.purpose == "publish"


def test_a_hub_that_fails_all_the_time_fills_no_table(tenant: Tenant, place: UUID) -> None:
    now = timezone.now()
    for _ in range(accesses.MOST_REFUSALS + 50):
        accesses.refused(purpose="test", tenant_id=tenant.pk, connection_id=place, kind=KIND, why="broken", now=now)
    assert Access.objects.count() == accesses.MOST_REFUSALS
    accesses.flush()
    assert sum(Access.objects.values_list("count", flat=True)) == accesses.MOST_REFUSALS + 50
    assert Access.objects.count() <= accesses.MOST_REFUSALS + 2


def test_the_admin_shows_accesses_by_an_id_or_by_words_and_lets_nobody_change_them(
    client: Client, tenant: Tenant, place: UUID
) -> None:
    client.force_login(User.objects.create_superuser("root@example.com", "correct horse battery"))
    put(tenant, place)
    take(tenant, place)
    accesses.flush()
    for words, found in ((str(place), True), (str(tenant.pk), True), (KIND, True), (str(uuid4()), False)):
        page = client.get("/admin/vault/access/", {"q": words})
        assert page.status_code == 200
        assert (KIND.encode() in page.content.partition(b'id="result_list"')[2]) is found
    row = Access.objects.get()
    page = client.get(f"/admin/vault/access/{row.pk}/change/")
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert client.get("/admin/vault/access/add/").status_code == 403


@pytest.mark.parametrize("model", ["masterkey", "datakey", "rotation"])
def test_no_page_of_the_admin_shows_a_sealed_byte(client: Client, tenant: Tenant, place: UUID, model: str) -> None:
    client.force_login(User.objects.create_superuser("root@example.com", "correct horse battery"))
    put(tenant, place)
    rotation.rotate_data_keys(actor="system:test", clock=timezone.now)
    assert client.get(f"/admin/vault/{model}/").status_code == 200
    for row in apps.get_model("vault", model).objects.all():
        page = client.get(f"/admin/vault/{model}/{row.pk}/change/").content.decode()
        for field in ("iv", "ciphertext", "auth_tag", "salt", "check_iv", "check_ciphertext", "check_tag"):
            assert f"field-{field}" not in page


def test_the_command_lists_who_opened_what(tenant: Tenant, place: UUID) -> None:
    def said(*arguments: str) -> str:
        out = StringIO()
        call_command("vault_accesses", *arguments, stdout=out)
        return out.getvalue()

    assert "Nothing was opened." in said()
    put(tenant, place)
    take(tenant, place)
    accesses.flush()
    assert "1x  access_token  for 'test'" in said("--connection", str(place))
    assert f'"connection": "{place}"' in said("--tenant", tenant.slug, "--json", "--since", "2020-01-01")
    assert "Nothing" in said("--refused")
    with pytest.raises(CommandError, match="no tenant 'nobody'"):
        said("--tenant", "nobody")


SCRIPT = """
import django, sys
django.setup()
from uuid import UUID
from django.db import connection
from vault import accesses
from vault.models import Access
with connection.schema_editor() as editor:
    editor.create_model(Access)
accesses.note("publish", [(UUID(int=1), UUID(int=2), "access_token")] * 3)
assert accesses._thread.is_alive()
"""


def test_a_process_that_ends_in_order_writes_what_it_counted(tmp_path: Path) -> None:
    """The real thread and the real end of a process, on a database of their own."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": str(tmp_path),
        "VAULT_MASTER_KEY": "a master key of this test, 32 characters and more 13579",
        "PATH": "/usr/bin",
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(tmp_path / "switchboard.sqlite3") as database:
        rows = list(database.execute("SELECT purpose, kind, count FROM vault_access_log"))
    assert rows == [("publish", "access_token", 3)]
