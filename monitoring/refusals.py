"""How many deliveries strangers sent without a valid signature: counted in the cache, by the minute and by the hour, never in a row.

Whoever sends them must not be able to make the hub write: so a count that the cache loses is lost.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from redis.exceptions import RedisError

#: How far back each count reaches.
MINUTES: Final = 10
HOURS: Final = 24
_MINUTE: Final = ("%Y%m%d%H%M", timedelta(minutes=1), MINUTES)
_HOUR: Final = ("%Y%m%d%H", timedelta(hours=1), HOURS)


def note(platform: str, *, now: datetime) -> None:
    """Count one. What cannot be counted is not counted: the door must not wait for it."""
    for written, step, back in (_MINUTE, _HOUR):
        name = _name(platform, now, written)
        try:
            if not cache.add(name, 1, timeout=((back + 2) * step).total_seconds()):
                cache.incr(name)
        except (RedisError, OSError, ValueError):
            return


def lately(platforms: Iterable[str], *, now: datetime) -> dict[str, int] | None:
    """Return how many there were at each platform's address in the last ten minutes; None when the cache cannot be asked."""
    return _counted(platforms, _MINUTE, now=now)


def of_the_day(platforms: Iterable[str], *, now: datetime) -> dict[str, int] | None:
    """Return how many there were at each platform's address in the last day; None when the cache cannot be asked."""
    return _counted(platforms, _HOUR, now=now)


def _counted(platforms: Iterable[str], by: tuple[str, timedelta, int], *, now: datetime) -> dict[str, int] | None:
    counts = dict.fromkeys(platforms, 0)
    keys = {name: platform for platform in counts for name in _names(platform, by, now)}
    try:
        found = cache.get_many(list(keys))
    except (RedisError, OSError):
        return None
    for name, count in found.items():
        counts[keys[name]] += int(count)
    return counts


def _names(platform: str, by: tuple[str, timedelta, int], now: datetime) -> Iterator[str]:
    written, step, back = by
    return (_name(platform, now - ago * step, written) for ago in range(back))


def _name(platform: str, moment: datetime, written: str) -> str:
    return f"webhooks-refused:{platform}:{moment.strftime(written)}"
