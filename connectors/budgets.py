"""How many calls a platform still allows: counted beforehand, corrected by what the platform itself says.

Three kinds of budget, shared by all workers (in Redis; in memory where one process is all there is):

* *windows*, where a platform documents a number of calls per span of time: each call is counted before it is made;
* *gauges*, where a platform tells how much is spent in percent: background work gives way at 75 %, everything but
  publishing at 90 %, and a budget that is spent stays closed until the moment the platform named;
* *slots*, where a platform bounds the calls at one time.

What is refused here is refused as ``RateLimited`` with the time to wait, so it costs a job no try.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final, Protocol, cast
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.cache import cache
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis import Redis
from redis.exceptions import RedisError

from connectors.errors import RateLimited
from foundation import redis_servers

log = structlog.get_logger(__name__)

#: What a platform said about a budget is believed this long; afterwards the budget counts as unspent.
BELIEVED_FOR: Final = timedelta(hours=1)
LONGEST_BLOCK: Final = timedelta(hours=24)
#: A slot that was not given back (its worker died) is free again after this long.
SLOT_LIFE: Final = timedelta(minutes=2)
_WAIT_FOR_SLOT: Final = timedelta(seconds=2)


class Priority(IntEnum):
    """Who goes first when a budget runs low."""

    PUBLISH = 0
    LOOK = 1
    BACKGROUND = 2


#: How long a look at a gauge serves this process.
GLANCE_SECONDS: Final = 0.5
MOST_GLANCES: Final = 10_000

#: From this share of a budget on (in percent), calls of a priority wait.
GIVES_WAY_AT: Final[dict[Priority, int]] = {Priority.PUBLISH: 100, Priority.LOOK: 90, Priority.BACKGROUND: 75}


#: Below this nobody gives way, so nobody needs to look.
TIGHT_AT: Final = min(GIVES_WAY_AT.values())


@dataclass(frozen=True, slots=True)
class Window:
    """A documented number of calls per span of time."""

    name: str
    calls: int
    per: timedelta
    #: Counted from midnight to midnight UTC, as some platforms do, and not over the span that has just passed.
    by_day: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of one budget, for people and client apps."""

    key: str
    used_percent: int
    blocked_for: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """How one budget stands: counted by us in a window, or told by the platform in percent; or nobody knows."""

    key: str
    #: The window's name; empty: a gauge of the platform.
    window: str = ""
    used: int | None = None
    limit: int | None = None
    #: From now on; None: not known, or nothing is used.
    resets_in: timedelta | None = None
    blocked_for: timedelta = timedelta()

    @property
    def used_percent(self) -> int | None:
        """The share that is spent; None: nobody knows."""
        if self.blocked_for > timedelta():
            return 100
        return None if self.used is None or not self.limit else min(round(100 * self.used / self.limit), 100)


DAY_SECONDS: Final = 86_400
OUTAGE_SECONDS: Final = 5.0
_outage = {"until": 0.0}
#: By platform: until when a look is fresh, and whether any budget of it was tight.
_tight: dict[str, tuple[float, bool]] = {}
#: By platform and key: until when a look is fresh, and what was seen.
_glances: dict[tuple[str, str], tuple[float, Left]] = {}


