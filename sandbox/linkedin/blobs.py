"""The bytes of uploads, byte by byte as they arrived, up to a budget; their digests outlive them."""

from __future__ import annotations

import base64

from sandbox.linkedin.records import Blob
from sandbox.store import Collection

BUDGET_BYTES = 256 * 1024 * 1024


class Blobs:
    """Keep bytes by key; when there are too many, the oldest go."""

    def __init__(self, rows: Collection[Blob]) -> None:
        self._rows = rows
        self.weigh()

    def weigh(self) -> None:
        """Count anew how many bytes are held."""
        self._held = sum(_size(row) for row in self._rows)

    def put(self, key: str, data: bytes) -> None:
        """Keep the bytes of an upload, replacing what was there."""
        self._remove(key)
        self._held += _size(self._rows.put(key, Blob(base64.b64encode(data).decode())))
        while self._held > BUDGET_BYTES and len(self._rows) > 1:
            self._remove(self._rows.items()[0][0])

    def get(self, key: str) -> bytes | None:
        """Return the bytes, or None when they never came or had to go."""
        row = self._rows.get(key)
        return None if row is None else base64.b64decode(row.data)

    def _remove(self, key: str) -> None:
        row = self._rows.get(key)
        if row is not None:
            self._held -= _size(row)
            self._rows.remove(key)


def _size(row: Blob) -> int:
    return len(row.data) * 3 // 4
