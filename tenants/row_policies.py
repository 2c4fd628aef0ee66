"""Which rows a tenant may see and write, as PostgreSQL is told: one policy for each table of the hub that holds tenants' rows.

The policies follow from the models. A table with ``tenant_id`` is its tenant's; one without, that refers to such a table, belongs
to whom the row it refers to belongs to. What is neither is named here, with the rights that requests of tenants need there; a
table that nobody named is out of their reach, and ``manage.py row_security`` complains of it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.db.models import Field, Model

from foundation.errors import ConfigurationError
from foundation.wall import VARIABLE
from tenants.models import Membership, Tenant, User

NAME: Final = "tenant_wall"
ROOMS: Final = frozenset({"config", "monitoring", "outbox", "publishing", "connectors", "media", "vault", "tenants"})
_ALL: Final = "SELECT, INSERT, UPDATE, DELETE"
#: Asked once a statement, not once a row.
_PRESENT: Final = f"(SELECT nullif(current_setting('{VARIABLE}', true), '')::uuid)"
#: Equality of which the planner expects that it holds. It takes conditions on several tables for independent: were each joined
#: table's condition to let a fifth of its rows through, it would expect a hundredth of a tenant's jobs in a list, and read and
#: sort all of them. The code's own condition on the tenant is what finds rows by an index.
SAME: Final = "==="

#: Tables that belong to no tenant, and what a tenant's request may do there.
COMMON: Final[dict[str, str]] = {
    "connector_platforms": "SELECT",
    "feature_flags": "SELECT",
    "heartbeats": "SELECT",
    "platform_readiness": "SELECT",
    "report_marks": "SELECT",
    "prune_marks": "SELECT",
    "vault_master_keys": "SELECT",
    # Names in the store, written before a file is: random, and of no use without it.
    "media_leftovers": _ALL,
}
#: Tables of the hub that no tenant's request has any business with.
CLOSED: Final = frozenset(
    # Sums over all tenants, for operators' pages.
    {"publish_totals", "health_totals"}
    | {"schedule_defaults", "metric_cursors", "outbox_bookmarks", "data_deletions", "tenants_user_groups"}
    | {"tenants_user_user_permissions", "second_factors", "recovery_codes", "browser_sessions", "vault_rotations"}
)
#: Rows whose tenant stands in no column of theirs.
_OTHERWISE: Final[dict[str, str]] = {
    "tenants": f"id = {_PRESENT}",
    # People belong to several tenants: those are seen who are members of this one.
    "tenants_user": "EXISTS (SELECT 1 FROM tenant_members m WHERE m.user_id = tenants_user.id)",
    # What platforms told belongs to the place or the person that it is about, which several tenants may have connected.
    "webhook_events": (
        "(external_id <> '' AND EXISTS (SELECT 1 FROM destinations d"
        " WHERE d.platform_id = webhook_events.platform_id AND d.external_id = webhook_events.external_id))"
        " OR (external_user_id <> '' AND EXISTS (SELECT 1 FROM connections c"
        " WHERE c.platform_id = webhook_events.platform_id AND c.external_user_id = webhook_events.external_user_id))"
    ),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Which rows of a table a tenant's request sees and writes, as a condition of SQL."""

    table: str
    condition: str

    @property
    def mark(self) -> str:
        """What the policy in the database is commented with, to tell whether it is this one."""
        text = f"{self.table} {settings.ROW_SECURITY_ROLE} {self.condition}"
        return f"made of {hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def statements(self) -> Iterator[str]:
        """Yield what makes it, whatever was there before."""
        role = settings.ROW_SECURITY_ROLE
        yield f"GRANT {_ALL} ON {self.table} TO {role}"
        yield f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY"
        yield f"DROP POLICY IF EXISTS {NAME} ON {self.table}"
        yield f"CREATE POLICY {NAME} ON {self.table} TO {role} USING ({self.condition}) WITH CHECK ({self.condition})"
        yield f"COMMENT ON POLICY {NAME} ON {self.table} IS '{self.mark}'"


@cache
def policies() -> tuple[Policy, ...]:
    """Return the policy of every table of the hub that holds rows of tenants."""
    found = ((model, _condition(model)) for model in _models())
    return tuple(Policy(model._meta.db_table, condition) for model, condition in found if condition)


def unnamed() -> list[str]:
    """Return the tables of the hub of which nobody said whose their rows are."""
    named = {policy.table for policy in policies()} | COMMON.keys() | CLOSED
    return sorted(model._meta.db_table for model in _models() if model._meta.db_table not in named)


def views() -> list[str]:
    """Return the views; each is to ask the policies of whoever reads it."""
    return sorted(model._meta.db_table for model in apps.get_models() if not model._meta.managed)


def _models() -> list[type[Model]]:
    everything = apps.get_models(include_auto_created=True)
    return [model for model in everything if model._meta.managed and model._meta.app_label in ROOMS]


def _condition(model: type[Model]) -> str:
    table = model._meta.db_table
    if table in COMMON or table in CLOSED:
        return ""
    if table in _OTHERWISE:
        return _OTHERWISE[table]
    if any(field.column == "tenant_id" for field in model._meta.concrete_fields):
        return f"tenant_id OPERATOR(public.{SAME}) {_PRESENT}"
    for field in model._meta.concrete_fields:
        if _owner(field) and not field.null and field.related_model is not None:
            above = field.related_model._meta.db_table
            return f"EXISTS (SELECT 1 FROM {above} o WHERE o.id = {table}.{field.column})"  # noqa: S608 - names of our models
    return ""


