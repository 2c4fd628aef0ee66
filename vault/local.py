"""The local key provider: the key-encryption key is derived from a master secret of the settings."""

import os
import threading
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from django.conf import settings

from foundation.errors import ConfigurationError
from foundation.secret import Secret
from vault import sealing
from vault.keyholders import CHECK_TEXT, LOCAL, Place
from vault.models import MasterKey

#: A master secret shorter than this cannot hold 32 random bytes in any usual spelling.
LEAST_MASTER_LENGTH: Final = 32
SALT_BYTES: Final = 16


class LocalKeyProvider:
    """Derive the key-encryption key from the master secret with PBKDF2-HMAC-SHA256.

    A row opens with whichever of the master secrets of the settings it was made from: the present one, or a previous one.
    """

    name = LOCAL

    def wrap(self, master: MasterKey, data_key: bytes, *, place: Place) -> sealing.Sealed:
        """Seal a data key under the derived key."""
        return sealing.seal(_derived(master), data_key, bound_to=place.bound())

    def unwrap(self, master: MasterKey, wrapped: sealing.Sealed, *, place: Place) -> bytes:
        """Open a data key; raises ``SealBroken``."""
        return sealing.unseal(_derived(master), wrapped, bound_to=place.bound())

    def new_version(self, version: int) -> MasterKey:
        """Return a row with a salt of its own and a known text sealed: a wrong secret is told at start, not at first use."""
        row = MasterKey(
            version=version,
            provider=LOCAL,
            salt=os.urandom(SALT_BYTES),
            iterations=settings.VAULT_PBKDF2_ITERATIONS,
        )
        check = sealing.seal(_derive_for(master_secret(), row), CHECK_TEXT, bound_to=_check_place(row))
        row.check_iv, row.check_ciphertext, row.check_tag = check.iv, check.ciphertext, check.tag
        return row

    def is_current(self, master: MasterKey) -> bool:
        """Tell whether the row was made from the present master secret, with as many rounds as are asked for now."""
        enough = master.iterations >= settings.VAULT_PBKDF2_ITERATIONS
        return master.provider == LOCAL and enough and _opens(_derive_for(master_secret(), master), master)

    def verify(self, master: MasterKey) -> None:
        """Return when one of the master secrets is the one this row was made from."""
        _derived(master)


def master_secret() -> Secret:
    """Return the master secret of the settings; raises ``ConfigurationError`` when it is missing or weak."""
    secret: Secret | None = settings.VAULT_MASTER_KEY
    if secret is None:
        raise ConfigurationError(
            "The vault has no master key, so no token can be sealed or opened.",
            remedy="Set VAULT_MASTER_KEY_FILE to the file that holds it (or VAULT_MASTER_KEY). "
            "On a new installation 'make run' makes one in var/vault-master-key.",
        )
    if is_weak(secret):
        raise ConfigurationError(
            "The vault's master key is too weak.",
            remedy='Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"',
        )
    return secret


def is_weak(secret: Secret) -> bool:
    """Tell whether a secret cannot hold 32 random bytes."""
    return len(secret) < LEAST_MASTER_LENGTH or len(set(secret.reveal())) < 10


def _derived(master: MasterKey) -> bytes:
    """Return the key a row stands for; raises ``ConfigurationError`` when none of the master secrets is the one it was made from."""
    if not settings.VAULT_MASTER_KEY_PREVIOUS:
        master_secret()  # tells at once what is missing or weak
    for secret in (settings.VAULT_MASTER_KEY, *settings.VAULT_MASTER_KEY_PREVIOUS):
        if secret is not None and _opens(key := _derive_for(secret, master), master):
            return key
    raise ConfigurationError(
        f"The vault's master key is not the one this database was sealed with (version {master.version} of its keys).",
        remedy="Put back the file or variable that held it (VAULT_MASTER_KEY_FILE, by default var/vault-master-key); while keys "
        "are rotated, the one before belongs in VAULT_MASTER_KEY_PREVIOUS_FILE. "
        "Nothing has been lost: with the right key everything opens again.",
    )


def _opens(key: bytes, master: MasterKey) -> bool:
    check = sealing.Sealed(bytes(master.check_iv), bytes(master.check_ciphertext), bytes(master.check_tag))
    try:
        return sealing.unseal(key, check, bound_to=_check_place(master)) == CHECK_TEXT
    except sealing.SealBroken:
        return False


def _check_place(master: MasterKey) -> bytes:
    return sealing.bind("check", bytes(master.salt).hex(), master.iterations)


_deriving = threading.Lock()


def _derive_for(secret: Secret, master: MasterKey) -> bytes:
    with _deriving:  # a fresh worker opens many tokens at once; one derivation serves them all
        return _derive(secret.reveal(), bytes(master.salt), master.iterations)


@lru_cache(maxsize=64)
def _derive(secret: str, salt: bytes, iterations: int) -> bytes:
    # 600,000 rounds cost about 0.1 s; once per process and key version is often enough.
    return PBKDF2HMAC(hashes.SHA256(), sealing.KEY_BYTES, salt, iterations).derive(secret.encode())