class Budgets:
    """The budgets of one platform."""

    def __init__(self, platform: str) -> None:
        self.platform = platform

    def require(
        self, keys: Sequence[str], *, priority: Priority, operation: str, windows: Sequence[Window] = ()
    ) -> None:
        """Make sure that a call may be made now, and count it in every window.

        Raises ``RateLimited`` with the time to wait when one of the budgets is spent or reserved for more urgent calls.
        While Redis is out of reach nothing is known, and the call is let through: the platform's answer is the last word.
        """
        if self._out_of_reach():
            return
        try:
            for left in self._lately(keys):
                if left.blocked_for > timedelta():
                    raise self._refusal("The platform's budget is spent.", left.blocked_for, operation)
                if left.used_percent >= GIVES_WAY_AT[priority]:
                    cause = f"{left.used_percent} % of the platform's budget is spent; the rest is kept for publishing."
                    raise self._refusal(cause, timedelta(minutes=5), operation)
            for window in windows:
                for key in keys:
                    self._count(window, key, operation)
        except RedisError as error:
            self._lost_sight(error)

    def learn(self, key: str, *, used_percent: int, regain: timedelta = timedelta()) -> None:
        """Note what the platform said of a budget: the share spent, and how long it stays closed if it is."""
        if self._out_of_reach():
            return
        with suppress(RedisError):
            cache.set(self._name("used", key), used_percent, BELIEVED_FOR.total_seconds())
            if used_percent >= TIGHT_AT:
                self._mark_tight(BELIEVED_FOR)
        _glances.pop((self.platform, key), None)
        if regain > timedelta():
            self.block(key, regain)

    def block(self, key: str, wait: timedelta) -> None:
        """Close a budget for a while; a longer block that stands is not shortened."""
        wait = min(wait, LONGEST_BLOCK)
        until = time.time() + wait.total_seconds()
        if self._out_of_reach():
            return
        with suppress(RedisError):
            if until > float(cache.get(self._name("until", key), 0.0)):
                cache.set(self._name("until", key), until, wait.total_seconds())
                self._mark_tight(wait)
        _glances.pop((self.platform, key), None)

    def refused(self, key: str, *, within: timedelta) -> int:
        """Note that the platform refused a call on this budget; return how often it did so lately, this time included."""
        if self._out_of_reach():
            return 1
        name = self._name("refused", key)
        try:
            cache.add(name, 0, within.total_seconds())
            return int(cache.incr(name))
        except (RedisError, ValueError):
            return 1

    def left(self, keys: Sequence[str]) -> list[Left]:
        """Return what is known of budgets now."""
        known = cache.get_many([self._name(what, key) for key in keys for what in ("used", "until")])
        now = time.time()
        return [
            Left(
                key,
                int(known.get(self._name("used", key), 0)),
                timedelta(seconds=max(0.0, float(known.get(self._name("until", key), 0.0)) - now)),
            )
            for key in keys
        ]

    def standings(self, windows: Mapping[str, Sequence[Window]]) -> list[Standing]:
        """Return how budgets stand, by their keys and the windows each is counted in; what nobody told is left open.

        Raises ``RedisError`` when Redis is out of reach.
        """
        told = cache.get_many([self._name(what, key) for key in windows for what in ("used", "until")])
        now = time.time()
        standings = []
        for key, counted in windows.items():
            blocked = timedelta(seconds=max(0.0, float(told.get(self._name("until", key), 0.0)) - now))
            gauge = told.get(self._name("used", key))
            if gauge is not None or not counted:
                percent = None if gauge is None else int(gauge)
                standings.append(Standing(key, used=percent, limit=100, blocked_for=blocked))
            standings += [self._standing(window, key, blocked, now) for window in counted]
        return standings

    def _standing(self, window: Window, key: str, blocked: timedelta, now: float) -> Standing:
        stats = _limiter().get_window_stats(*self._counted(window, key, now))
        used = max(window.calls - stats.remaining, 0)
        ends = until_midnight(now) if window.by_day else timedelta(seconds=max(stats.reset_time - now, 0.0))
        return Standing(key, window.name, used, window.calls, ends if used else None, blocked)

    def look_ahead(self, keys: Sequence[str]) -> None:
        """Look at many budgets at once, for calls that are about to be made; each of them then finds its own fresh."""
        if keys and not self._out_of_reach():
            try:
                self._lately(keys)
            except RedisError as error:
                self._lost_sight(error)

    def _lately(self, keys: Sequence[str]) -> list[Left]:
        """Return what is known of budgets, at most half a second old: a burst of calls asks Redis once.

        While no budget of the platform is tight, which is usual, nothing more is asked than that.
        """
        now = time.monotonic()
        if not self._is_tight(now):
            return []
        fresh = {key: glance[1] for key in keys if (glance := _glances.get((self.platform, key))) and now < glance[0]}
        missing = [key for key in keys if key not in fresh]
        if missing:
            if len(_glances) > MOST_GLANCES:
                _glances.clear()
            for left in self.left(missing):
                _glances[self.platform, left.key] = (now + GLANCE_SECONDS, left)
                fresh[left.key] = left
        return [fresh[key] for key in keys]

    @contextmanager
    def slot(self, key: str, *, most: int, operation: str) -> Iterator[None]:
        """Hold one of a bounded number of places for the time of a call; raises ``RateLimited`` when all are taken.

        While Redis is out of reach nobody counts, and the call is let through.
        """
        holder = uuid4().hex
        name = self._name("slots", key)
        if not self._took(name, holder, most):
            raise self._refusal(
                f"{most} calls are under way, which is all this platform allows at once.", _WAIT_FOR_SLOT, operation
            )
        try:
            yield
        finally:
            with suppress(RedisError):
                _slots().give_back(name, holder)

    def _took(self, name: str, holder: str, most: int) -> bool:
        if self._out_of_reach():
            return True
        try:
            return _slots().take(name, holder, most)
        except RedisError as error:
            self._lost_sight(error)
            return True

    def _count(self, window: Window, key: str, operation: str) -> None:
        now = time.time()
        item, *counted = self._counted(window, key, now)
        if not _limiter().hit(item, *counted):
            reset = _limiter().get_window_stats(item, *counted).reset_time
            wait = until_midnight(now) if window.by_day else timedelta(seconds=max(1.0, reset - now))
            raise self._refusal(f"The platform allows {window.calls} calls ({window.name}).", wait, operation)

    def _counted(self, window: Window, key: str, now: float) -> tuple[RateLimitItem, str, str, str, str]:
        """Return what a window of a budget is counted under."""
        item = RateLimitItemPerSecond(window.calls, int(window.per.total_seconds()))
        day = time.strftime("%Y-%m-%d", time.gmtime(now)) if window.by_day else ""
        return item, self.platform, window.name, key, day

    def _refusal(self, cause: str, wait: timedelta, operation: str) -> RateLimited:
        remedy = "Nothing was sent. Switchboard goes on by itself as soon as the budget allows."
        return RateLimited(cause, retry_after=wait, remedy=remedy, platform=self.platform, operation=operation)

    def _mark_tight(self, lasting: timedelta) -> None:
        """Note that some budget of this platform is tight, for at least so long."""
        until = time.time() + lasting.total_seconds()
        if until > float(cache.get(self._name("tight", ""), 0.0)):
            cache.set(self._name("tight", ""), until, lasting.total_seconds())
        _tight.pop(self.platform, None)

    def _is_tight(self, now: float) -> bool:
        """Tell whether any budget of the platform is tight, looking at most every half second."""
        glance = _tight.get(self.platform)
        if glance is None or now >= glance[0]:
            glance = (now + GLANCE_SECONDS, cache.get(self._name("tight", "")) is not None)
            _tight[self.platform] = glance
        return glance[1]

    def _lost_sight(self, error: RedisError) -> None:
        # Asking a Redis that is down costs each call its time-out; one in five seconds is enough.
        _outage["until"] = time.monotonic() + OUTAGE_SECONDS
        log.warning("budgets.unknown", platform=self.platform, error=type(error).__name__)

    @staticmethod
    def _out_of_reach() -> bool:
        """Tell whether Redis failed a moment ago; nothing is asked of it until it has had time to come back."""
        return time.monotonic() < _outage["until"]

    def _name(self, what: str, key: str) -> str:
        return f"budget:{self.platform}:{what}:{key}"


