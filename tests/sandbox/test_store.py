"""The document store: what is committed stands, in its order."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sandbox.store import Store


@dataclass
class Note:
    """A document for these tests."""

    text: str
    tags: list[str] = field(default_factory=list)


def test_documents_come_back_changed_and_in_their_order(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "notes.db")
    notes = store.collection("notes", Note)
    for key in ("a", "b", "c"):
        notes.put(key, Note(key))
    notes.put("a", Note("änderung", ["🥐"]))
    notes.remove("b")
    store.close()
    again = Store(tmp_path / "deep" / "notes.db").collection("notes", Note)
    assert [(key, note.text, note.tags) for key, note in again.items()] == [("a", "änderung", ["🥐"]), ("c", "c", [])]


def test_what_was_not_committed_never_happened(tmp_path: Path) -> None:
    store = Store(tmp_path / "notes.db")
    notes = store.collection("notes", Note)
    notes.put("kept", Note("kept"))
    store.commit()
    notes.put("lost", Note("lost"))
    assert store._file is not None
    store._file.close()
    assert [key for key, _ in Store(tmp_path / "notes.db").collection("notes", Note).items()] == ["kept"]


def test_two_processes_cannot_share_a_file(tmp_path: Path) -> None:
    store = Store(tmp_path / "notes.db")
    store.collection("notes", Note).put("a", Note("a"))
    store.commit()
    with pytest.raises(sqlite3.OperationalError):
        Store(tmp_path / "notes.db")
    store.close()


def test_a_field_of_yesterday_is_left_out(tmp_path: Path) -> None:
    store = Store(tmp_path / "notes.db")
    store.write("notes", "a", type("Old", (), {"__init__": lambda self: self.__dict__.update(text="x", gone=1)})())
    store.close()
    assert Store(tmp_path / "notes.db").collection("notes", Note).get("a") == Note("x")


def test_clearing_empties_memory_and_file(tmp_path: Path) -> None:
    store = Store(tmp_path / "notes.db")
    notes = store.collection("notes", Note)
    notes.put("a", Note("a"))
    store.clear()
    assert len(notes) == 0
    store.close()
    assert len(Store(tmp_path / "notes.db").collection("notes", Note)) == 0
