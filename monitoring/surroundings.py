"""What the hub stands on: disks, clocks, Redis's settings, migrations, platforms' credentials, its own settings.

What a worker's machine is like only the worker can tell: it does so with its sign of life (``facts_here``). Costly looks are
kept for some seconds: load balancers ask every second, and none of this changes so fast.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

import redis as redis_client
from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from connectors.manager import is_configured
from connectors.models import Connection, Platform
from connectors.registry import CONNECTORS
from foundation import redis_servers
from monitoring import heartbeats
from monitoring.parts import Part
from tenants.models import User
from vault.services import failed_lately

#: Clocks that are further apart than this spoil leases and signatures.
CLOCKS_APART: Final = timedelta(seconds=5)
#: With so little left a disk is full, whatever its size.
FULL_BYTES: Final = 32 * 1024 * 1024
#: What a worker tells of its machine.
CLOCK_OFF, DISKS, KEYS_MISSED = "clock_off_seconds", "disks", "keys_missed"
_LIVING: Final = timedelta(seconds=45)
_KEPT_SECONDS: Final = 10.0

T = TypeVar("T")
_kept: dict[str, tuple[float, Any]] = {}
_lock = threading.Lock()


def _for_a_while(name: str, look: Callable[[], T], *, seconds: float = _KEPT_SECONDS) -> T:
    """Return what a look brought a moment ago, else look."""
    with _lock:
        known = _kept.get(name)
        if known is not None and time.monotonic() < known[0]:
            kept: T = known[1]
            return kept
        found = look()
        _kept[name] = (time.monotonic() + seconds, found)
        return found


def forget() -> None:
    """Look anew at everything."""
    with _lock:
        _kept.clear()
    _complaints.cache_clear()


def facts_here() -> dict[str, Any]:
    """Return what a worker tells of its machine with its sign of life."""
    return {CLOCK_OFF: clock_off().total_seconds(), DISKS: disks_here(), KEYS_MISSED: failed_lately()}


# --- disks -----------------------------------------------------------------------------------------------------------


def disks_here() -> list[dict[str, Any]]:
    """Return the disks that this process writes to: ``path``, ``free_percent``, ``free_bytes``, and why not, if it cannot."""
    return _for_a_while("disks", _look_at_disks)


def _look_at_disks() -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for path in _paths():
        place = path
        while not place.exists() and place != place.parent:
            place = place.parent
        try:
            usage, device = shutil.disk_usage(place), place.stat().st_dev
            share = usage.free / (usage.used + usage.free) if usage.used + usage.free else 0.0
            told = {"path": str(path), "free_percent": round(100 * share, 1), "free_bytes": usage.free}
            told["problem"] = _why_not_written(place)
        except OSError as error:
            told, device = {"path": str(path), "free_percent": 0.0, "free_bytes": 0, "problem": str(error.strerror)}, -1
        if device not in found or (told["problem"] and not found[device]["problem"]):
            found[device] = told
    return list(found.values())


def _paths() -> Iterable[Path]:
    """Return the directories that must take files: with an elsewhere for data, only that of files on their way in."""
    if settings.EMBEDDED or connection.vendor == "sqlite":
        yield Path(settings.VAR_DIR)
    yield Path(settings.MEDIA_ROOT)


def _why_not_written(directory: Path) -> str:
    try:
        with tempfile.NamedTemporaryFile(dir=directory, prefix=".look-", buffering=0) as file:
            file.write(b"\0" * 4096)
    except OSError as error:
        return str(error.strerror or type(error).__name__)
    return ""


def disk(*, now: datetime) -> Part:
    """Tell the worst of the disks: of this process, and of the workers' machines as they told them."""
    seen = [("", one) for one in disks_here()]
    for worker in _living(now):
        seen += [(worker.name, one) for one in worker.facts.get(DISKS) or ()]
    return _of_disks(seen)


