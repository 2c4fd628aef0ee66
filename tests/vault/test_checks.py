"""What is wrong with keys is told with an id, a cause and a remedy, before a token needs them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.checks import CheckMessage, Tags, run_checks
from django.utils import timezone

from foundation.secret import Secret
from tenants.models import Tenant
from tests.vault.conftest import in_another_process, put
from tests.vault.kms import Gate
from vault import checks, rotation
from vault import kms as product
from vault.models import MasterKey

GOOD = Secret("d6Rk-2m_Zq81bV7tY0wXcLhNfSgJ4uEoPaKi9sQmTzU5")


def ids(messages: list[CheckMessage]) -> list[str | None]:
    assert all(message.hint and message.msg for message in messages)
    assert all(GOOD.reveal() not in f"{message.msg}{message.hint}" for message in messages)
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("embedded", "changed", "found"),
    [
        (True, {}, []),
        (True, {"SECRET_KEY": GOOD.reveal()}, ["vault.E003"]),
        (False, {"VAULT_MASTER_KEY": Secret("0123456789abcdef0123456789abcdef0123")}, ["vault.E004"]),
        (True, {"VAULT_MASTER_KEY": Secret("0123456789abcdef0123456789abcdef0123")}, ["vault.W001"]),
        (False, {"VAULT_MASTER_KEY": Secret("change-me-to-something-with-32-characters")}, ["vault.E004"]),
        (False, {"VAULT_MASTER_KEY": Secret("my-very-own-master-key-of-the-production")}, ["vault.E004"]),
        (False, {"VAULT_MASTER_KEY_PREVIOUS": (GOOD,)}, ["vault.E005"]),
    ],
)
def test_a_master_key_that_others_know_is_told(
    embedded: bool, changed: dict[str, Any], found: list[str], settings: Any
) -> None:
    settings.EMBEDDED, settings.VAULT_MASTER_KEY = embedded, GOOD
    for name, value in changed.items():
        setattr(settings, name, value)
    assert ids(checks.master_key_is_its_own()) == found


@pytest.mark.parametrize(
    ("key", "region", "found"),
    [
        ("", "eu-central-1", ["vault.E002"]),
        ("alias/hub", "", ["vault.E002"]),
        ("alias/hub", "eu-central-1", []),
        ("arn:aws:kms:eu-central-1:123456789012:key/1", "", []),
    ],
)
def test_a_kms_key_that_is_not_named_whole_is_told(key: str, region: str, found: list[str], settings: Any) -> None:
    assert checks.kms_is_named() == []
    settings.VAULT_KEY_PROVIDER, settings.VAULT_KMS_KEY_ID, settings.VAULT_KMS_REGION = "aws_kms", key, region
    settings.VAULT_MASTER_KEY = None
    assert ids(checks.kms_is_named()) == found
    assert checks.master_key_is_there() == [], "beside KMS none is needed"


@pytest.mark.parametrize(
    ("mode", "found"), [(0o600, []), (0o640, []), (0o644, ["vault.W002"]), (0o660, ["vault.W002"])]
)
def test_a_key_file_that_others_may_read_is_told(mode: int, found: list[str], settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(GOOD.reveal())
    path.chmod(mode)
    settings.VAULT_MASTER_KEY_PATH = path
    assert ids(checks.key_file_is_private()) == found
    settings.VAULT_MASTER_KEY_PATH = Path("/run/secrets/key")
    assert checks.key_file_is_private() == [], "modes there are the orchestrator's"


def test_a_key_held_beside_the_hub_in_production_is_told_at_deployment_unless_it_is_meant(settings: Any) -> None:
    assert checks.master_key_is_elsewhere() == []
    settings.EMBEDDED = False
    assert ids(checks.master_key_is_elsewhere()) == ["vault.W003"]
    settings.VAULT_LOCAL_ACCEPTED = True
    assert checks.master_key_is_elsewhere() == []


@pytest.fixture
def look(tenant: Tenant, place: UUID) -> Callable[[], list[str | None]]:
    """Look through the keys of a database that has some."""
    put(tenant, place)

    def looked() -> list[str | None]:
        found = run_checks(tags=[Tags.database], databases=["default"])
        return ids([message for message in found if str(message.id).startswith("vault.")])

    return looked


def test_keys_that_are_as_they_should_be_are_no_news(look: Callable[[], list[str | None]]) -> None:
    assert look() == []
    assert checks.keys_of_the_database() == [], "without a database nobody asks it"


def test_fewer_rounds_than_are_asked_for_today_are_told_and_a_rotation_mends_it(
    look: Callable[[], list[str | None]], settings: Any
) -> None:
    settings.VAULT_PBKDF2_ITERATIONS = 2_000
    assert look() == ["vault.W004"]
    rotation.rotate_master_key(actor="system:test", clock=timezone.now)
    assert look() == []


def test_a_rotation_that_was_not_finished_is_told_and_so_is_a_previous_key_that_nothing_needs(
    look: Callable[[], list[str | None]], settings: Any
) -> None:
    class Killed(BaseException):
        pass

    def die(report: rotation.Report) -> None:
        raise Killed

    before = settings.VAULT_MASTER_KEY
    in_another_process(settings, VAULT_MASTER_KEY_PREVIOUS=(before,), VAULT_MASTER_KEY=GOOD)
    assert look() == [], "prepared, and not yet begun"
    with pytest.raises(Killed):
        rotation.rotate_master_key(actor="system:test", clock=timezone.now, progress=die)
    assert look() == ["vault.W005"]
    MasterKey.objects.filter(version=1).update(retired_at=timezone.now())
    assert look() == ["vault.W005"], "data keys under a retired master key"
    rotation.rotate_master_key(actor="system:test", clock=timezone.now)
    assert look() == ["vault.W006"]
    settings.VAULT_MASTER_KEY_PREVIOUS = ()
    assert look() == []
    with pytest.raises(Killed):
        rotation.rotate_data_keys(actor="system:test", clock=timezone.now, progress=die)
    [told] = checks._looked_through()
    assert "rotate_keys --data-keys'" in str(told.hint)


def test_a_key_that_does_not_open_is_told(look: Callable[[], list[str | None]], settings: Any) -> None:
    in_another_process(settings, VAULT_MASTER_KEY=GOOD)
    assert look() == ["vault.E006"]


def test_a_kms_that_refuses_is_told(look: Callable[[], list[str | None]], kms: Gate) -> None:
    rotation.rotate_master_key(actor="system:test", clock=timezone.now)
    product._verified.clear()
    kms.trouble = (400, "DisabledException")
    assert look() == ["vault.E006"]
