"""Indexes that migrations add and take away while everything goes on: without a lock where PostgreSQL can, plainly on SQLite.

A migration that uses this is not atomic (``atomic = False``) and does nothing else.
"""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db.migrations import AddIndex, RemoveIndex


class AddIndexQuietly(AddIndexConcurrently):
    """Add an index while its table is written."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make it."""
        how = AddIndexConcurrently if _can(schema_editor) else AddIndex
        how.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop it."""
        how = AddIndexConcurrently if _can(schema_editor) else AddIndex
        how.database_backwards(self, app_label, schema_editor, from_state, to_state)


class RemoveIndexQuietly(RemoveIndexConcurrently):
    """Drop an index while its table is read and written."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop it."""
        how = RemoveIndexConcurrently if _can(schema_editor) else RemoveIndex
        how.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make it again."""
        how = RemoveIndexConcurrently if _can(schema_editor) else RemoveIndex
        how.database_backwards(self, app_label, schema_editor, from_state, to_state)


def _can(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")
