"""Where Redis is, by ``REDIS_URL``: one server, or the master that sentinels name; in the clear or by TLS.

redis://:password@host:6379/0                                rediss://…            by TLS
redis+sentinel://:password@one:26379,two:26379/master/0      rediss+sentinel://…   by TLS, the sentinels too
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, unquote

from django.conf import settings
from redis import ConnectionPool, Redis
from redis.sentinel import Sentinel, SentinelConnectionPool

PORT: Final = 6379
SENTINEL_PORT: Final = 26379
_SCHEMES: Final = ("redis", "rediss", "redis+sentinel", "rediss+sentinel")


@dataclass(frozen=True, slots=True)
class Address:
    """What ``REDIS_URL`` says. ``master`` is the name by which sentinels know the servers; empty where there is one server."""

    hosts: tuple[tuple[str, int], ...]
    database: int
    tls: bool
    master: str = ""
    username: str = ""
    password: str = field(default="", repr=False)

    def for_celery(self, url: str) -> str:
        """Return the address as Celery writes it: the user's own, but for sentinels, each of which it wants as a URL."""
        if not self.master:
            return url
        who = f"{quote(self.username, safe='')}:{quote(self.password, safe='')}@" if self.password else ""
        return ";".join(f"sentinel://{who}{_in_url(host)}:{port}/{self.database}" for host, port in self.hosts)


def read(url: str) -> Address:
    """Read an address; raises ``ValueError`` in words that name no password."""
    scheme, found, rest = url.partition("://")
    if not found or scheme not in _SCHEMES:
        raise ValueError(f"it begins with none of {', '.join(f'{one}://' for one in _SCHEMES)}")
    place, _, path = rest.partition("?")[0].partition("/")
    who, _, where = place.rpartition("@")
    username, _, password = who.partition(":")
    by_sentinels = scheme.endswith("+sentinel")
    hosts = tuple(_host(one, SENTINEL_PORT if by_sentinels else PORT) for one in where.split(","))
    master, database = "", path
    if by_sentinels:
        master, _, database = path.partition("/")
        if not master:
            raise ValueError("the name by which the sentinels know the master is missing: …:26379/NAME/0")
    elif len(hosts) > 1:
        raise ValueError("it names several hosts; that is for sentinels: redis+sentinel://one,two,three/NAME/0")
    if database and not database.isdecimal():
        raise ValueError("what stands after the last / is no number of a database")
    return Address(
        hosts, int(database or 0), scheme.startswith("rediss"), unquote(master), unquote(username), unquote(password)
    )


def patience(seconds: int) -> dict[int, int]:
    """Return socket options by which a peer that fell silent is given up after about so long, and not after hours.

    Nothing is refused when a cable is cut: whoever only waits for an answer, waits until the system asks for signs of life.
    """
    asked = {
        "TCP_KEEPIDLE": max(1, seconds // 3),
        "TCP_KEEPINTVL": max(1, seconds // 6),
        "TCP_KEEPCNT": 4,
        "TCP_USER_TIMEOUT": seconds * 1000,
    }
    # Systems other than Linux know some of them, or none.
    return {number: value for name, value in asked.items() if (number := getattr(socket, name, None)) is not None}


def pool(**options: Any) -> ConnectionPool:
    """Return connections to the Redis of the settings; they are made when they are first needed."""
    address = read(settings.REDIS_URL)
    wanted = {**settings.REDIS_OPTIONS, **settings.REDIS_TLS, **options}
    if not address.master:
        return ConnectionPool.from_url(settings.REDIS_URL, **wanted)
    watchers = Sentinel(address.hosts, sentinel_kwargs=dict(settings.REDIS_SENTINEL))  # type: ignore[no-untyped-call]
    wanted |= {"db": address.database, "ssl": address.tls, **_entrance(address)}
    return SentinelConnectionPool(address.master, watchers, **wanted)  # type: ignore[no-untyped-call]


def client() -> Redis:
    """Return a client of the Redis of the settings, with connections of its own."""
    return Redis.from_pool(pool())


class CachePool:
    """How Django's cache comes by its connections: named by ``CACHES``."""

    @classmethod
    def from_url(cls, url: str, **options: Any) -> ConnectionPool:
        """Return connections; the address is that of the settings."""
        return pool(**options)


def _entrance(address: Address) -> Mapping[str, str]:
    given = {"username": address.username, "password": address.password}
    return {name: value for name, value in given.items() if value}


def _host(given: str, port: int) -> tuple[str, int]:
    host, found, number = given.strip().rpartition(":")
    if not found or given.endswith("]"):
        host, number = given.strip(), str(port)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not number.isdecimal() or not 0 < int(number) < 65_536:
        raise ValueError("a host, or its port, is missing or no number")
    return host, int(number)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
