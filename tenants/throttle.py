"""Slows down guessing of passwords: so many tries for one address and e-mail in so much time, counted in the cache."""

import hashlib
from datetime import timedelta
from typing import Final

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

MOST_TRIES: Final = 10
WINDOW: Final = timedelta(minutes=15)


def allows(*, address: str, email: str) -> bool:
    """Count a try, and tell whether it may be made.

    A try is counted before the password is looked at, so that many at once do not slip through. While the cache is out of
    reach every try is allowed: an operator must be able to sign in then above all.
    """
    key = _key(address, email)
    try:
        cache.add(key, 0, timeout=WINDOW.total_seconds())
        return cache.incr(key) <= MOST_TRIES
    except ValueError:  # it ran out between the two calls
        return True
    except (RedisError, OSError) as error:
        log.warning("throttle.cache_unreachable", error=type(error).__name__)
        return True


def forget(*, address: str, email: str) -> None:
    """Begin to count anew, after the right password."""
    try:
        cache.delete(_key(address, email))
    except (RedisError, OSError) as error:
        log.warning("throttle.cache_unreachable", error=type(error).__name__)


def _key(address: str, email: str) -> str:
    return f"sign-in:{hashlib.sha256(f'{address} {email.lower()}'.encode()).hexdigest()}"
