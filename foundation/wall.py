"""PostgreSQL's row-level security as a second wall: what is done for one tenant is done as a role that sees its rows alone.

With ``ROW_SECURITY`` on, each statement within ``around(tenant_id)`` says in the same round trip as whom and for which tenant it
is run, and until the end of its transaction only: ``set_config(..., true)``. Nothing is left on a connection that goes back to a
pool or to PgBouncer, there is no state that could be out of date, and a savepoint that is rolled back takes nothing with it that
the next statement would not say anew. What stands outside (the engine, sweeps, operators, signing in) is run as the owner of the
tables, whom policies do not concern, and costs nothing. Policies and rights are made by ``manage.py row_security``.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from psycopg import Cursor

#: What the policies read.
VARIABLE: Final = "switchboard.tenant"

#: The tenant that this thread works for behind the wall; ``_LIFTED``: there is a wall, and for the moment it is lifted.
_LIFTED: Final = UUID(int=0)
_standing: ContextVar[UUID | None] = ContextVar("wall", default=None)
_OURSELVES: Final = "SELECT set_config('role', 'none', true)"
_AS: Final = "SELECT set_config('role', %s, true), set_config(%s, %s, true)"
#: They need no rows, and after a failed statement nothing else may be said.
_CONTROL: Final = re.compile(r"SAVEPOINT|RELEASE|ROLLBACK", re.I)

Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


def is_on() -> bool:
    """Tell whether there is a wall at all."""
    return bool(settings.ROW_SECURITY) and connection.vendor == "postgresql"


def standing() -> UUID | None:
    """Return what ``kept`` needs to go on behind the same wall later; None where there is none."""
    return _standing.get()


@contextmanager
def around(tenant_id: UUID) -> Iterator[None]:
    """Show the statements of this thread the rows of one tenant and no others meanwhile, where the wall is on."""
    if not is_on():
        yield
        return
    with _stand(tenant_id):
        yield


@contextmanager
def lifted() -> Iterator[None]:
    """Let this thread look at every tenant's rows meanwhile; whoever does so says why beside it."""
    if _standing.get() is None:
        yield
        return
    with _stand(_LIFTED):
        yield


def kept(where: UUID, chunks: Iterable[Any]) -> Iterator[Any]:
    """Make each piece of an answer that is written later behind the wall it was begun behind."""
    pieces = iter(chunks)
    while True:
        with _stand(where):
            try:
                piece = next(pieces)
            except StopIteration:
                return
        yield piece


@contextmanager
def _stand(where: UUID) -> Iterator[None]:
    before = _standing.set(where)
    wrappers = connection.execute_wrappers
    first = _behind not in wrappers
    if first:
        wrappers.append(_behind)
    try:
        yield
    finally:
        _standing.reset(before)
        if first and _behind in wrappers:
            wrappers.remove(_behind)
        if _standing.get() is None and connection.in_atomic_block and not connection.needs_rollback:
            # The transaction outlives the wall, and what was said of the role would last as long as it.
            with connection.cursor() as cursor:
                cursor.execute(_OURSELVES)


def _behind(execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    where = _standing.get()
    if where is None or _CONTROL.match(sql):
        return execute(sql, params, many, context)
    if where == _LIFTED and not context["connection"].in_atomic_block:
        return execute(sql, params, many, context)
    told = _OURSELVES if where == _LIFTED else _as_tenant(where)
    cursor = context["cursor"].cursor
    if many or getattr(cursor, "name", None):
        # A cursor at the server takes one statement, and reads as whoever declared it. Without a transaction it would outlive
        # what was said, and there is none: see DISABLE_SERVER_SIDE_CURSORS.
        with transaction.atomic():
            with context["connection"].connection.cursor() as plain:
                plain.execute(told)
            return execute(sql, params, many, context)
    # Two statements sent as one are one transaction where none is open.
    execute(f"{told}; {sql}", params, many, context)
    cursor.nextset()
    return None


def _as_tenant(tenant_id: UUID) -> str:
    """Return the statement that makes the rest of a transaction a tenant's. A setting and a UUID: nothing in it is a stranger's."""
    return f"SELECT set_config('role', '{settings.ROW_SECURITY_ROLE}', true), set_config('{VARIABLE}', '{tenant_id}', true)"


def fetch_all(statement: str, parameters: Any) -> list[tuple[Any, ...]] | None:
    """Run a statement behind the wall, its plan kept, and return its rows; None where nothing stands between us and all rows.

    Who reads is said in the same round trip: what a pipeline sends until it waits for an answer is one transaction.
    """
    where = _standing.get()
    if where is None or (where == _LIFTED and not connection.in_atomic_block):
        return None
    role, tenant = ("none", "") if where == _LIFTED else (settings.ROW_SECURITY_ROLE, str(where))
    connection.ensure_connection()
    raw: Any = connection.connection
    with connection.wrap_database_errors, raw.pipeline() as sent, Cursor(raw) as saying, Cursor(raw) as cursor:
        saying.execute(_AS, [role, VARIABLE, tenant], prepare=True)
        cursor.execute(statement, parameters, prepare=True, binary=True)
        sent.sync()
        return cursor.fetchall() if cursor.pgresult is not None and cursor.pgresult.nfields else []
