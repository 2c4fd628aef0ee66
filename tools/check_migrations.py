"""Look whether migrations are safe while the code of before still runs on them: an upgrade migrates first, then restarts.

Each migration since the last that a release has is written out as the SQL that PostgreSQL would get, without a server, and
django-migration-linter judges it: no column dropped or renamed, none that old code must fill, no table locked for long.
What must go in two releases goes in two: first the code stops using it, then a migration takes it away.

A migration that is meant to be as it is says so in a comment: `check-migrations: allow`, then the reason.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
# Nobody connects there: of the database it is only asked which SQL it would be told.
os.environ["DATABASE_URL"] = "postgres://127.0.0.1:1/none"

ALLOW: Final = re.compile(r"# check-migrations: allow \w")

#: The last migration of each room before its rows were anybody's: those up to here may do as they like.
BEFORE_THE_FIRST_RELEASE: Final = {
    "config": "0001",
    "connectors": "0011",
    "media": "0001",
    "monitoring": "0007",
    "outbox": "0004",
    "publishing": "0009",
    "tenants": "0003",
    "vault": "0002",
}


def main() -> int:
    import django

    django.setup()
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    loader = MigrationLoader(None)
    troubles = [
        f"{app}/migrations/{name}.py: {problem}"
        for app, name in sorted(loader.disk_migrations)
        if app in ours
        and name[:4] > BEFORE_THE_FIRST_RELEASE.get(app, "0000")
        and not ALLOW.search((ROOT / app / "migrations" / f"{name}.py").read_text(encoding="utf-8"))
        for problem in problems_of(loader, (app, name))
    ]
    sys.stdout.write("".join(f"{trouble}\n" for trouble in troubles))
    return 1 if troubles else 0


def problems_of(loader: Any, key: tuple[str, str]) -> list[str]:
    """Return what is wrong with one migration."""
    from django.db import OperationalError, connection
    from django_migration_linter.sql_analyser.analyser import analyse_sql_statements
    from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

    migration = loader.disk_migrations[key]
    state = loader.project_state(key, at_end=False)
    connection.settings_dict["OPTIONS"].pop("pool", None)  # which would wait for a database to appear
    # Values are written in by the driver, which needs a server for it; which values, is all the same here.
    connection.ops.compose_sql = lambda sql, params: sql % tuple(map(repr, params))  # type: ignore[attr-defined]
    try:
        with connection.schema_editor(collect_sql=True, atomic=False) as editor:
            migration.apply(state, editor, collect_sql=True)
    except OperationalError:
        return [f"It changes or drops what the database alone knows by name. {_REMEDY}"]
    statements = [line for line in editor.collected_sql if not line.startswith("--")]
    errors, _, _ = analyse_sql_statements(PostgresqlAnalyser, statements)
    return [f"{error.message}. {_REMEDIES.get(error.code, _REMEDY)}" for error in errors]


_REMEDY: Final = "Old code would fail on it; do it in two releases."
_REMEDIES: Final = {
    "NOT_NULL": "Old code does not fill it: give it null=True or a db_default.",
    "CREATE_INDEX": "It locks the table: use AddIndexQuietly of foundation.quiet_indexes, in a migration that is not atomic.",
}


if __name__ == "__main__":
    sys.exit(main())
