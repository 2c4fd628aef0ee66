"""Signed addresses: whoever has one may fetch one file until it expires, and nobody can make or stretch one."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

_SALT: Final = "media.signing"
_PAYLOAD_BYTES: Final = 16 + 5
_MAC_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Grant:
    """What a signature allows: this file, until then."""

    media_id: UUID
    expires_at: datetime


def public_url(media_id: UUID, name: str, *, now: datetime, life: timedelta | None = None) -> str:
    """Return an address where anybody can fetch a file for so long (``MEDIA_URL_SECONDS`` unless told). It is as good as a key."""
    expires = int((now + (life or settings.MEDIA_URL_LIFE)).timestamp())
    payload = media_id.bytes + expires.to_bytes(5, "big")
    token = base64.urlsafe_b64encode(payload + _mac(payload)).decode().rstrip("=")
    return f"{settings.PUBLIC_URL}/media/{token}/{quote(name)}"


def read_token(token: str) -> Grant | None:
    """Return what a token allows, expired or not; None for one that we did not sign."""
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    payload, mac = content[:_PAYLOAD_BYTES], content[_PAYLOAD_BYTES:]
    if not hmac.compare_digest(mac, _mac(payload)) or len(payload) != _PAYLOAD_BYTES:
        return None
    expires = int.from_bytes(payload[16:], "big")
    return Grant(UUID(bytes=payload[:16]), datetime.fromtimestamp(min(expires, 2**33), UTC))


def _mac(payload: bytes) -> bytes:
    return salted_hmac(_SALT, payload, algorithm="sha256").digest()[:_MAC_BYTES]