def until_midnight(now: float) -> timedelta:
    """Return how long it is from a moment (Unix seconds) to the next midnight UTC."""
    return timedelta(seconds=DAY_SECONDS - now % DAY_SECONDS)


class Slots(Protocol):
    """Who holds which place."""

    def take(self, name: str, holder: str, most: int) -> bool:
        """Take a place; False when all are taken."""

    def give_back(self, name: str, holder: str) -> None:
        """Give a place back."""


class MemorySlots:
    """Places in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, dict[str, float]] = {}

    def take(self, name: str, holder: str, most: int) -> bool:
        """Take a place; False when all are taken."""
        now = self._clock()
        with self._lock:
            held = {who: until for who, until in self._held.get(name, {}).items() if until > now}
            taken = len(held) < most
            if taken:
                held[holder] = now + SLOT_LIFE.total_seconds()
            self._held[name] = held
            return taken

    def give_back(self, name: str, holder: str) -> None:
        """Give a place back."""
        with self._lock:
            self._held.get(name, {}).pop(holder, None)


class RedisSlots:
    """Places shared by all workers: a sorted set of holders by the moment their place is free again."""

    #: One step for Redis, so that two workers cannot both take the last place.
    _TAKE: Final = """
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
        if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
        redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
        redis.call('PEXPIRE', KEYS[1], ARGV[5])
        return 1
    """

    def __init__(self, client: Redis) -> None:
        self._redis = client
        self._take = self._redis.register_script(self._TAKE)

    def take(self, name: str, holder: str, most: int) -> bool:
        """Take a place; False when all are taken."""
        now, life = time.time(), SLOT_LIFE.total_seconds()
        return bool(self._take(keys=[name], args=[now, now + life, holder, most, int(life * 1000)]))

    def give_back(self, name: str, holder: str) -> None:
        """Give a place back."""
        self._redis.zrem(name, holder)


@lru_cache(maxsize=1)
def _slots() -> Slots:
    return RedisSlots(redis_servers.client()) if settings.REDIS_URL else MemorySlots()


@lru_cache(maxsize=1)
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(_window_storage())


def _window_storage() -> Storage:
    if not settings.REDIS_URL:
        return cast(Storage, storage_from_string("memory://"))
    # The address only says what kind of store it is; where it is, the connections know.
    return cast(Storage, storage_from_string("redis://", connection_pool=cast(Any, redis_servers.pool())))
