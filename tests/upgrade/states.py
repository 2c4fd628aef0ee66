"""A version's database as data: read, and put into an empty one."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class State:
    """What a version's database held, and what it must still hold after the upgrade."""

    version: str
    #: Every migration that was applied.
    migrations: tuple[tuple[str, str], ...]
    master_key: str
    #: SHA-256 of each sealed secret, by its connection and kind.
    secrets: dict[str, str]
    #: Rows by model, as Django wrote them down.
    rows: dict[str, list[dict[str, Any]]]


def read(version: str) -> State:
    """Return a version's state."""
    told = json.loads((HERE / f"{version}.json").read_text(encoding="utf-8"))
    migrations = tuple((app, name) for app, name in told["migrations"])
    return State(told["version"], migrations, told["master_key"], told["secrets"], told["rows"])


def build(state: State) -> None:
    """Make the tables of a version in an empty database, and put its rows there."""
    executor = MigrationExecutor(connection)
    latest = dict(sorted(state.migrations))  # of each app the last one counts
    apps = executor.migrate(list(latest.items())).apps
    with transaction.atomic():  # references are looked at when it ends
        for label, rows in state.rows.items():
            model = apps.get_model(label)
            for row in rows:
                fields = {
                    field.attname: field.to_python(row[field.name])
                    for field in model._meta.concrete_fields
                    if field.name in row
                }
                one = model(**{**fields, "pk": model._meta.pk.to_python(row["pk"])})
                one.save_base(raw=True, force_insert=True)
    # What counts ids goes on behind the rows, as it did where they were written.
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [apps.get_model(label) for label in state.rows]):
            cursor.execute(statement)


def contents() -> dict[str, dict[Any, dict[str, Any]]]:
    """Return every row of every table, by its primary key, as the database tells it."""
    found: dict[str, dict[Any, dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            key = connection.introspection.get_primary_key_column(cursor, table)
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table of our own
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            found[table] = {row[key] if key else number: row for number, row in enumerate(rows)}
    return found
