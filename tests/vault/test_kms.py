"""AWS KMS holds the key over all keys: real calls over the wire, few of them, bounded, and every trouble told by who must act."""

import base64
import json
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from connectors.errors import TransientError
from connectors.manager import VaultKeyRing, VaultSafe
from foundation.errors import ConfigurationError
from foundation.secret import Secret
from tenants.models import Tenant
from tenants.services import create_tenant
from tests.vault.conftest import CANARY, KIND, in_another_process, put, take
from tests.vault.kms import Gate
from tests.vault.test_leaks import written
from vault import datakeys
from vault import kms as product
from vault import services as vault
from vault.models import DataKey, EncryptedSecret, MasterKey

__all__ = ["written"]

DENIED = (400, "AccessDeniedException")
THROTTLED = (400, "ThrottlingException")


def test_secrets_go_round_under_a_key_that_never_leaves_kms(tenant: Tenant, place: UUID, kms: Gate) -> None:
    put(tenant, place)
    datakeys.forget()
    kms.calls.clear()
    assert take(tenant, place) == CANARY
    master, data_key = MasterKey.objects.get(), DataKey.objects.get()
    assert (master.provider, master.iterations) == ("aws_kms", 0)
    assert master.kms_key_id.startswith("arn:aws:kms:")
    [(operation, asked)] = kms.calls
    assert operation == "Decrypt"
    assert asked["EncryptionContext"] == {
        "switchboard:tenant": str(tenant.pk),
        "switchboard:data-key": str(data_key.pk),
        "switchboard:version": "1",
    }
    assert asked["KeyId"] == master.kms_key_id, "a ciphertext of somebody else's key is refused"


def test_no_master_key_is_needed_beside_kms(tenant: Tenant, place: UUID, kms: Gate, settings: Any) -> None:
    settings.VAULT_MASTER_KEY = None
    put(tenant, place)
    vault.verify_master_key()
    assert take(tenant, place) == CANARY


def test_an_alias_is_written_down_as_the_key_it_leads_to_today(
    tenant: Tenant, place: UUID, kms: Gate, settings: Any
) -> None:
    arn = settings.VAULT_KMS_KEY_ID
    kms.client().create_alias(AliasName="alias/hub", TargetKeyId=arn)
    settings.VAULT_KMS_KEY_ID = "alias/hub"
    try:
        put(tenant, place)
        assert MasterKey.objects.get().kms_key_id == arn
        assert take(tenant, place) == CANARY
    finally:
        kms.client().delete_alias(AliasName="alias/hub")


def test_kms_is_asked_once_for_a_data_key_however_many_secrets_are_opened_and_sealed(
    tenant: Tenant, place: UUID, kms: Gate
) -> None:
    for number in range(5):
        put(tenant, place, kind=f"destination_token:{number}")
    datakeys.forget()
    kms.calls.clear()
    for number in range(5):
        take(tenant, place, f"destination_token:{number}")
        put(tenant, place, kind=f"destination_token:{number}")
    assert [operation for operation, _ in kms.calls] == ["Decrypt"]


def test_a_kept_data_key_is_asked_for_again_after_its_time(
    tenant: Tenant, place: UUID, kms: Gate, settings: Any
) -> None:
    settings.VAULT_KEY_CACHE = timedelta(0)
    put(tenant, place)
    kms.calls.clear()
    take(tenant, place)
    take(tenant, place)
    assert len(kms.calls) == 2


def test_while_kms_cannot_be_reached_kept_keys_serve_on_for_their_grace_and_no_longer(
    tenant: Tenant, place: UUID, kms: Gate, settings: Any
) -> None:
    settings.VAULT_KEY_CACHE = timedelta(0)
    put(tenant, place)
    kms.trouble = (500, "KMSInternalException")
    assert take(tenant, place) == CANARY
    put(tenant, place, "a token that was just traded for the last one")
    assert take(tenant, place) == "a token that was just traded for the last one"
    settings.VAULT_KEY_GRACE = timedelta(0)
    kms.reset()
    product.forget()
    assert take(tenant, place).startswith("a token")
    kms.trouble = (500, "KMSInternalException")
    with pytest.raises(vault.VaultUnavailable):
        take(tenant, place)


def test_a_refusal_of_kms_ends_a_kept_key_at_once(tenant: Tenant, place: UUID, kms: Gate, settings: Any) -> None:
    settings.VAULT_KEY_CACHE = timedelta(0)
    put(tenant, place)
    kms.trouble = DENIED
    with pytest.raises(ConfigurationError):
        take(tenant, place)
    kms.trouble = (500, "KMSInternalException")
    with pytest.raises(vault.VaultUnavailable):
        take(tenant, place)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (DENIED, "denies this process kms:Decrypt"),
        ((400, "DisabledException"), "disabled, or waits for its deletion"),
        ((400, "NotFoundException"), "knows no key"),
        ((400, "UnrecognizedClientException"), "does not accept this process's credentials"),
        ((400, "InvalidKeyUsageException"), "cannot seal and open"),
    ],
)
def test_what_the_operator_must_mend_is_told_by_cause_and_remedy_and_in_no_word_of_awss(
    tenant: Tenant, place: UUID, kms: Gate, trouble: tuple[int, str], told: str
) -> None:
    put(tenant, place)
    datakeys.forget()
    kms.trouble = trouble
    kms.calls.clear()
    with capture_logs() as logs, pytest.raises(ConfigurationError, match=told) as error:
        take(tenant, place)
    assert error.value.remedy
    assert len(kms.calls) == 1, "asking again mends nothing"
    assert "secret-name" not in f"{error.value}{logs}"
    assert take_later(tenant, place, kms) == CANARY


