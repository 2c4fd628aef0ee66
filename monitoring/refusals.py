"""How many deliveries strangers sent without a valid signature: counted by the hour in the cache, kept for a day, never in a row.

Whoever sends them must not be able to make the hub write: so a count that the cache loses is lost.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from redis.exceptions import RedisError

HOURS: Final = 24
_KEPT: Final = timedelta(hours=HOURS + 2)


def note(platform: str, *, now: datetime) -> None:
    """Count one."""
    key = _key(platform, now)
    cache.add(key, 0, timeout=_KEPT.total_seconds())
    cache.incr(key)


def of_the_day(platforms: Sequence[str], *, now: datetime) -> dict[str, int] | None:
    """Return how many there were at each platform's address in the last day; None when the cache cannot be asked."""
    keys = {_key(platform, now - timedelta(hours=back)): platform for platform in platforms for back in range(HOURS)}
    try:
        found = cache.get_many(list(keys))
    except (RedisError, OSError):
        return None
    counts = dict.fromkeys(platforms, 0)
    for key, count in found.items():
        counts[keys[key]] += count
    return counts


def _key(platform: str, moment: datetime) -> str:
    return f"webhooks-refused:{platform}:{moment:%Y%m%d%H}"
