"""Is the hub able to do its work: database, broker, workers, beat, vault key. Each part names its cause and remedy.

What surrounds it (disks, clocks, migrations, settings) is looked at by ``surroundings``.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection
from kombu.exceptions import ChannelError

from foundation import bells
from foundation.errors import ConfigurationError
from monitoring import heartbeats, surroundings
from monitoring.parts import Part
from publishing import restoring
from publishing.selectors import overdue_jobs
from vault.services import VaultUnavailable, failed_lately, verify_master_key

#: A part that gave no sign of life for this long is called dead.
SILENCE: Final = timedelta(seconds=45)
#: A queue as long as this is full: its workers are gone or do not keep up.
FULL: Final = 5_000
#: Says of silent workers that they are all there are.
ALL: Final = 1_000
QUEUES: Final = ("publish", "health", "tokens", "webhooks", "analytics")
_START_WORKER: Final = "Start a worker: celery -A config worker -P threads -Q publish,health,tokens,webhooks,analytics"
_START_BEAT: Final = "Start the scheduler: celery -A config beat"


def parts(*, now: datetime) -> list[Part]:
    """Look at every part; raises nothing."""
    database = _database()
    if not database.ok:
        unknown = "cannot be told while the database is unreachable"
        silent = [Part(name, False, unknown, code=f"{name}.unknown") for name in ("vault", "worker", "beat", "queue")]
        return [database, _broker(), *_redis_beside(), *silent, *surroundings.without_database(now=now)]
    return [
        database,
        _broker(),
        *_redis_beside(),
        _told("vault", lambda: _vault(now)),
        *_restored(),
        _told("worker", lambda: _workers(now)),
        _told("beat", lambda: _beat(now)),
        _told("queue", lambda: _queue(now)),
        _told("disk", lambda: surroundings.disk(now=now)),
        _told("clock", lambda: surroundings.clock(now=now)),
        _told("migrations", surroundings.migrations),
        _told("platforms", surroundings.platforms),
        *surroundings.settings_parts(),
    ]


def _told(name: str, look: Callable[[], Part]) -> Part:
    try:
        return look()
    except DatabaseError as error:
        return Part(
            name,
            False,
            f"its table cannot be read ({type(error).__name__})",
            "Run 'manage.py migrate'.",
            code="database.no_tables",
        )


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
            code="database.no_tables" if missing else "database.unreachable",
        )
    return Part("database", True, connection.vendor)


def _broker() -> Part:
    setting, server = ("BROKER_URL", "RabbitMQ") if settings.BROKER_URL else ("REDIS_URL", "Redis")
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except bells.TROUBLE as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            authority = f"{setting.removesuffix('_URL')}_TLS_CA"
            remedy = f"Set {authority} to the certificate of who signed {server}'s, and let {setting} name the host as that does."
            return Part("broker", False, "its certificate is not trusted", remedy, code="broker.unreachable")
        return Part(
            "broker",
            False,
            f"no connection ({type(error).__name__})",
            f"Check {setting} and that {server} runs. Publishing goes on meanwhile, a little later than usual.",
            code="broker.unreachable",
        )
    told = Part("broker", True, current_app.conf.broker_url.split(":", 1)[0])
    return told if settings.BROKER_URL else surroundings.redis() or told


def _redis_beside() -> list[Part]:
    """Tell of Redis apart where another is the broker: it counts and remembers then, and can be done without for a while."""
    if not settings.BROKER_URL or not settings.REDIS_URL:
        return []
    return [surroundings.redis() or surroundings.redis_answers()]


def _vault(now: datetime) -> Part:
    try:
        verify_master_key()
    except ConfigurationError as error:
        return Part("vault", False, error.detail, error.remedy, code="vault.key_wrong")
    except VaultUnavailable as error:
        return _without_keyholder(error, now=now)
    return Part("vault", True, "the master key opens it")


def _without_keyholder(error: VaultUnavailable, *, now: datetime) -> Part:
    """Whoever holds the keys is out of reach. What processes keep opened serves on; only what could not be opened is a failure."""
    workers = [one for one in heartbeats.workers() if now - one.seen_at <= SILENCE]
    if failed_lately() or any(one.facts.get(surroundings.KEYS_MISSED) for one in workers):
        return Part("vault", False, f"{error.detail} Secrets do not open.", error.remedy, code="vault.unreachable")
    kept = f"Keys that were opened before serve on for up to {_hours(settings.VAULT_KEY_GRACE)} more."
    return Part("vault", True, f"{error.detail} {kept}", error.remedy, warning=True, code="vault.out_of_reach")


def _restored() -> list[Part]:
    """Tell of a database that came from a backup and waits for ``after_restore``; nothing where there is no such mark."""
    if not restoring.is_marked():
        return []
    told = (
        "the database was restored from a backup and may have forgotten what went out since, so no worker takes a job"
    )
    remedy = "Stop web, workers and beat, run 'manage.py after_restore', and start them again. Jobs wait until then."
    return [Part("ledger", False, told, remedy, code="ledger.restored")]


def _workers(now: datetime) -> Part:
    known = heartbeats.workers()
    if not known:
        return Part("worker", False, "never seen", _START_WORKER, code="worker.never_seen")
    alive = [worker for worker in known if now - worker.seen_at <= SILENCE]
    silent = [worker for worker in known if worker not in alive]
    if not alive:
        last = max(worker.seen_at for worker in known)
        told = f"silent for {_seconds(now - last)}"
        return Part("worker", False, told, _START_WORKER, code="worker.silent", value=ALL)
    if unheard := set(QUEUES) - {queue for worker in alive for queue in worker.queues}:
        named = ", ".join(queue for queue in QUEUES if queue in unheard)
        remedy = f"Start one with -Q {named.replace(', ', ',')}."
        told = f"none takes from the queue {named}"
        return Part("worker", False, told, remedy, code="worker.queue_unserved", value=len(unheard))
    if silent:
        named = ", ".join(f"{worker.name} (silent for {_seconds(now - worker.seen_at)})" for worker in silent)
        return Part(
            "worker",
            True,
            f"{len(alive)} alive; not any more: {named}",
            "Its jobs are taken over by the others. See why it died, and start it again; it is forgotten after 15 minutes.",
            warning=True,
            code="worker.one_silent",
            value=len(silent),
        )
    return Part("worker", True, f"{len(alive)} alive")


def _beat(now: datetime) -> Part:
    seen = heartbeats.last_seen(heartbeats.BEAT)
    if seen is None:
        return Part("beat", False, "never seen", _START_BEAT, code="beat.never_seen")
    if now - seen > SILENCE:
        return Part("beat", False, f"silent for {_seconds(now - seen)}", _START_BEAT, code="beat.silent")
    standing_by = [one.name for one in heartbeats.standing_by() if now - one.seen_at <= SILENCE]
    if standing_by:
        told = f"alive; {len(standing_by)} more stand{'s' * (len(standing_by) == 1)} by: {', '.join(standing_by)}"
        return Part(
            "beat", True, told, "Nothing need be done: a second one is harmless and takes over.", code="beat.two"
        )
    return Part("beat", True, "alive")


def _queue(now: datetime) -> Part:
    """Tell how far the work lags behind: jobs that are due and not taken, and messages that nobody has fetched."""
    late = overdue_jobs(now=now)
    if late.since is not None:
        return Part(
            "queue",
            True,
            f"{late.count} job{'s' * (late.count != 1)} late, the first for {_seconds(now - late.since)}",
            "Start more workers, or raise WORKER_CALLS_IN_FLIGHT; the jobs are kept and go out in their order.",
            warning=True,
            code="queue.late",
            value=(now - late.since).total_seconds(),
        )
    try:
        full = {queue: length for queue, length in queue_lengths().items() if length > FULL}
    except bells.TROUBLE:
        return Part("queue", True, "no job is late; how many messages wait cannot be told without the broker")
    if full:
        told = ", ".join(f"{queue} ({length})" for queue, length in full.items())
        return Part(
            "queue",
            True,
            f"more than {FULL} messages wait in {told}",
            "See whether the workers of that queue run and keep up. Messages may be thrown away: the database knows what is due.",
            warning=True,
            code="queue.full",
            value=max(full.values()),
        )
    return Part("queue", True, "no job is late")


def queue_lengths() -> dict[str, int]:
    """Return how many messages wait in each queue; raises what the broker raises when it is out of reach."""
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
        found: dict[str, int] = {}
        channel: Any = broker.default_channel
        for queue in QUEUES:
            try:
                found[queue] = int(channel.queue_declare(queue, passive=True).message_count)
            except ChannelError:
                # It is made with its first message; RabbitMQ closes the channel on which one asks for it.
                found[queue], channel = 0, broker.channel() if settings.BROKER_URL else channel
        return found


def _hours(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def _seconds(span: timedelta) -> str:
    return f"{int(span.total_seconds())} s"