def _of_disks(seen: list[tuple[str, dict[str, Any]]]) -> Part:
    remedy = "Free room or give it more; manage.py doctor tells which disk. Old files leave by themselves once no post needs them."
    # Without its database nothing works; without room for files only posts with files suffer.
    vital = settings.EMBEDDED or connection.vendor == "sqlite"
    for where, one in seen:
        at = f"{one['path']}{f' at worker {where}' if where else ''}"
        if one["problem"] or one["free_bytes"] < FULL_BYTES:
            # What cannot be written may well say that it has no room at all, as a mount that is read-only does.
            full = "space" in one["problem"].lower() if one["problem"] else True
            told = f"{at} is full" if full else f"{at} cannot be written ({one['problem']})"
            mend = remedy if full else "Let the hub's user write there, or mount it writable."
            code = "disk.full" if full else "disk.not_writable"
            return Part("disk", not (vital and not where), told, mend, warning=True, code=code)
    if not seen:
        return Part("disk", True, "there is none to look at")
    where, least = min(seen, key=lambda pair: float(pair[1]["free_percent"]))
    told = f"{least['free_percent']} % free of {least['path']}{f' at worker {where}' if where else ''}"
    if least["free_percent"] < settings.ALERT_DISK_FREE_PERCENT:
        value = float(least["free_percent"])
        return Part("disk", True, told, remedy, warning=True, code="disk.nearly_full", value=value)
    return Part("disk", True, told)


# --- clocks ----------------------------------------------------------------------------------------------------------


def clock_off() -> timedelta:
    """Return how far this machine's clock is ahead of the database's; a database in this process has the same clock."""
    if connection.vendor != "postgresql":
        return timedelta()
    with connection.cursor() as cursor:
        before = timezone.now()
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
        after = timezone.now()
    ahead: timedelta = before + (after - before) / 2 - theirs
    return ahead


def clock(*, now: datetime) -> Part:
    """Tell of the clock that is furthest from the database's: of this machine, or of a worker's."""
    off = {"this machine": clock_off().total_seconds()}
    for worker in heartbeats.workers():  # one whose clock is far off would not seem to live
        if timezone.now() - worker.seen_at <= heartbeats.FORGOTTEN_AFTER:
            off[f"worker {worker.name}"] = float(worker.facts.get(CLOCK_OFF) or 0.0)
    where, most = max(off.items(), key=lambda pair: abs(pair[1]))
    if abs(most) <= CLOCKS_APART.total_seconds():
        return Part("clock", True, f"within {abs(most):.1f} s of the database's")
    told = f"the clock of {where} is {abs(most):.0f} s {'ahead of' if most > 0 else 'behind'} the database's"
    remedy = "Let both machines set their clocks by NTP (chrony, systemd-timesyncd). Until then sessions and signed addresses end early or late."
    return Part("clock", True, told, remedy, warning=True, code="clock.off", value=abs(most))


def _living(now: datetime) -> list[heartbeats.Worker]:
    return [worker for worker in heartbeats.workers() if now - worker.seen_at <= _LIVING]


# --- migrations ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _migrations_on_disk() -> Mapping[tuple[str, str], tuple[tuple[str, str], ...]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {key: tuple(one.replaces) for key, one in loader.disk_migrations.items()}


