"""Redis as it stands in houses that fear for it: a master, a replica, and three sentinels that put one in the other's place."""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import redis as client
from redis.sentinel import MasterNotFoundError, Sentinel

from tests.servers import redis
from tests.servers.process import Keeper, NoServerError, service_account
from tests.servers.redis import RedisServer
from tests.servers.server import Server

NAME = "hub"
COUNT = 3
DOWN_AFTER_MS = 1_500
"""Silent for so long, a master is taken for dead; a test on which nothing else weighs may wait less."""
ELECTED_WITHIN = 40.0
"""Seconds until another must be master; sentinels that quarrel begin anew after FAILOVER_MS."""
FAILOVER_MS = 6_000


class SentinelServer(Server):
    """One sentinel."""

    kind = "Sentinel"
    stop_signal = signal.SIGTERM

    def __init__(
        self,
        *,
        keeper: Keeper,
        master: RedisServer,
        password: str,
        down_after_ms: int,
        quorum: int = 1,
        port_told: int = 0,
    ) -> None:
        super().__init__(keeper=keeper, version=master.version)
        self.program = master.program
        self.password = password
        self._master = master
        self._down_after_ms, self._quorum = down_after_ms, quorum
        #: Where it says that the master is.
        self._port_told = port_told or master.port

    def create(self) -> None:
        """Lay out the directory and start."""
        data = self.directory / "data"
        data.mkdir(mode=0o700)
        self._ours().own(data)
        lines = (
            f"port {self.port}\nbind 127.0.0.1\ndir {data}\nrequirepass {self.password}\n"
            f"sentinel sentinel-pass {self.password}\n"
            f"sentinel monitor {NAME} 127.0.0.1 {self._port_told} {self._quorum}\n"
            f"sentinel auth-pass {NAME} {self._master.password}\n"
            f"sentinel down-after-milliseconds {NAME} {self._down_after_ms}\n"
            f"sentinel failover-timeout {NAME} {FAILOVER_MS}\n"
        )
        # It keeps what it learns in this very file, so it is written once, into a directory of its own.
        self._ours().write("data/sentinel.conf", lines)
        self.start()

    def _url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def _command(self) -> list[str | Path]:
        return [self.program, self.directory / "data" / "sentinel.conf", "--sentinel"]

    def _answers(self) -> bool:
        with closing(client.Redis.from_url(self._url(), socket_timeout=2, socket_connect_timeout=2)) as link:
            try:
                return bool(link.ping())
            except client.RedisError:
                return False


class Guarded:
    """A Redis under sentinels, told to go wrong as a whole."""

    kind = "Redis under sentinels"

    def __init__(self, servers: list[RedisServer], sentinels: list[SentinelServer]) -> None:
        self._servers = servers
        self._sentinels = sentinels
        #: How often another became master, and how many seconds each time took.
        self.failovers: list[float] = []
        places = [("127.0.0.1", one.port) for one in sentinels]
        asking = {"password": sentinels[0].password, "socket_timeout": 2}
        self._asked = Sentinel(places, socket_timeout=2, sentinel_kwargs=asking)  # type: ignore[no-untyped-call]

    @property
    def url(self) -> str:
        """The address as the hub's settings want it."""
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in self._sentinels)
        return f"redis+sentinel://:{self._servers[0].password}@{hosts}/{NAME}/0"

    @property
    def sentinel_password(self) -> str:
        """The sentinels' own."""
        return self._sentinels[0].password

    def master(self) -> RedisServer:
        """Return the server that the sentinels say is master."""
        _, port = self._asked.discover_master(NAME)  # type: ignore[no-untyped-call]
        return next(one for one in self._servers if one.port == port)

    def flush(self) -> None:
        """Forget everything."""
        self.master().flush()

    def kill(self) -> None:
        """Kill the master, and wait until another is."""
        fallen, began = self.master(), time.monotonic()
        fallen.kill()
        while time.monotonic() - began < ELECTED_WITHIN:
            with suppress(MasterNotFoundError, client.RedisError):
                if self.master() is not fallen:
                    self.failovers.append(round(time.monotonic() - began, 1))
                    return
            time.sleep(0.1)
        raise NoServerError(
            f"No other master within {ELECTED_WITHIN:.0f} s. The sentinel's log:\n{self._sentinels[0].log()}"
        )

    def start(self) -> None:
        """Start again what was killed; it follows the one that took its place."""
        for server in self._servers:
            if server.pid is None:
                server.start()

    def listeners(self) -> int:
        """Count who waits for messages at the present master."""
        with client.Redis.from_url(self.master().url, socket_timeout=2) as link:
            return sum(one["cmd"] == "brpop" and int(one["idle"]) <= 3 for one in link.client_list())


@contextmanager
def running(*, count: int = COUNT, down_after_ms: int = DOWN_AFTER_MS) -> Iterator[Guarded]:
    """Give a guarded Redis for the length of a `with`."""
    with ExitStack() as stack:
        password = secrets.token_urlsafe(24)
        master = stack.enter_context(redis.running(aof=True, own=True, password=password))
        replica = stack.enter_context(redis.running(aof=True, own=True, password=password, follows=master))
        sentinel_password = secrets.token_urlsafe(24)
        sentinels = []
        for _ in range(count):
            keeper = Keeper(name="sentinel", account=service_account(), last_signal=signal.SIGTERM)
            stack.callback(keeper.close)
            sentinel = SentinelServer(
                keeper=keeper,
                master=master,
                password=sentinel_password,
                down_after_ms=down_after_ms,
                quorum=count // 2 + 1,
            )
            sentinel.create()
            sentinels.append(sentinel)
        _wait_until_all_know(master, sentinels)
        yield Guarded([master, replica], sentinels)


@contextmanager
def one(master: RedisServer, *, port_told: int) -> Iterator[SentinelServer]:
    """Give a single sentinel for the length of a `with`, which says that the master is at some port and never finds it dead."""
    keeper = Keeper(name="sentinel", account=service_account(), last_signal=signal.SIGTERM)
    try:
        sentinel = SentinelServer(
            keeper=keeper,
            master=master,
            password=secrets.token_urlsafe(24),
            down_after_ms=3_600_000,
            port_told=port_told,
        )
        sentinel.create()
        yield sentinel
    finally:
        keeper.close()


def _wait_until_all_know(master: RedisServer, sentinels: list[SentinelServer]) -> None:
    """Wait until each sentinel knows the replica and the other two: before that they could put nobody in the master's place."""
    until = time.monotonic() + ELECTED_WITHIN
    for sentinel in sentinels:
        with closing(client.Redis.from_url(sentinel.url, socket_timeout=2)) as link:
            while time.monotonic() < until:
                told = cast(dict[str, Any], link.sentinel_master(NAME))
                if told["num-slaves"] >= 1 and told["num-other-sentinels"] >= len(sentinels) - 1:
                    break
                time.sleep(0.1)
            else:
                raise NoServerError(f"The sentinels do not find each other. The log of one:\n{sentinel.log()}")
