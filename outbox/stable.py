"""Ids that are the same whoever makes them: so that one change becomes one piece of news, however often it is seen."""

import hashlib
from datetime import datetime
from uuid import UUID


def stable_id(*, happened_at: datetime, about: str) -> UUID:
    """Return a UUIDv7 of this moment whose other bits are a digest of what it is about."""
    millis = int(happened_at.timestamp() * 1000) & ((1 << 48) - 1)
    rest = int.from_bytes(hashlib.sha256(about.encode()).digest()[:10], "big")
    high = (millis << 16) | (0x7 << 12) | (rest & 0xFFF)
    low = (0b10 << 62) | ((rest >> 12) & ((1 << 62) - 1))
    return UUID(int=(high << 64) | low)


def first_id_at(moment: datetime) -> UUID:
    """Return an id below every UUIDv7 made at this moment or later."""
    return UUID(int=(int(moment.timestamp() * 1000) & ((1 << 48) - 1)) << 80)
