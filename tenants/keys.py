"""The form of an API key: ``swb_<8 hex>_<43 url-safe characters>``; the first two parts are public."""

import hashlib
import secrets
from typing import Final

KEY_MARK: Final = "swb"


def new_key_text() -> str:
    """Return a fresh key with 256 random bits."""
    return f"{KEY_MARK}_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"


def key_prefix(text: str) -> str:
    """Return the public part of a key; it never reaches into the secret part."""
    return "_".join(text.split("_")[:2])[:16]


def key_digest(text: str) -> str:
    """Return what is stored of a key.

    The secret part holds 256 random bits, so one round of SHA-256 is as strong as the key itself; a slow password hash
    would only slow down every request.
    """
    return hashlib.sha256(text.encode()).hexdigest()
