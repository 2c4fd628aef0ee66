"""Slows down who tries addresses of connect links that are none: so many misses of one network address in so much time."""

from datetime import timedelta
from typing import Final

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

MOST_MISSES: Final = 20
WINDOW: Final = timedelta(minutes=5)


def missed(address: str) -> bool:
    """Count a miss, and tell whether there were too many. Nobody is kept out while the cache is out of reach.

    An address is 256 random bits, so nobody guesses one; this keeps who tries from costing the database more than they must.
    """
    key = f"connect-link-misses:{address}"
    try:
        cache.add(key, 0, timeout=WINDOW.total_seconds())
        return cache.incr(key) > MOST_MISSES
    except ValueError:  # it ran out between the two calls
        return False
    except (RedisError, OSError) as error:
        log.warning("knocking.cache_unreachable", error=type(error).__name__)
        return False
