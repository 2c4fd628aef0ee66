"""Bytes in, bytes out: AES-256-GCM with associated data. No rows, no settings."""

import os
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ALGORITHM: Final = "AES-256-GCM"
FORMAT: Final = 1
KEY_BYTES: Final = 32
IV_BYTES: Final = 12
TAG_BYTES: Final = 16


class SealBroken(Exception):
    """The ciphertext does not open: another key, another place, or it was changed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing leaves: store all three."""

    iv: bytes
    ciphertext: bytes
    tag: bytes


def new_key() -> bytes:
    """Return 256 random bits."""
    return os.urandom(KEY_BYTES)


def bind(*fields: str | int) -> bytes:
    """Join fields into associated data, each led by its length, so that no two lists of fields look alike."""
    joined = bytearray()
    for field in fields:
        text = str(field).encode()
        joined += len(text).to_bytes(4, "big") + text
    return bytes(joined)


def seal(key: bytes, plaintext: bytes, *, bound_to: bytes) -> Sealed:
    """Encrypt under a random 96-bit nonce.

    Random nonces are safe here: a data key of one tenant would have to seal 2**32 secrets before a repeat is to be feared.
    """
    iv = os.urandom(IV_BYTES)
    joined = AESGCM(key).encrypt(iv, plaintext, bound_to)
    return Sealed(iv, joined[:-TAG_BYTES], joined[-TAG_BYTES:])


def unseal(key: bytes, sealed: Sealed, *, bound_to: bytes) -> bytes:
    """Decrypt, or raise ``SealBroken`` without saying which part was wrong."""
    try:
        return AESGCM(key).decrypt(sealed.iv, sealed.ciphertext + sealed.tag, bound_to)
    except InvalidTag:
        raise SealBroken("the sealed bytes do not open with this key at this place") from None
