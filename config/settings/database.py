"""The ledger: database."""

import re

import environ
from django.core.exceptions import ImproperlyConfigured

from config import env
from config.settings.process import VAR_DIR

WORKER_CALLS_IN_FLIGHT = env.number(
    "WORKER_CALLS_IN_FLIGHT",
    default=32,
    least=1,
    most=500,
    help="Platform calls one worker process keeps open at once.",
)
DATABASE_URL = env.text(
    "DATABASE_URL",
    default=f"sqlite:///{VAR_DIR / 'switchboard.sqlite3'}",
    shown="sqlite in VAR_DIR",
    help="postgres://user:password@host:port/name in production; SQLite only for trying and developing.",
)
DATABASE_PREPARE = env.flag(
    "DATABASE_PREPARE",
    default=True,
    help="Let PostgreSQL keep the plans of the ledger's statements; off behind a pooler that lends connections for one "
    "transaction only (PgBouncer in transaction mode before 1.21).",
)
DATABASE_SILENCE_SECONDS = env.number(
    "DATABASE_SILENCE_SECONDS",
    default=15,
    least=0,
    most=3600,
    help="After so many seconds without a sign of life a connection to PostgreSQL is given up, by either side. 0 leaves that to the "
    "systems, which wait for hours; needed behind PgBouncer unless it has ignore_startup_parameters = options.",
)
#: How long PostgreSQL lets a process that stands still in the middle of a transaction keep its locks from everybody else.
_LONGEST_PAUSE_SECONDS = 60


def _patience(seconds: int) -> dict[str, object]:
    """Return how both ends give up a connection whose other end fell silent: here by libpq, there by the session's settings.

    A cut cable ends nothing by itself. Whoever waits here would wait for hours; and there a transaction that nobody will ever
    commit would keep its locks for as long.
    """
    if not seconds:
        return {}
    idle, interval, count = max(1, seconds // 3), max(1, seconds // 6), 4
    theirs = {
        "tcp_keepalives_idle": idle,
        "tcp_keepalives_interval": interval,
        "tcp_keepalives_count": count,
        "tcp_user_timeout": seconds * 1000,
        "idle_in_transaction_session_timeout": max(_LONGEST_PAUSE_SECONDS, seconds) * 1000,
    }
    return {
        "keepalives": 1,
        "keepalives_idle": idle,
        "keepalives_interval": interval,
        "keepalives_count": count,
        "tcp_user_timeout": seconds * 1000,
        "options": " ".join(f"-c {name}={value}" for name, value in theirs.items()),
    }


ROW_SECURITY = env.flag(
    "ROW_SECURITY",
    default=False,
    help="Let PostgreSQL itself show requests of a tenant that tenant's rows alone, as a second wall behind the code's own. "
    "First 'manage.py row_security --apply': see docs/security.md.",
)
ROW_SECURITY_ROLE = env.text(
    "ROW_SECURITY_ROLE",
    default="switchboard_tenant",
    help="The role of PostgreSQL as which requests of a tenant are run with ROW_SECURITY; the hub's user must be a member of it.",
)
if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", ROW_SECURITY_ROLE):
    raise ImproperlyConfigured("ROW_SECURITY_ROLE must be a name of lower-case letters, digits and underscores.")
_database = environ.Env.db_url_config(DATABASE_URL)
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        # IMMEDIATE takes the write lock when a transaction begins, so it waits instead of failing halfway.
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        "timeout": 20,
    }
elif "postgres" in _database["ENGINE"]:
    _database["ENGINE"] = "django.db.backends.postgresql"
    # After a restart of the database the pool is full of dead connections; each would cost a job its lease.
    _database["CONN_HEALTH_CHECKS"] = True
    # A cursor at the server outlives the statement that said for whom it reads.
    _database["DISABLE_SERVER_SIDE_CURSORS"] = ROW_SECURITY
    _database["OPTIONS"] = {
        **_patience(DATABASE_SILENCE_SECONDS),
        **_database.get("OPTIONS", {}),
        "connect_timeout": 5,
        # The ORM never prepares; the ledger's own statements do, unless this is None (foundation/prepared.py).
        "prepare_threshold": 5 if DATABASE_PREPARE else None,
        "pool": {
            "min_size": 2,
            "max_size": env.number(
                "DATABASE_POOL_SIZE",
                default=WORKER_CALLS_IN_FLIGHT + 8,
                least=2,
                most=1000,
                help="Most PostgreSQL connections one process may hold (default: WORKER_CALLS_IN_FLIGHT + 8).",
            ),
            "timeout": 10,
        },
    }
else:
    raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite:///.")
DATABASES = {"default": _database}
