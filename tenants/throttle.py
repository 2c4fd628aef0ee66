"""Slows down guessing and flooding: so many tries in so much time, counted in the cache."""

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Guard:
    """So many tries in so much time, for whoever is named."""

    name: str
    most: int
    window: timedelta

    def refuses(self, *who: str) -> timedelta | None:
        """Count a try; return None when it may be made, else how long to wait.

        A try is counted before anything is looked at, so that many at once do not slip through. While the cache is out of
        reach every try is allowed: an operator must be able to sign in then above all.
        """
        seconds, now = self.window.total_seconds(), time.time()
        since_key = self._key(*who)
        try:
            # The window begins with the first try: with windows by the clock, twice as many fit around their edge.
            since: float = cache.get_or_set(since_key, now, timeout=seconds) or now
            if not 0 <= now - since < seconds:
                since = now
                cache.set(since_key, since, timeout=seconds)
            count_key = f"{since_key}:{since}"
            cache.add(count_key, 0, timeout=seconds)
            if cache.incr(count_key) <= self.most:
                return None
        except ValueError:  # it ran out between the two calls
            return None
        except (RedisError, OSError) as error:
            log.warning("throttle.cache_unreachable", error=type(error).__name__)
            return None
        return timedelta(seconds=since + seconds - now)

    def forget(self, *who: str) -> None:
        """Begin to count anew, after the right answer."""
        try:
            key = self._key(*who)
            cache.delete_many([key, f"{key}:{cache.get(key)}"])
        except (RedisError, OSError) as error:
            log.warning("throttle.cache_unreachable", error=type(error).__name__)

    def _key(self, *who: str) -> str:
        named = hashlib.sha256("\x00".join(who).encode(errors="replace")).hexdigest()
        return f"guard:{self.name}:{named}"


#: Sign-ins from one address whatever the account: far beyond an office on Monday, far below a list of stolen passwords.
SIGN_INS: Final = Guard("sign-in", 300, timedelta(minutes=15))
#: Codes of the second step, by account; by account and address.
CODES: Final = Guard("code", 50, timedelta(minutes=15))
CODES_HERE: Final = Guard("code-here", 8, timedelta(minutes=15))
#: Passwords that a signed-in person is asked for once more, by account.
PASSWORDS: Final = Guard("password", 10, timedelta(minutes=15))
#: Mails that reset a password, by account; by address.
RESETS: Final = Guard("reset", 3, timedelta(hours=1))
RESETS_HERE: Final = Guard("reset-here", 30, timedelta(hours=1))
#: Invitations, by tenant.
INVITATIONS: Final = Guard("invitation", 100, timedelta(hours=1))
#: Links of invitations that are tried, by address.
LINKS: Final = Guard("invitation-link", 60, timedelta(minutes=15))


def in_words(wait: timedelta) -> str:
    """Return how long to wait, as people say it."""
    minutes = -(-int(wait.total_seconds()) // 60)
    return "a minute" if minutes <= 1 else f"{minutes} minutes"
