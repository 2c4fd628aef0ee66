"""The ledger's own statements on PostgreSQL, prepared once a connection: planning one costs more than running it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import Cursor

from foundation import tracing, wall

Parameters = Sequence[Any] | Mapping[str, Any]


def fetch_all(statement: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """Run one of the ledger's statements and return its rows; raises Django's database errors, as a cursor would.

    Values travel apart from the statement, so that PostgreSQL keeps its plan; ``DATABASE_PREPARE`` turns the keeping off,
    for poolers that lend a connection for one transaction only. Behind the wall of a tenant it is said first as whom.
    """
    if tracing.ON:
        with tracing.statement(statement, connection.vendor):
            return _fetched(statement, parameters)
    return _fetched(statement, parameters)


def plain(value: Any) -> Any:
    """Return a JSON list or object as Python knows it: read past the ORM it comes as text, or made already, as the cursor has it."""
    if not isinstance(value, str):
        return value
    return {} if value == "{}" else [] if value == "[]" else json.loads(value)


def _fetched(statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    if (rows := wall.fetch_all(statement, parameters)) is not None:
        return rows
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(statement, parameters, prepare=True, binary=True)
        # The cursor's own description would tell of every column what nobody asks here.
        return cursor.fetchall() if cursor.pgresult is not None and cursor.pgresult.nfields else []