@pytest.mark.parametrize(
    "trouble",
    [THROTTLED, (500, "KMSInternalException"), (503, ""), (400, "SomethingNobodyKnowsYet")],
)
def test_what_time_heals_is_tried_twice_at_most_and_told_as_passing(
    tenant: Tenant, place: UUID, kms: Gate, trouble: tuple[int, str]
) -> None:
    put(tenant, place)
    datakeys.forget()
    kms.trouble = trouble
    kms.calls.clear()
    with pytest.raises(vault.VaultUnavailable, match="cannot be used just now"):
        take(tenant, place)
    assert 1 <= len(kms.calls) <= 2
    asked = len(kms.calls)
    with pytest.raises(vault.VaultUnavailable, match="a moment ago"):
        take(tenant, place)
    assert len(kms.calls) == asked, "nobody waits anew for what could not be reached a moment ago"
    assert take_later(tenant, place, kms) == CANARY


def test_a_kms_that_hangs_or_is_not_there_holds_nobody_up_for_long(
    tenant: Tenant, place: UUID, kms: Gate, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tenant, place)
    datakeys.forget()
    monkeypatch.setattr(product, "READ_SECONDS", 0.2)
    product.forget()
    kms.delay = 1.0
    began = time.monotonic()
    with pytest.raises(vault.VaultUnavailable, match="ReadTimeoutError"):
        take(tenant, place)
    assert time.monotonic() - began < 5
    product.forget()
    settings.VAULT_KMS_ENDPOINT_URL = "http://127.0.0.1:9"
    with pytest.raises(vault.VaultUnavailable, match="EndpointConnectionError"):
        take(tenant, place)
    product.forget()
    assert product.CONNECT_SECONDS <= 3
    assert product.MOST_TRIES <= 2


def test_a_process_without_credentials_is_told_so(
    tenant: Tenant, place: UUID, kms: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    product.forget()
    with pytest.raises(ConfigurationError, match="no AWS credentials") as told:
        put(tenant, place)
    product.forget()
    assert "role" in told.value.remedy
    assert not EncryptedSecret.objects.exists()


def test_a_data_key_moved_to_another_tenant_does_not_open_at_kms(tenant: Tenant, place: UUID, kms: Gate) -> None:
    other = create_tenant(name="Bora")
    put(tenant, place)
    DataKey.objects.update(tenant=other)
    EncryptedSecret.objects.update(tenant=other)
    datakeys.forget()
    with pytest.raises(vault.SecretUnreadable):
        take(other, place)


def test_another_key_at_kms_does_not_open(tenant: Tenant, place: UUID, kms: Gate) -> None:
    put(tenant, place)
    datakeys.forget()
    product.forget()
    kms.trouble = (400, "IncorrectKeyException")  # moto answers otherwise than AWS here
    with pytest.raises(vault.SecretUnreadable):
        take(tenant, place)
    with pytest.raises(ConfigurationError, match="does not open what it sealed"):
        vault.verify_master_key()


def test_load_balancers_that_ask_every_second_do_not_ask_kms_every_second(
    tenant: Tenant, place: UUID, kms: Gate
) -> None:
    put(tenant, place)
    kms.calls.clear()
    for _ in range(10):
        vault.verify_master_key()
    assert len(kms.calls) <= 1


def test_a_job_whose_token_waits_for_kms_is_tried_again_and_no_account_is_asked_to_reconnect(
    tenant: Tenant, place: UUID, kms: Gate
) -> None:
    put(tenant, place)
    safe = VaultSafe(tenant.pk, place)
    locked = safe.lock(Secret(CANARY))
    datakeys.forget()
    kms.trouble = THROTTLED
    with pytest.raises(TransientError):
        VaultKeyRing(tenant.pk, place, "meta").open(KIND)
    with pytest.raises(TransientError):
        safe.unlock(locked)
    with pytest.raises(TransientError):
        safe.lock(Secret(CANARY))
    assert vault.open_secrets({(place, KIND): tenant.pk}, purpose="publish") == {}


def test_what_is_not_used_is_not_loaded() -> None:
    script = (
        "import os, sys, django; django.setup(); import vault.services, vault.checks, vault.rotation; "
        "sys.exit('boto3' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], timeout=60, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_neither_a_data_key_nor_a_credential_stands_in_what_awss_library_logs(
    tenant: Tenant, kms: Gate, written: Any
) -> None:
    put(tenant, uuid4())
    key = datakeys.unwrap(DataKey.objects.get(), tenant_id=tenant.pk)
    sent = [json.dumps(body) for operation, body in kms.calls if operation == "Encrypt"]
    assert sent, "the wire was used"
    logged = written.getvalue()
    for canary in ("aws-canary-secret", key.hex(), base64.b64encode(key).decode()):
        assert canary not in logged


def take_later(tenant: Tenant, place: UUID, kms: Gate) -> str:
    """Open it when the trouble is over, and the rest after it too."""
    kms.reset()
    product._resting.clear()
    return take(tenant, place)


def test_two_regions_are_asked_each_at_its_own_place(kms: Gate) -> None:
    from vault.kms_settings import region_of

    assert region_of("arn:aws:kms:us-east-1:123456789012:key/1") == "us-east-1"
    assert region_of("alias/hub") == "eu-central-1"


def test_other_processes_find_what_this_one_sealed(tenant: Tenant, place: UUID, kms: Gate, settings: Any) -> None:
    put(tenant, place)
    in_another_process(settings, VAULT_MASTER_KEY=None)
    assert take(tenant, place) == CANARY
