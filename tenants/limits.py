"""How often somebody may call: so many calls a minute for each kind of call, by caller and by tenant.

Each allowance is a bucket that refills evenly (the generic cell rate algorithm): a burst may spend it at once, and what was
spent comes back call by call. Counted in Redis, one question for both buckets; in memory where one process is all there is.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

import structlog
from django.conf import settings
from redis.exceptions import RedisError

from foundation import redis_servers
from tenants.signals import limits_unknown

log = structlog.get_logger(__name__)

PUBLISH: Final = "publish"
READ: Final = "read"
WRITE: Final = "write"
MEDIA: Final = "media"
EXPENSIVE: Final = "expensive"
#: Every kind of call, with what belongs to it.
KINDS: Final[dict[str, str]] = {
    PUBLISH: "Posts, and checks of posts",
    READ: "Reads",
    WRITE: "Other writes",
    MEDIA: "Uploads and other calls about files",
    EXPENSIVE: "Calls that ask a platform at once",
}
SECONDS: Final = 60
#: How long nobody asks a Redis that did not answer.
OUTAGE_SECONDS: Final = 5.0
MOST_IN_MEMORY: Final = 50_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """A named bucket: so many calls a minute."""

    name: str
    key: str
    calls: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left in a bucket, and in how many seconds it is full again; ``wait`` seconds until the refused call may be made."""

    allowance: Allowance
    left: int
    full_in: float
    wait: float = 0.0


def allowances(kind: str, *, tenant: str, caller: str) -> list[Allowance]:
    """Return the buckets a call of this kind is taken from: its caller's, and its tenant's; none where there is no limit."""
    calls = settings.API_LIMITS[kind]
    if not calls:
        return []
    return [
        Allowance(kind, f"limits:{kind}:{tenant}:{caller}", calls),
        Allowance(f"{kind}-tenant", f"limits:{kind}:{tenant}", calls * settings.API_TENANT_TIMES),
    ]


def take(asked: Sequence[Allowance], *, calls: int = 1) -> list[Standing] | None:
    """Take a call from every bucket, or from none when one is empty; return how they stand, None while nobody can tell.

    ``calls=0`` only looks. While Redis is out of reach nothing is counted and every call is let through.
    """
    now = time.monotonic()
    if now < _outage["until"]:
        return None
    try:
        return _buckets().take(asked, calls)
    except (RedisError, OSError) as error:
        _outage["until"] = now + OUTAGE_SECONDS
        log.warning("limits.out_of_reach", error=type(error).__name__)
        limits_unknown.send_robust(Standing)
        return None


def forget() -> None:
    """Begin anew, for tests and after a change of settings."""
    _outage["until"] = 0.0
    _buckets.cache_clear()


_outage = {"until": 0.0}


class Buckets(Protocol):
    """Where buckets are kept."""

    def take(self, asked: Sequence[Allowance], calls: int) -> list[Standing]:
        """Take from all or from none."""


class MemoryBuckets:
    """Buckets of one process. Each is the moment at which it will be full again."""

    def __init__(self) -> None:
        self._full_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, asked: Sequence[Allowance], calls: int) -> list[Standing]:
        """Take from all or from none."""
        with self._lock:
            now = time.time()
            full_at = [max(now, self._full_at.get(one.key, now)) for one in asked]
            later = [at + calls * SECONDS / one.calls for at, one in zip(full_at, asked, strict=True)]
            if all(at - now <= SECONDS + 1e-6 for at in later):
                if calls:
                    self._make_room(now)
                    self._full_at.update({one.key: at for one, at in zip(asked, later, strict=True)})
                full_at = later
                return [_standing(one, at - now) for one, at in zip(asked, full_at, strict=True)]
            return [
                _standing(one, at - now, wait=max(0.0, after - now - SECONDS))
                for one, at, after in zip(asked, full_at, later, strict=True)
            ]

    def _make_room(self, now: float) -> None:
        if len(self._full_at) > MOST_IN_MEMORY:
            self._full_at = {key: at for key, at in self._full_at.items() if at > now}


class RedisBuckets:
    """Buckets shared by all web processes. Redis' own clock counts, so that machines need not agree."""

    _TAKE: Final = """
        local clock = redis.call('TIME')
        local now = clock[1] + clock[2] / 1000000
        local window, calls, taken = tonumber(ARGV[1]), tonumber(ARGV[2]), 1
        local before, later = {}, {}
        for i, key in ipairs(KEYS) do
          before[i] = math.max(now, tonumber(redis.call('GET', key) or now))
          later[i] = before[i] + calls * window / tonumber(ARGV[2 + i])
          if later[i] - now > window + 0.000001 then taken = 0 end
        end
        local told = {taken}
        for i, key in ipairs(KEYS) do
          if taken == 1 and calls > 0 then
            redis.call('SET', key, string.format('%.6f', later[i]), 'PX', math.ceil((later[i] - now) * 1000) + 1000)
          end
          told[i + 1] = string.format('%.6f', (taken == 1 and later[i] or before[i]) - now)
        end
        return told
    """

    def __init__(self) -> None:
        self._redis = redis_servers.client()
        self._take = self._redis.register_script(self._TAKE)

    def take(self, asked: Sequence[Allowance], calls: int) -> list[Standing]:
        """Take from all or from none, in one step for Redis."""
        told = self._take(keys=[one.key for one in asked], args=[SECONDS, calls, *(one.calls for one in asked)])
        spans = [float(span) for span in told[1:]]
        if told[0]:
            return [_standing(one, span) for one, span in zip(asked, spans, strict=True)]
        return [
            _standing(one, span, wait=max(0.0, span + calls * SECONDS / one.calls - SECONDS))
            for one, span in zip(asked, spans, strict=True)
        ]


def _standing(one: Allowance, full_in: float, *, wait: float = 0.0) -> Standing:
    left = int((SECONDS - full_in) * one.calls / SECONDS + 1e-4)
    return Standing(one, max(0, min(left, one.calls)), max(0.0, full_in), wait)


@lru_cache(maxsize=1)
def _buckets() -> Buckets:
    return RedisBuckets() if settings.REDIS_URL else MemoryBuckets()
