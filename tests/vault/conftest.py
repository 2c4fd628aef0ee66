"""What the tests of the strongroom share: a place for secrets, the key over all keys changed, and a KMS."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from foundation.secret import Secret
from tenants.models import Tenant
from tests.vault import kms as played
from vault import datakeys
from vault import services as vault
from vault.models import EncryptedSecret

CANARY = "EAAvaultcanary0123456789abcdefghijklmnopWXYZ"
KIND = "access_token"


@pytest.fixture
def place() -> UUID:
    return uuid4()


@pytest.fixture(scope="session")
def kms_server() -> Iterator[played.Gate]:
    with played.running() as gate:
        yield gate


@pytest.fixture
def kms(kms_server: played.Gate, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[played.Gate]:
    """A KMS that holds the key over all keys, as the settings say."""
    from vault import kms as product

    kms_server.reset()
    product._resting.clear()  # clients stay: making one takes longer than a test
    product._verified.clear()
    for name, value in {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "aws-canary-secret"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    settings.VAULT_KEY_PROVIDER = "aws_kms"
    settings.VAULT_KMS_KEY_ID = kms_server.key()
    settings.VAULT_KMS_REGION = played.REGION
    settings.VAULT_KMS_ENDPOINT_URL = kms_server.url
    yield kms_server
    kms_server.reset()


def put(tenant: Tenant, place: UUID, text: str = CANARY, kind: str = KIND) -> EncryptedSecret:
    return vault.put_secret(tenant_id=tenant.pk, connection_id=place, kind=kind, secret=Secret(text))


def take(tenant: Tenant, place: UUID, kind: str = KIND) -> str:
    return vault.open_secret(tenant_id=tenant.pk, connection_id=place, kind=kind, purpose="test").reveal()


def in_another_process(settings: Any, **changed: Any) -> None:
    """Go on as a process that was started with these settings would: with nothing opened before."""
    datakeys.forget()
    for name, value in changed.items():
        setattr(settings, name, value)
