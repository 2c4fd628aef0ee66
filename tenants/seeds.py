"""Seals the secrets of people, so that a copy of the database alone computes nobody's codes and sets nobody's password.

They belong to no tenant, so no tenant's data key fits them: they are sealed under keys derived from SECRET_KEY, one a purpose.
"""

import base64
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

TWO_STEP: Final = "two-step sign-in"
RECOVERY: Final = "a new password"
_NONCE_BYTES: Final = 12


def seal(seed: bytes, *, user_id: int, purpose: str = TWO_STEP) -> str:
    """Return a seed or another secret as it is stored; it opens for this person and purpose alone."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(_key(settings.SECRET_KEY, purpose)).encrypt(nonce, seed, _bound_to(user_id))
    return base64.b64encode(nonce + sealed).decode()


def open_seed(text: str, *, user_id: int, purpose: str = TWO_STEP) -> bytes | None:
    """Return what was sealed, or None when no SECRET_KEY of ours, former ones included, opens it."""
    raw = base64.b64decode(text)
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESGCM(_key(secret, purpose)).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound_to(user_id))
        except InvalidTag:
            continue
    return None


def _key(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"switchboard {purpose}".encode()).derive(secret.encode())


def _bound_to(user_id: int) -> bytes:
    return f"user:{user_id}".encode()