def migrations() -> Part:
    """Tell of migrations of this version that the database does not have."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    missing = [
        f"{app}.{name}"
        for (app, name), replaced in sorted(_migrations_on_disk().items())
        if (app, name) not in applied and not (replaced and applied.issuperset(replaced))
    ]
    gone = {key for replaced in _migrations_on_disk().values() for key in replaced}
    missing = [one for one in missing if tuple(one.split(".", 1)) not in gone]
    if not missing:
        return Part("migrations", True, "none is missing")
    told = f"{len(missing)} missing: {', '.join(missing[:3])}{' and more' * (len(missing) > 3)}"
    return Part("migrations", False, told, "Run 'manage.py migrate'.", code="migrations.missing", value=len(missing))


# --- Redis -----------------------------------------------------------------------------------------------------------


def redis() -> Part | None:
    """Tell what is wrong with how Redis is set up; None when nothing is, or there is none."""
    if not settings.REDIS_URL:
        return None
    with suppress(redis_client.RedisError, OSError):
        return _for_a_while(f"redis {settings.REDIS_URL}", _look_at_redis)
    return None  # that it cannot be reached is told elsewhere


def redis_answers() -> Part:
    """Tell whether Redis answers, where it is not the broker."""
    try:
        with redis_servers.client() as client:
            client.ping()
    except (redis_client.RedisError, OSError) as error:
        return Part(
            "redis",
            True,
            f"Redis does not answer ({type(error).__name__})",
            "Check REDIS_URL and that Redis runs. Meanwhile nobody's calls and tries are counted.",
            warning=True,
            code="redis.unreachable",
        )
    return Part("redis", True, "it answers")


def _look_at_redis() -> Part | None:
    part = "redis" if settings.BROKER_URL else "broker"
    with redis_servers.client() as client:
        told: dict[str, Any] = {**client.info("memory"), **client.info("persistence")}
    policy = str(told.get("maxmemory_policy", "noeviction"))
    if policy != "noeviction":
        return Part(
            part,
            True,
            f"Redis drops keys when its memory is full (maxmemory-policy {policy})",
            "Set maxmemory-policy to noeviction: else wake-ups, limits and locks of the hub may vanish.",
            warning=True,
            code="broker.evicts",
        )
    if not int(told.get("aof_enabled", 1)):
        return Part(
            part,
            True,
            "Redis keeps nothing across a restart (appendonly no)",
            "Set appendonly to yes. Nothing is lost without it, but counts of the API's limits begin anew and wake-ups come late.",
            warning=True,
            code="broker.no_aof",
        )
    return None


# --- platforms and settings -----------------------------------------------------------------------------------------


def platforms() -> Part:
    """Tell of platforms that are switched on, have accounts, and have no credentials of an app; or of none that has."""
    on = set(Platform.objects.filter(enabled=True).values_list("slug", flat=True))
    bare = {slug for slug in CONNECTORS if slug in on and not is_configured(slug)}
    if not on - bare:
        told = "no platform that is switched on has credentials" if on else "every platform is switched off"
        remedy = "Set the app's id and secret of one platform at least (docs/settings.md), or SANDBOX=1 for trying."
        return Part("platforms", True, told, remedy, warning=True, code="platforms.none")
    living = Connection.objects.exclude(status=Connection.Status.INACTIVE)
    used = sorted(slug for slug in bare if living.filter(platform=slug).exists())
    if used:
        named = ", ".join(CONNECTORS[slug].name for slug in used)
        remedy = "Set the app's id and secret (docs/settings.md); its jobs fail meanwhile. Or switch the platform off in the admin."
        told = f"accounts of {named} are connected, and the app's credentials are missing"
        return Part("platforms", True, told, remedy, warning=True, code="platforms.credentials", value=len(used))
    return Part("platforms", True, f"{len(on - bare)} can be used")


@lru_cache(maxsize=1)
def _complaints() -> tuple[checks.CheckMessage, ...]:
    """Return what the checks of settings complain of: settings do not change while a process lives."""
    found = checks.run_checks(include_deployment_checks=not settings.EMBEDDED)
    return tuple(message for message in found if message.level >= checks.WARNING and not message.is_silenced())


def settings_parts(*, extra: Iterable[checks.CheckMessage] = ()) -> list[Part]:
    """Tell what is wrong with the settings, each complaint a part; an error is wrong, a warning to be looked at."""
    complaints = list(_complaints())
    complaints += [message for message in extra if message not in complaints]
    told = [
        Part(
            "settings",
            message.level < checks.ERROR,
            f"{str(message.msg).strip().rstrip('.')} ({message.id})",
            message.hint or "",
            warning=message.level < checks.ERROR,
            code=str(message.id),
        )
        for message in complaints
    ]
    return told or [Part("settings", True, "no complaint")]


def mail() -> Part:
    """Tell whether anybody hears of alerts by mail."""
    if settings.ALERT_EMAILS or User.objects.filter(is_staff=True, is_active=True).exclude(email="").exists():
        return Part("mail", True, "somebody is told of alerts")
    remedy = "Set ALERT_EMAILS, or give a member of staff an address (manage.py createsuperuser)."
    return Part("mail", True, "nobody is told of alerts by e-mail", remedy, warning=True, code="mail.nobody")


def without_database(*, now: datetime) -> list[Part]:
    """Tell what can be told while the database is out of reach."""
    return [_of_disks([("", one) for one in disks_here()])]
