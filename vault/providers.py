"""Key providers: who holds the key-encryption key, and how it wraps a tenant's data key."""

import threading
from functools import lru_cache
from typing import Final, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from django.conf import settings

from foundation.errors import ConfigurationError
from foundation.secret import Secret
from vault import sealing
from vault.models import MasterKey

LOCAL: Final = "local"
#: A master secret shorter than this cannot hold 32 random bytes in any usual spelling.
LEAST_MASTER_LENGTH: Final = 32
SALT_BYTES: Final = 16
_CHECK_TEXT: Final = b"switchboard vault check"


class KeyProvider(Protocol):
    """Wrap and unwrap data keys under one version of the key-encryption key."""

    name: str

    def wrap(self, master: MasterKey, data_key: bytes, *, bound_to: bytes) -> sealing.Sealed:
        """Seal a data key."""

    def unwrap(self, master: MasterKey, wrapped: sealing.Sealed, *, bound_to: bytes) -> bytes:
        """Open a data key; raises ``SealBroken``."""


class LocalKeyProvider:
    """Derive the key-encryption key from the master secret with PBKDF2-HMAC-SHA256."""

    name = LOCAL

    def wrap(self, master: MasterKey, data_key: bytes, *, bound_to: bytes) -> sealing.Sealed:
        """Seal a data key under the derived key."""
        return sealing.seal(_derived(master), data_key, bound_to=bound_to)

    def unwrap(self, master: MasterKey, wrapped: sealing.Sealed, *, bound_to: bytes) -> bytes:
        """Open a data key; raises ``SealBroken``."""
        return sealing.unseal(_derived(master), wrapped, bound_to=bound_to)

    def check_value(self, salt: bytes, iterations: int) -> sealing.Sealed:
        """Seal a known text, so that a wrong master secret is told at start and not at the first use."""
        key = _derive(master_secret().reveal(), salt, iterations)
        return sealing.seal(key, _CHECK_TEXT, bound_to=sealing.bind("check", salt.hex(), iterations))

    def opens(self, master: MasterKey) -> bool:
        """Tell whether today's master secret is the one this row was made with."""
        check = sealing.Sealed(bytes(master.check_iv), bytes(master.check_ciphertext), bytes(master.check_tag))
        bound_to = sealing.bind("check", bytes(master.salt).hex(), master.iterations)
        try:
            return sealing.unseal(_derived(master), check, bound_to=bound_to) == _CHECK_TEXT
        except sealing.SealBroken:
            return False


def provider_for(master: MasterKey) -> KeyProvider:
    """Return the provider that holds this master key."""
    if master.provider == LOCAL:
        return LocalKeyProvider()
    raise ConfigurationError(
        f"Master key {master.version} is held by {master.provider!r}, which this version does not know.",
        remedy="Run the version of Switchboard that wrote it, or restore the matching backup.",
    )


def master_secret() -> Secret:
    """Return the master secret of the settings; raises ``ConfigurationError`` when it is missing or weak."""
    secret: Secret | None = settings.VAULT_MASTER_KEY
    if secret is None:
        raise ConfigurationError(
            "The vault has no master key, so no token can be sealed or opened.",
            remedy="Set VAULT_MASTER_KEY_FILE to the file that holds it (or VAULT_MASTER_KEY). "
            "On a new installation 'make run' makes one in var/vault-master-key.",
        )
    if len(secret) < LEAST_MASTER_LENGTH or len(set(secret.reveal())) < 10:
        raise ConfigurationError(
            "The vault's master key is too weak.",
            remedy='Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"',
        )
    return secret


_deriving = threading.Lock()


def _derived(master: MasterKey) -> bytes:
    with _deriving:  # a fresh worker opens many tokens at once; one derivation serves them all
        return _derive(master_secret().reveal(), bytes(master.salt), master.iterations)


@lru_cache(maxsize=16)
def _derive(secret: str, salt: bytes, iterations: int) -> bytes:
    # 600,000 rounds cost about 0.1 s; once per process and key version is often enough.
    return PBKDF2HMAC(hashes.SHA256(), sealing.KEY_BYTES, salt, iterations).derive(secret.encode())
