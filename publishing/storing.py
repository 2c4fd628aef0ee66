"""Storing an accepted post with its jobs and its line of the audit log: all of it, or nothing.

PostgreSQL takes it in one statement, which is a transaction by itself: one journey instead of five, and its plan is kept.
Elsewhere the same is done by the ORM.
"""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from foundation import prepared
from publishing.models import Post, PublishJob
from tenants.models import AuditEntry


def whole(*, with_more: bool) -> AbstractContextManager[Any]:
    """Return the transaction in which a post is stored; ``with_more`` says that other rows are written with it.

    None is begun where one statement is all there is, and nobody began one before.
    """
    alone = connection.vendor == "postgresql" and not with_more and not connection.in_atomic_block
    return nullcontext() if alone else transaction.atomic()


def store(post: Post, jobs: Sequence[PublishJob], entry: AuditEntry, *, now: datetime) -> None:
    """Store rows that were just made; raises ``IntegrityError`` when a post with its idempotency key is there."""
    if connection.vendor != "postgresql":
        post.save(force_insert=True)
        PublishJob.objects.bulk_create(jobs)
        entry.save(force_insert=True)
        return
    rows: list[models.Model] = [post, *jobs, entry]
    for row in rows:
        row.created_at = row.updated_at = now  # type: ignore[attr-defined]
    told = {"post": _json([post]), "jobs": _json(jobs), "entry": _json([entry])}
    prepared.fetch_all(_statement(), told)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _json(rows: Sequence[models.Model]) -> str:
    columns = _columns(type(rows[0])) if rows else ()
    told = [{column: getattr(row, name) for column, name in columns} for row in rows]
    return json.dumps(told, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, UUID | datetime):
        return str(value)
    raise TypeError(f"a {type(value).__name__} does not go into a row as it is")


@cache
def _columns(model: type[models.Model]) -> tuple[tuple[str, str], ...]:
    return tuple((str(field.column), field.attname) for field in model._meta.concrete_fields)


@cache
def _statement() -> str:
    post, jobs, entry = (_insert(model, name) for model, name in _TABLES)
    return f"WITH post AS ({post}), jobs AS ({jobs}) {entry}"


_TABLES = ((Post, "post"), (PublishJob, "jobs"), (AuditEntry, "entry"))


def _insert(model: type[models.Model], name: str) -> str:
    table = model._meta.db_table
    columns = ", ".join(column for column, _ in _columns(model))
    # Built from the models' own names; every value travels in one parameter, which the table's own types read.
    return (
        f"INSERT INTO {table} ({columns}) SELECT {columns} "  # noqa: S608 - names of our columns
        f"FROM json_populate_recordset(NULL::{table}, %({name})s::json)"
    )
