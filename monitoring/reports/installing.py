"""Makes the views, and takes them out of the way of migrations.

A view stands in the way of whoever changes a table it reads: PostgreSQL refuses to drop or alter a column that a view uses,
and SQLite, where Django rebuilds the table, refuses to rename the new one. A migration that made the views would have to be
followed by one that drops and makes them anew for each later change, in whichever room that is. So they are no matter of
single migrations: ``migrate`` drops them before it applies any, and makes them from the code after the last one. They always
fit the code and the tables, and nobody who writes a migration has to think of them.

While migrations are applied the views are missing, for as long as that takes; publishing reads none of them.
"""

import hashlib
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

from monitoring.reports.definitions import statements


def clear_the_way(*, using: str, plan: Any = (), **kwargs: object) -> None:
    """Drop the views if there is anything to migrate; connected to ``pre_migrate``."""
    if plan:
        drop(connections[using])


def bring_back(*, using: str, **kwargs: object) -> None:
    """Make the views that are missing or out of date; connected to ``post_migrate``, which also follows a flush of the tables.

    After a step back in the migrations they stay away, since the tables are not as the code knows them.
    """
    database = connections[using]
    if _out_of_date(database) and not _is_behind(database):
        create(database)


def create(database: BaseDatabaseWrapper) -> None:
    """Make all views anew, in one transaction."""
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        _drop(cursor, database.vendor)
        for name, statement in statements(database.vendor).items():
            cursor.execute(statement)
            if database.vendor == "postgresql":
                # It keeps no text of a view as it was written; this tells which text made it.
                cursor.execute(f"COMMENT ON VIEW {name} IS '{_mark(statement)}'")


def drop(database: BaseDatabaseWrapper) -> None:
    """Drop all views."""
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        _drop(cursor, database.vendor)


def _drop(cursor: CursorWrapper, vendor: str) -> None:
    for name in reversed(statements(vendor)):
        cursor.execute(f"DROP VIEW IF EXISTS {name}")


def _out_of_date(database: BaseDatabaseWrapper) -> bool:
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(
                "SELECT relname, obj_description(oid, 'pg_class') FROM pg_class"
                " WHERE relkind = 'v' AND relnamespace = to_regnamespace(current_schema())::oid"
            )
            wanted = {name: _mark(statement) for name, statement in statements(database.vendor).items()}
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
            wanted = statements(database.vendor)
        known = dict(cursor.fetchall())
    return any(known.get(name) != mark for name, mark in wanted.items())


def _is_behind(database: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(database)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _mark(statement: str) -> str:
    return "made of " + hashlib.sha256(statement.encode()).hexdigest()[:16]
