"""``manage.py rotate_keys`` as operators use it: it tells what it will do, what it did, and what to do next."""

import io
import json
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command

from foundation.secret import Secret
from tenants.models import Tenant
from tests.vault.conftest import CANARY, in_another_process, put, take
from tests.vault.kms import Gate
from vault import rotation
from vault.models import DataKey, EncryptedSecret, MasterKey
from vault.progress import Progress

NEW = Secret("a new master key, 32 characters and more 987654321")


def rotate(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("rotate_keys", *arguments, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


def refused(*arguments: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as told:
        call_command("rotate_keys", *arguments, stdout=StringIO())
    return told.value.returncode, str(told.value)


def test_a_master_key_is_changed_by_the_steps_that_the_command_tells(
    tenant: Tenant, place: UUID, settings: Any
) -> None:
    put(tenant, place)
    code, told = rotate()
    assert code == 0
    assert "Nothing to do" in told
    assert "VAULT_MASTER_KEY_PREVIOUS_FILE" in told
    in_another_process(settings, VAULT_MASTER_KEY_PREVIOUS=(settings.VAULT_MASTER_KEY,), VAULT_MASTER_KEY=NEW)
    assert rotate("--dry-run")[1].startswith("A new master key (local); 1 data keys")
    assert MasterKey.objects.count() == 1
    code, told = rotate()
    assert (code, "1 data keys are under version 2 now" in told, "take it out of the settings" in told) == (
        0,
        True,
        True,
    )
    settings.VAULT_MASTER_KEY_PREVIOUS = ()
    assert take(tenant, place) == CANARY
    assert rotate("--erase-retired")[1].strip() == "0 data keys and 1 master keys are erased."


def test_data_keys_are_changed_for_one_tenant_or_all_and_told_as_json(tenant: Tenant, place: UUID) -> None:
    put(tenant, place)
    assert "New data keys for 1 tenants; 1 secrets" in rotate("--data-keys", "--dry-run")[1]
    code, told = rotate("--data-keys", "--tenant", tenant.slug, "--json")
    document = json.loads(told)
    assert (code, document["done"], document["finished"], document["unreadable"]) == (0, 1, True, [])
    assert "1 secrets of 1 tenants are sealed anew" in rotate("--data-keys")[1]


def test_what_did_not_open_is_named_and_makes_the_exit_code_one(tenant: Tenant, place: UUID) -> None:
    put(tenant, place)
    broken = put(tenant, uuid4())
    EncryptedSecret.objects.filter(pk=broken.pk).update(iv=b"\x00" * 12)
    code, told = rotate("--data-keys")
    assert code == 1
    assert f"secret {broken.pk}" in told
    assert take(tenant, place) == CANARY


def test_what_cannot_be_done_is_refused_with_its_cause(tenant: Tenant, place: UUID, settings: Any) -> None:
    put(tenant, place)
    assert refused("--tenant", "nobody")[0] == 2
    assert refused("--batch", "0")[0] == 2
    assert refused("--erase-retired", "--tenant", tenant.slug)[0] == 2
    in_another_process(settings, VAULT_MASTER_KEY=NEW)
    code, told = refused()
    assert code == 2
    assert "VAULT_MASTER_KEY_PREVIOUS_FILE" in told
    assert DataKey.objects.get().master_key.version == 1


def test_a_kms_out_of_reach_is_no_mistake_of_anybody(tenant: Tenant, place: UUID, kms: Gate, settings: Any) -> None:
    settings.VAULT_KEY_PROVIDER = "local"
    put(tenant, place)
    settings.VAULT_KEY_PROVIDER = "aws_kms"
    kms.trouble = (500, "KMSInternalException")
    code, told = refused()
    assert code == 3
    assert "run this again" in told
    assert take(tenant, place) == CANARY


def test_ctrl_c_is_told_as_what_it_is(tenant: Tenant, place: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tenant, place)

    def interrupted(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rotation, "_write", interrupted)
    assert refused("--data-keys") == (130, "Stopped. What was done stays done: run this again.")
    monkeypatch.undo()
    assert json.loads(rotate("--data-keys", "--json")[1])["resumed"] is True


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_for_people_lines_for_logs_and_nothing_for_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr("vault.progress.time.monotonic", lambda: float(next(clock)))
    watched, logged, quiet = Terminal(), io.StringIO(), io.StringIO()
    for stream, bar in ((watched, Progress(watched)), (logged, Progress(logged)), (quiet, Progress(quiet, quiet=True))):
        for done in range(0, 101, 10):
            bar.show(done, 100, "secrets")
        bar.close()
        assert stream is not quiet or not stream.getvalue()
    assert "\r  [" in watched.getvalue()
    assert "100 of 100 secrets" in watched.getvalue()
    assert watched.getvalue().endswith("\n")
    assert 1 <= len(logged.getvalue().splitlines()) <= 4
    assert "\r" not in logged.getvalue()