def _owner(field: "Field[Any, Any]") -> bool:
    """Tell whether a field refers to something that belongs to a tenant."""
    related: Any = field.related_model
    if related is None or related in (User, Tenant):
        return False
    return related is Membership or any(one.column == "tenant_id" for one in related._meta.concrete_fields)


# --- in the database ----------------------------------------------------------------------------------------------------


def role_statements() -> list[str]:
    """Return what makes the role, and lets the hub's user act as it: for somebody who may make roles."""
    role = settings.ROW_SECURITY_ROLE
    return [f"CREATE ROLE {role} NOLOGIN NOBYPASSRLS", f"GRANT {role} TO CURRENT_USER"]


def statements(*, all_of_them: bool = False) -> list[str]:
    """Return what makes the wall stand from the owner's side: rights, policies, and views that ask them.

    Only what is missing or out of date, so that nothing is locked when all is well.
    """
    role = settings.ROW_SECURITY_ROLE
    known, asking = ({}, set()) if all_of_them else (_known_marks(), _asking_views())
    made = [f"GRANT USAGE ON SCHEMA public TO {role}", f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"]
    if all_of_them or not _has_operator():
        made.append(
            f"CREATE OPERATOR public.{SAME} (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = uuid_eq, RESTRICT = neqsel)"
        )
    made += [f"GRANT {rights} ON {table} TO {role}" for table, rights in COMMON.items()]
    for policy in policies():
        if known.get(policy.table) != policy.mark:
            made += policy.statements()
    for view in views():
        if view not in asking:
            made.append(f"ALTER VIEW {view} SET (security_invoker = true)")
        made.append(f"GRANT SELECT ON {view} TO {role}")
    return made


def apply() -> None:
    """Make the wall stand, the role too where it is missing. Raises ``ConfigurationError`` if that is for somebody else to do."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in _missing_of_the_role():
                cursor.execute(statement)
            for statement in statements():
                cursor.execute(statement)
    except ProgrammingError as error:
        raise ConfigurationError(
            f"The wall cannot be made by this user of the database: {str(error).splitlines()[0]}.",
            remedy="Let somebody who may make roles run: " + "; ".join(role_statements()) + ". Then try again.",
        ) from error


def remove() -> None:
    """Take the policies and the rights away again; the role stays."""
    role = settings.ROW_SECURITY_ROLE
    there = "role" not in {name for name, _ in _faults_of_the_role()}
    with transaction.atomic(), connection.cursor() as cursor:
        for table in sorted(_known_marks()):
            cursor.execute(f"DROP POLICY {NAME} ON {table}")
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        cursor.execute(f"DROP OPERATOR IF EXISTS public.{SAME} (uuid, uuid)")
        for view in sorted(_asking_views()):
            cursor.execute(f"ALTER VIEW {view} RESET (security_invoker)")
        if there:
            cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
            cursor.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}")


def faults() -> list[tuple[str, str]]:
    """Return what keeps the wall from standing, each as a short name and in words; none: it stands."""
    found = [*_faults_of_the_role()]
    known, asking = _known_marks(), _asking_views()
    wanted = {policy.table: policy.mark for policy in policies()}
    if missing := sorted(table for table in wanted if table not in known):
        found.append(("policies", f"no policy on {', '.join(missing)}"))
    if old := sorted(table for table in wanted if table in known and known[table] != wanted[table]):
        found.append(("policies", f"a policy of another version on {', '.join(old)}"))
    if open_views := sorted(set(views()) - asking):
        found.append(("views", f"views that show every tenant's rows: {', '.join(open_views)}"))
    if nobodys := unnamed():
        found.append(("tables", f"tables of which nobody said whose their rows are: {', '.join(nobodys)}"))
    return found


def is_there() -> bool:
    """Tell whether any policy of ours is in the database."""
    return bool(_known_marks())


def _missing_of_the_role() -> list[str]:
    missing = {name for name, _ in _faults_of_the_role()}
    make, let = role_statements()
    return [make, let] if "role" in missing else [let] if "membership" in missing else []


def _faults_of_the_role() -> Iterator[tuple[str, str]]:
    role = settings.ROW_SECURITY_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = %s", [role])
        row = cursor.fetchone()
        if row is None:
            yield "role", f"there is no role {role}"
            return
        if row[0]:
            yield "bypass", f"the role {role} goes past every policy (SUPERUSER or BYPASSRLS)"
        cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [role])
        if not cursor.fetchone()[0]:
            yield "membership", f"this user of the database is no member of {role}"
        cursor.execute("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND pg_get_userbyid(relowner) = %s", [role])
        if cursor.fetchone()[0]:
            yield "owner", f"the role {role} owns tables, and policies do not concern owners"
        cursor.execute("SELECT row_security_active('publish_jobs')")
        if cursor.fetchone()[0]:
            yield "engine", "policies concern the hub's own user, who is neither owner of the tables nor has BYPASSRLS"


def _known_marks() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, CASE WHEN c.relrowsecurity THEN obj_description(p.oid, 'pg_policy') END"
            " FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
            " WHERE p.polname = %s AND c.relnamespace = to_regnamespace('public')::oid",
            [NAME],
        )
        return {table: mark or "" for table, mark in cursor.fetchall()}


def _has_operator() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regoperator(%s) IS NOT NULL", [f"public.{SAME}(uuid, uuid)"])
        return bool(cursor.fetchone()[0])


def _asking_views() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = to_regnamespace('public')::oid"
            " AND 'security_invoker=true' = ANY (coalesce(reloptions, '{}'))"
        )
        return {row[0] for row in cursor.fetchall()}
