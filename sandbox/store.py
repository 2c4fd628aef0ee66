"""A write-through document store: dictionaries in memory, each change also one row in SQLite.

Reads never touch the disk. Writes are gathered and committed together, so that a process killed in the middle of an
answer leaves all of a call's effects or none. `synchronous` is off: the death of the process loses nothing, the death
of the machine may.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Generic, TypeVar

D = TypeVar("D")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (collection, key)
)
"""
_BLOBS = "CREATE TABLE IF NOT EXISTS blobs (digest TEXT PRIMARY KEY, body BLOB NOT NULL)"
_PUT_BLOB = "INSERT OR IGNORE INTO blobs (digest, body) VALUES (?, ?)"
# An upsert, not REPLACE: a changed document keeps its place in the order of creation.
_PUT = (
    "INSERT INTO documents (collection, key, body) VALUES (?, ?, ?) "
    "ON CONFLICT (collection, key) DO UPDATE SET body = excluded.body"
)
_REMOVE = "DELETE FROM documents WHERE collection = ? AND key = ?"


class Store:
    """Hold named collections of documents, in a file when a path is given."""

    def __init__(self, path: Path | None = None) -> None:
        self._collections: dict[str, Collection[Any]] = {}
        self._pending: list[tuple[str, tuple[str | bytes, ...]]] = []
        self._blobs: dict[str, bytes] = {}
        self._loaded: dict[str, dict[str, str]] = {}
        self._file: sqlite3.Connection | None = None
        if path is not None:
            self._file = _open(path)
            for name, key, body in self._file.execute("SELECT collection, key, body FROM documents ORDER BY position"):
                self._loaded.setdefault(name, {})[key] = body

    def collection(self, name: str, kind: type[D]) -> Collection[D]:
        """Open a collection of dataclasses whose fields are all JSON values."""
        loaded = self._loaded.pop(name, {})
        rows = {key: _document(kind, json.loads(body)) for key, body in loaded.items()}
        collection: Collection[D] = Collection(self, name, rows)
        self._collections[name] = collection
        return collection

    def write(self, name: str, key: str, document: object | None) -> None:
        """Note a change (None: removal) for the next commit."""
        if self._file is None:
            return
        if document is None:
            self._pending.append((_REMOVE, (name, key)))
        else:
            body = json.dumps(vars(document), separators=(",", ":"))
            self._pending.append((_PUT, (name, key, body)))

    def commit(self) -> None:
        """Write the noted changes in one transaction."""
        if self._file is None or not self._pending:
            return
        pending, self._pending = self._pending, []
        self._file.execute("BEGIN")
        for statement, values in pending:
            self._file.execute(statement, values)
        self._file.execute("COMMIT")
        # What is in the file need not be in memory.
        self._blobs.clear()

    def put_blob(self, body: bytes) -> str:
        """Keep bytes under their sha256, which is returned."""
        digest = hashlib.sha256(body).hexdigest()
        self._blobs[digest] = body
        if self._file is not None:
            self._pending.append((_PUT_BLOB, (digest, body)))
        return digest

    def blob(self, digest: str) -> bytes | None:
        """Return kept bytes by their sha256."""
        if digest in self._blobs or self._file is None:
            return self._blobs.get(digest)
        row = self._file.execute("SELECT body FROM blobs WHERE digest = ?", (digest,)).fetchone()
        return bytes(row[0]) if row else None

    def clear(self) -> None:
        """Empty every collection."""
        self._pending.clear()
        for collection in self._collections.values():
            collection.forget()
        self._blobs.clear()
        if self._file is not None:
            self._file.execute("DELETE FROM documents")
            self._file.execute("DELETE FROM blobs")

    def close(self) -> None:
        """Commit and let go of the file."""
        self.commit()
        if self._file is not None:
            self._file.close()
            self._file = None


def _open(path: Path) -> sqlite3.Connection:
    """Open the file for this process alone; raise `sqlite3.Error` when another one holds it or it is no database."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = sqlite3.connect(path, timeout=0.3, isolation_level=None, check_same_thread=False)
    # Two sandboxes on one file would each believe their own memory.
    file.execute("PRAGMA locking_mode = EXCLUSIVE")
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = OFF")
    file.execute(_SCHEMA)
    file.execute(_BLOBS)
    return file


def _document(kind: type[D], values: dict[str, Any]) -> D:
    """Make a document of a stored row, leaving out fields that a newer sandbox no longer has."""
    known = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in values.items() if name in known})


class Collection(Generic[D]):
    """Documents by key, in the order of their creation."""

    def __init__(self, store: Store, name: str, rows: dict[str, D]) -> None:
        self._store = store
        self._name = name
        self._rows = rows

    def get(self, key: str) -> D | None:
        """Return the document, or None."""
        return self._rows.get(key)

    def put(self, key: str, document: D) -> D:
        """Keep a document; call it again after changing one in place."""
        self._rows[key] = document
        self._store.write(self._name, key, document)
        return document

    def remove(self, key: str) -> None:
        """Drop a document if it is there."""
        if self._rows.pop(key, None) is not None:
            self._store.write(self._name, key, None)

    def items(self) -> list[tuple[str, D]]:
        """Return keys and documents, oldest first."""
        return list(self._rows.items())

    def forget(self) -> None:
        """Empty the memory only; the store empties the file."""
        self._rows.clear()

    def __iter__(self) -> Iterator[D]:
        return iter(self._rows.values())

    def __reversed__(self) -> Iterator[D]:
        return reversed(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: str) -> bool:
        return key in self._rows
