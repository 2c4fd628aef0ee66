"""How many deliveries a platform did not sign, minute by minute: counted in the cache, for a stranger must not fill a table."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from redis.exceptions import RedisError

MINUTES: Final = 10


def note(platform: str, *, now: datetime) -> None:
    """Count one refusal. What cannot be counted is not counted: the door must not wait for it."""
    name = _name(platform, now)
    try:
        if not cache.add(name, 1, timeout=60 * (MINUTES + 2)):
            cache.incr(name)
    except (RedisError, OSError, ValueError):
        return


def counted(platforms: Iterable[str], *, now: datetime) -> dict[str, int]:
    """Return how many were refused within the last ten minutes, by platform; nothing where the cache cannot be asked."""
    names = {
        _name(platform, now - timedelta(minutes=back)): platform for platform in platforms for back in range(MINUTES)
    }
    try:
        found = cache.get_many(names)
    except (RedisError, OSError):
        return {}
    counts: dict[str, int] = {}
    for name, count in found.items():
        counts[names[name]] = counts.get(names[name], 0) + int(count)
    return counts


def _name(platform: str, moment: datetime) -> str:
    return f"webhooks-refused:{platform}:{moment:%Y%m%d%H%M}"
