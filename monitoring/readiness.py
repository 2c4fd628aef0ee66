"""Is the hub able to do its work: database, broker, workers, beat, vault key. Each part names its cause and remedy."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from celery import current_app
from django.db import DatabaseError, ProgrammingError, connection
from kombu.exceptions import KombuError

from foundation.errors import ConfigurationError
from monitoring import heartbeats
from vault.services import VaultUnavailable, verify_master_key

#: A part that gave no sign of life for this long is called dead.
SILENCE: Final = timedelta(seconds=45)
_START_WORKER: Final = "Start a worker: celery -A config worker -P threads -Q publish,health,tokens,webhooks,analytics"
_START_BEAT: Final = "Start the scheduler: celery -A config beat"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the hub and whether it works."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def parts(*, now: datetime) -> list[Part]:
    """Look at every part; raises nothing."""
    database = _database()
    if not database.ok:
        unknown = "cannot be told while the database is unreachable"
        return [database, _broker(), *(Part(name, False, unknown) for name in ("vault", "worker", "beat"))]
    return [
        database,
        _broker(),
        _told("vault", _vault),
        _told("worker", lambda: _alive("worker", heartbeats.WORKER, now=now, remedy=_START_WORKER)),
        _told("beat", lambda: _alive("beat", heartbeats.BEAT, now=now, remedy=_START_BEAT)),
    ]


def _told(name: str, look: Callable[[], Part]) -> Part:
    try:
        return look()
    except DatabaseError as error:
        return Part(name, False, f"its table cannot be read ({type(error).__name__})", "Run 'manage.py migrate'.")


def _database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM publish_jobs LIMIT 1")
    except DatabaseError as error:
        # SQLite has no error class of its own for a missing table.
        missing = isinstance(error, ProgrammingError) or "no such table" in str(error)
        told = "the tables are missing" if missing else "no connection"
        return Part(
            "database",
            False,
            f"{told} ({type(error).__name__})",
            "Check DATABASE_URL and that the server runs; then 'manage.py migrate'.",
        )
    return Part("database", True, connection.vendor)


def _broker() -> Part:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (KombuError, OSError) as error:
        return Part(
            "broker",
            False,
            f"no connection ({type(error).__name__})",
            "Check REDIS_URL and that Redis runs. Publishing goes on meanwhile, a little later than usual.",
        )
    return Part("broker", True, current_app.conf.broker_url.split(":", 1)[0])


def _vault() -> Part:
    try:
        verify_master_key()
    except (ConfigurationError, VaultUnavailable) as error:
        return Part("vault", False, error.detail, error.remedy)
    return Part("vault", True, "the master key opens it")


def _alive(label: str, name: str, *, now: datetime, remedy: str) -> Part:
    seen = heartbeats.last_seen(name)
    if seen is None:
        return Part(label, False, "never seen", remedy)
    silent = now - seen
    if silent > SILENCE:
        return Part(label, False, f"silent for {int(silent.total_seconds())} s", remedy)
    return Part(label, True, "alive")
