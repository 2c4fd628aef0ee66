"""A new installation makes its keys and its demo tenant once, and never overwrites anything."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from config import demo, env, first_run
from foundation.secret import Secret
from tenants.models import ApiKey, Membership, Tenant, User
from tenants.scopes import SCOPES
from tenants.services import create_tenant
from vault import local

KEYS = ("secret-key", "vault-master-key")


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "new" / "var"
    monkeypatch.setattr(settings, "VAR_DIR", directory)
    monkeypatch.setattr(settings, "STATIC_ROOT", directory / "static")
    for name in ("SECRET_KEY", "VAULT_MASTER_KEY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    return directory


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_first_run_writes_two_keys_that_only_their_owner_can_read(var: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        made = first_run.prepare()
    finally:
        os.umask(before)
    assert len(made) == 2
    assert all(str(var) in line and "mode 600" in line for line in made)
    for name in KEYS:
        assert stat.S_IMODE((var / name).stat().st_mode) == 0o600
        text = (var / name).read_text().strip()
        assert len(text) == 64
        assert not [line for line in made if text in line], "told where, never what"
    assert stat.S_IMODE(var.stat().st_mode) == 0o700
    assert (var / "secret-key").read_text() != (var / "vault-master-key").read_text()
    assert (var / "static").is_dir()


def test_the_second_run_makes_nothing_and_overwrites_nothing(var: Path) -> None:
    first_run.prepare()
    kept = {name: (var / name).read_text() for name in KEYS}
    assert first_run.prepare() == []
    assert {name: (var / name).read_text() for name in KEYS} == kept


@pytest.mark.parametrize("kept", KEYS)
def test_one_missing_key_is_made_and_the_other_kept(var: Path, kept: str) -> None:
    var.mkdir(parents=True)
    (var / kept).write_text("mine")
    assert len(first_run.prepare()) == 1
    assert (var / kept).read_text() == "mine"
    assert all((var / name).is_file() for name in KEYS)


@pytest.mark.parametrize("suffix", ["", "_FILE"])
def test_nothing_is_made_where_a_setting_names_another_source(
    var: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SECRET_KEY", "VAULT_MASTER_KEY"):
        monkeypatch.setenv(f"{name}{suffix}", "elsewhere")
    assert first_run.prepare() == []
    assert not any((var / name).exists() for name in KEYS)


def test_the_master_key_it_makes_is_one_the_vault_accepts(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_run.prepare()
    made = env.secret("TEST_OF_FIRST_RUN", default_file=var / "vault-master-key", help="")
    monkeypatch.setattr(settings, "VAULT_MASTER_KEY", made)
    assert local.master_secret() == made
    env.READINGS.pop("TEST_OF_FIRST_RUN")


def test_a_dangling_link_is_not_written_through(var: Path, tmp_path: Path) -> None:
    var.mkdir(parents=True)
    (var / "secret-key").symlink_to(tmp_path / "elsewhere")
    first_run.prepare()
    assert not (tmp_path / "elsewhere").exists()


def test_the_demo_makes_one_owner_one_tenant_and_one_key_that_work(client: Client, db: None) -> None:
    welcome = demo.make_demo()
    assert welcome is not None
    user = User.objects.get()
    assert user.is_superuser
    assert Membership.objects.get().role == Membership.Role.OWNER
    assert ApiKey.objects.get().scopes == sorted(SCOPES)
    answer = client.get("/api/posts/", headers={"Authorization": f"Bearer {welcome.api_key}"})
    assert answer.status_code == 200
    signed_in = client.post("/sign-in", {"email": welcome.email, "password": welcome.password})
    assert signed_in.status_code == 302
    assert client.get("/api/connections/").status_code == 200


def test_the_demos_credentials_are_stored_as_hashes_only(db: None) -> None:
    welcome = demo.make_demo()
    assert welcome is not None
    stored: list[Any] = [*User.objects.values_list(), *ApiKey.objects.values_list()]
    assert welcome.password not in repr(stored)
    assert welcome.api_key.split("_", 2)[2] not in repr(stored)
    assert len(Secret(welcome.password)) >= 16


def test_the_demo_is_made_once(db: None) -> None:
    assert demo.make_demo() is not None
    assert demo.make_demo() is None
    assert (Tenant.objects.count(), User.objects.count(), ApiKey.objects.count()) == (1, 1, 1)


def test_no_demo_is_made_where_somebody_lives_already(db: None) -> None:
    create_tenant(name="Acme")
    assert demo.make_demo() is None
    Tenant.objects.all().delete()
    User.objects.create_user("somebody@example.com")
    assert demo.make_demo() is None
    assert not ApiKey.objects.exists()


def test_two_installations_do_not_share_a_password_or_a_key(db: None) -> None:
    first = demo.make_demo()
    Tenant.objects.all().delete()
    User.objects.all().delete()
    second = demo.make_demo()
    assert first is not None
    assert second is not None
    assert first.password != second.password
    assert first.api_key != second.api_key
